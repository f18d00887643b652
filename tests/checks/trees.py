"""The two Terraform trees as text: where the root modules and modules are, and what their blocks say."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
TREES = ("infrastructure", "terraform")
APP_ROOTS = tuple(sorted((REPOSITORY / "terraform/environments").iterdir()))
ADMIN_ROOTS = tuple(sorted((REPOSITORY / "infrastructure/envs").glob("admin-*")))
LANDING_ZONE_ROOTS = tuple(sorted(set((REPOSITORY / "infrastructure/envs").iterdir()) - set(ADMIN_ROOTS)))
BOOTSTRAP = REPOSITORY / "infrastructure/bootstrap"
ROOTS = (BOOTSTRAP, *LANDING_ZONE_ROOTS, *ADMIN_ROOTS, *APP_ROOTS)
MODULES = tuple(sorted(path for tree in TREES for path in (REPOSITORY / tree / "modules").iterdir()))

_HEADER = re.compile(r'^(\w+)((?:\s+"[^"]*")*)\s*\{', re.MULTILINE)
_SKIPPED = re.compile(r'"(?:\\.|[^"\\])*"|#[^\n]*|<<-?(\w+)\n.*?\n\s*\1\b', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Block:
    """One top-level block: `kind "label" "label" { body }`."""

    kind: str
    labels: tuple[str, ...]
    body: str
    file: Path

    @property
    def address(self) -> str:
        """What it is called in messages, like `variable.run_id`."""
        return ".".join((self.kind, *self.labels))


def name_of(directory: Path) -> str:
    """A directory as the messages name it: relative to the repository."""
    return directory.relative_to(REPOSITORY).as_posix()


def source_of(directory: Path) -> str:
    """All of a module's own configuration, in the order of its files."""
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(directory.glob("*.tf")))


def blocks(directory: Path, kind: str) -> tuple[Block, ...]:
    """The module's top-level blocks of one kind, in the order of its files."""
    found = (block for path in sorted(directory.glob("*.tf")) for block in _blocks_of(path))
    return tuple(block for block in found if block.kind == kind)


def _blocks_of(path: Path) -> Iterator[Block]:
    text = path.read_text(encoding="utf-8")
    # Braces inside strings, comments and heredocs do not count. Their places are kept so that offsets stay true.
    bare = _SKIPPED.sub(lambda match: re.sub(r"[{}]", " ", match.group()), text)
    end = 0
    for header in _HEADER.finditer(bare):
        if header.start() >= end:
            end = _closing(bare, header.end())
            labels = tuple(re.findall(r'"([^"]*)"', text[header.start(2) : header.end(2)]))
            yield Block(header.group(1), labels, text[header.end() : end - 1], path)


def _closing(text: str, start: int) -> int:
    depth = 1
    for brace in re.finditer(r"[{}]", text[start:]):
        depth += 1 if brace.group() == "{" else -1
        if depth == 0:
            return start + brace.end()
    raise ValueError("a block is not closed")
