"""Providers: where packages are found on this machine, and the CLI configuration that says so.

Terraform looks for mirrors in implied directories only; machines also carry them under the prefixes that the
Filesystem Hierarchy Standard (FHS 3.0) gives to add-on software and shared data. A mirror is used for a provider only
when it holds the very version that the lock file pins; otherwise Terraform downloads as usual.
Source: developer.hashicorp.com/terraform/cli/config/config-file (provider installation).
"""

import base64
import hashlib
import json
import os
import platform
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from alphaswarm_core.terraform.errors import ProviderMissingError

_IMPLIED = (
    ".terraform.d/plugins",
    ".local/share/terraform/plugins",
    "Library/Application Support/io.terraform/plugins",
)
_FHS_PREFIXES = ("/usr/local/share", "/usr/share", "/opt", "/srv", "/var/opt")
_LOCK_BLOCK = re.compile(r'provider\s+"([^"]+)"\s*\{(.*?)\n\}', re.DOTALL)
_VERSION = re.compile(r'^\s*version\s*=\s*"([^"]+)"', re.MULTILINE)
_HASH = re.compile(r'"(h1:[^"]+|zh:[^"]+)"')


@dataclass(frozen=True, slots=True)
class LockedProvider:
    """One `provider` block of `.terraform.lock.hcl`: `source` is `host/namespace/type`."""

    source: str
    version: str
    hashes: tuple[str, ...]


def read_lock_file(path: Path) -> tuple[LockedProvider, ...]:
    """The providers that `path` pins; none where there is no lock file."""
    if not path.is_file():
        return ()
    text = path.read_text(encoding="utf-8")
    return tuple(
        LockedProvider(source, version.group(1), tuple(_HASH.findall(block)))
        for source, block in _LOCK_BLOCK.findall(text)
        if (version := _VERSION.search(block))
    )


def host_platform() -> str:
    """This machine in Terraform's words, for example `linux_amd64`."""
    machine = {"x86_64": "amd64", "aarch64": "arm64", "i686": "386"}.get(platform.machine().lower())
    return f"{platform.system().lower()}_{machine or platform.machine().lower()}"


def discover_mirrors(home: Path | None = None, prefixes: Iterable[str] = _FHS_PREFIXES) -> tuple[Path, ...]:
    """The filesystem mirrors of this machine: directories that hold `<host>/<namespace>/<type>/<version>/<platform>`.

    Looks into Terraform's implied directories of `home` (default: the user's) and one level below each of `prefixes`.
    """
    user = home if home is not None else Path.home()
    candidates = [user / implied for implied in _IMPLIED]
    for prefix in prefixes:
        candidates += [Path(prefix), Path(prefix) / "terraform/plugins", *_children(Path(prefix))]
    return tuple(path for path in dict.fromkeys(candidates) if _is_mirror(path))


def mirror_holding(provider: LockedProvider, mirrors: Iterable[Path]) -> Path | None:
    """The first mirror with the pinned version of `provider` for this machine, unpacked or as a zip archive."""
    for mirror in mirrors:
        directory = mirror / provider.source
        unpacked = directory / provider.version / host_platform()
        name = provider.source.rsplit("/", 1)[-1]
        packed = directory / f"terraform-provider-{name}_{provider.version}_{host_platform()}.zip"
        if unpacked.is_dir() or packed.is_file():
            return mirror
    return None


def cli_configuration(locked: Iterable[LockedProvider], mirrors: Iterable[Path], plugin_cache: Path) -> str:
    """The text of the project's own Terraform CLI configuration."""
    found = {provider.source: mirror_holding(provider, mirrors) for provider in locked}
    lines = [
        f"plugin_cache_dir = {json.dumps(str(plugin_cache))}",
        "disable_checkpoint = true",
        "provider_installation {",
    ]
    for mirror in sorted({mirror for mirror in found.values() if mirror}):
        sources = sorted(source for source, place in found.items() if place == mirror)
        lines += [
            "  filesystem_mirror {",
            f"    path    = {json.dumps(str(mirror))}",
            f"    include = {json.dumps(sources)}",
            "  }",
        ]
    mirrored = sorted(source for source, mirror in found.items() if mirror)
    lines += ["  direct {", f"    exclude = {json.dumps(mirrored)}", "  }", "}"]
    return "\n".join(lines) + "\n"


def package_hash(directory: Path) -> str:
    """The `h1:` hash of an unpacked provider package, as `.terraform.lock.hcl` has it.

    SHA-256 over the sorted lines `<sha256 of file>  <path>` (golang.org/x/mod/sumdb/dirhash, Hash1).
    """
    files = (each for each in directory.rglob("*") if each.is_file())
    lines = []
    for path in sorted(files, key=lambda each: each.relative_to(directory).as_posix()):
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        lines.append(f"{digest}  {path.relative_to(directory).as_posix()}\n")
    summary = hashlib.sha256("".join(lines).encode()).digest()
    return "h1:" + base64.b64encode(summary).decode()


def check_package(directory: Path, provider: LockedProvider, memory: Path) -> None:
    """Refuse a provider package whose bytes are not the ones that the lock file pins.

    Terraform does not check a provider that it is told to reattach to, so this is done here, before it is started. The
    hash of some hundred megabytes is remembered in `memory` under the identity and change time of the files.

    Raises:
        ProviderMissingError: the package does not match, or the lock file has no `h1:` hash to compare with.
    """
    stamp = _stamp(directory)
    known = _recall(memory)
    actual = known.get(stamp) or package_hash(directory)
    if actual not in provider.hashes:
        raise ProviderMissingError(
            f"The installed package of {provider.source} {provider.version} is not the one in .terraform.lock.hcl",
            why=f"its hash is {actual}",
            fix="Remove it and run again; if the lock file is meant to change: terraform providers lock",
        )
    if stamp not in known:
        _remember(memory, {**known, stamp: actual})


def _stamp(directory: Path) -> str:
    stats = [(path.name, path.stat()) for path in sorted(directory.rglob("*")) if path.is_file()]
    facts = [(name, s.st_dev, s.st_ino, s.st_size, s.st_mtime_ns, s.st_ctime_ns) for name, s in stats]
    return hashlib.sha256(json.dumps([str(directory.resolve()), facts]).encode()).hexdigest()


def _recall(memory: Path) -> dict[str, str]:
    try:
        document = json.loads(memory.read_text())
    except (OSError, ValueError):
        return {}
    return {str(key): str(value) for key, value in document.items()} if isinstance(document, dict) else {}


def _remember(memory: Path, known: Mapping[str, str]) -> None:
    memory.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = memory.with_name(f"{memory.name}.{os.getpid()}")
    draft.write_text(json.dumps(dict(known)))
    draft.replace(memory)


def _children(directory: Path) -> list[Path]:
    try:
        return [child for child in sorted(directory.iterdir()) if child.is_dir()]
    except OSError:
        return []


def _is_mirror(path: Path) -> bool:
    """Whether `path` has a public registry's providers below it: `<registry host>/<namespace>/<type>/`."""
    registries = (path / host for host in ("registry.terraform.io", "registry.opentofu.org"))
    return any(_children(namespace) for registry in registries for namespace in _children(registry))
