"""Stack specs: what a stack is, hashed.

The hash covers the inputs, every file of the root module and of the local modules that it reaches, and the provider
lock file. Two specs with one hash plan the same; a changed byte anywhere is a new version.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from alphaswarm_core.canonical import Json, document_digest, sha256_hex
from alphaswarm_core.terraform.errors import StackError

LOCK_FILE = ".terraform.lock.hcl"

_SOURCE = re.compile(r'"?source"?\s*[=:]\s*"(\.{1,2}/[^"]*)"')
_MODULE_SOURCE = re.compile(r'\bmodule\s*"?[\w-]+"?\s*\{.*?\bsource\s*=\s*([^\n]+)', re.DOTALL)
_LITERAL = re.compile(r'"[^"$%\\]*"')
_GAP = r"(?:\s|/\*.*?\*/)*"
_PROVIDER_BLOCK = re.compile(rf'\bprovider\b{_GAP}"?([^\s"{{]+)"?{_GAP}\{{', re.DOTALL)
"""Wherever it stands, in comments too: a configuration too many costs time, one too few the wrong account."""
_ALIASES = re.compile(r"\bconfiguration_aliases\b|\balias\s*=")
_CONFIGURATION = (".tf", ".tofu", ".tf.json", ".tofu.json")
_LEFT_OUT_DIRECTORIES = {".terraform", ".git", "__pycache__"}
_LEFT_OUT_FILES = re.compile(r"(\.tfstate(\..*)?|\.tfplan|crash(\..*)?\.log|\.terraform\.tfstate\.lock\.info)$")


@dataclass(frozen=True, slots=True)
class StackSpec:
    """What a stack is.

    Attributes:
        tree: The tree's name.
        environment: The environment's name.
        directory: The root module, absolute.
        inputs: Input variables that are given on top of the stack's own files.
        files: SHA-256 by path, relative to the project, of all files that belong to it.
        lock_hash: SHA-256 of the provider lock file, None where there is none.
        provider_blocks: How often each provider is configured in the reached modules.
        digest: The spec's hash, 64 hexadecimal digits.
    """

    tree: str
    environment: str
    directory: Path
    inputs: Mapping[str, str]
    files: Mapping[str, str]
    lock_hash: str | None
    provider_blocks: Mapping[str, int]
    digest: str

    @property
    def stack(self) -> str:
        """`tree/environment`."""
        return f"{self.tree}/{self.environment}"

    def document(self) -> Json:
        """What the digest is taken of."""
        return spec_document(self.tree, self.environment, self.inputs, self.files)

    def configures_once(self, provider: str) -> bool:
        """Whether `provider` (its local name) provably has one configuration in the whole stack."""
        return self.provider_blocks.get(provider) == 1


def read_stack_spec(
    root: Path, directory: Path, *, tree: str, environment: str, inputs: Mapping[str, str] | None = None
) -> StackSpec:
    """Read the stack whose root module is `directory`.

    Args:
        root: The project; paths are recorded relative to it.
        directory: The root module.
        tree: The tree's name.
        environment: The environment's name.
        inputs: Input variables on top of the stack's files.

    Raises:
        StackError: there is no root module, a module lies outside the project, or a file cannot be read.
    """
    _require_root_module(directory)
    contents: dict[str, bytes] = {}
    for module in _reached_modules(root, directory):
        contents |= _files_of(root, module)
    files = {path: sha256_hex(content) for path, content in sorted(contents.items())}
    lock = contents.get(_relative(root, directory / LOCK_FILE))
    given = dict(sorted((inputs or {}).items()))
    return StackSpec(
        tree=tree,
        environment=environment,
        directory=directory,
        inputs=given,
        files=files,
        lock_hash=hashlib.sha256(lock).hexdigest() if lock is not None else None,
        provider_blocks=_count_provider_blocks(contents),
        digest=document_digest(spec_document(tree, environment, given, files)),
    )


def spec_document(tree: str, environment: str, inputs: Mapping[str, str], files: Mapping[str, str]) -> Json:
    """The spec as JSON data."""
    return {"tree": tree, "environment": environment, "inputs": dict(inputs), "files": dict(files)}


def _require_root_module(directory: Path) -> None:
    if not directory.is_dir():
        raise StackError(f"There is no root module {directory}", fix="Check the tree's path in alphaswarm.toml")
    if not _configuration_of(directory):
        raise StackError(f"{directory} holds no Terraform files", fix="Check the tree's path in alphaswarm.toml")


def _reached_modules(root: Path, directory: Path) -> list[Path]:
    """The root module and every local module that it reaches, each once.

    Any relative `source` counts, also in places where Terraform would not take it: too much in the hash is harmless.
    """
    found: list[Path] = []
    waiting = [directory.resolve()]
    while waiting:
        module = waiting.pop()
        if module in found:
            continue
        if not module.is_relative_to(root.resolve()):
            raise StackError(
                f"{directory.name} uses the module {module}, which lies outside the project",
                why="what it contains could change without a trace",
                fix="Move the module into the project",
            )
        found.append(module)
        for path in _configuration_of(module):
            text = _read(path).decode("utf-8", "replace")
            _require_literal_sources(path, text)
            sources = _SOURCE.findall(text)
            waiting += [target for source in sources if (target := (module / source).resolve()).is_dir()]
    return sorted(found)


def _configuration_of(module: Path) -> list[Path]:
    return sorted(path for path in module.iterdir() if path.name.endswith(_CONFIGURATION))


def _require_literal_sources(path: Path, text: str) -> None:
    """Newer engines compute sources from variables: what such a module is, the hash could not tell."""
    for source in _MODULE_SOURCE.findall(text):
        if not _LITERAL.match(source):
            raise StackError(
                f"{path} computes the source of a module: {source.strip()}",
                why="what the stack is made of could change without a trace",
                fix="Write the source as plain text",
            )


def _files_of(root: Path, module: Path) -> dict[str, bytes]:
    return {
        _relative(root, path): _read(path)
        for path in sorted(module.rglob("*"))
        if not _LEFT_OUT_DIRECTORIES & set(path.relative_to(module).parts)
        and not _LEFT_OUT_FILES.search(path.name)
        and _is_file(path)
    }


def _is_file(path: Path) -> bool:
    if path.is_symlink() and path.is_dir():
        raise StackError(
            f"{path} is a link to a directory", why="what it holds would not be in the hash", fix="Make it a module"
        )
    return path.is_file()


def _relative(root: Path, path: Path) -> str:
    place = path.resolve()
    if not place.is_relative_to(root.resolve()):
        raise StackError(
            f"{path} is a link to {place}, which lies outside the project",
            why="what it contains could change without a trace",
            fix="Put the file itself into the project",
        )
    return place.relative_to(root.resolve()).as_posix()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise StackError(f"{path} cannot be read", why=error.strerror) from error


def _count_provider_blocks(contents: Mapping[str, bytes]) -> dict[str, int]:
    """How often each provider is configured; none where that cannot be proved (aliases, JSON, escapes in a name)."""
    counts: dict[str, int] = {}
    for path, content in contents.items():
        if not path.endswith(_CONFIGURATION):
            continue
        text = content.decode("utf-8", "replace")
        names = _PROVIDER_BLOCK.findall(text)
        if path.endswith(".json") or _ALIASES.search(text) or any("\\" in name for name in names):
            return {}
        for name in names:
            counts[name] = counts.get(name, 0) + 1
    return counts
