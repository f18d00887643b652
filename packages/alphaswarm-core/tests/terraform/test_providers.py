"""Providers: where packages are looked for, what the lock file pins, and that no other byte is ever started."""

import json
import os
from pathlib import Path

import pytest

from alphaswarm_core.terraform.errors import ProviderMissingError
from alphaswarm_core.terraform.providers import (
    LockedProvider,
    check_package,
    cli_configuration,
    discover_mirrors,
    host_platform,
    mirror_holding,
    package_hash,
    read_lock_file,
)

AWS, RANDOM = "registry.terraform.io/hashicorp/aws", "registry.terraform.io/hashicorp/random"

LOCK_FILE = """\
# This file is maintained automatically by "terraform init".
provider "registry.terraform.io/hashicorp/aws" {
  version     = "5.100.0"
  constraints = "~> 5.95"
  hashes = [
    "h1:Ijt7pOlB7Tr7maGQIqtsLFbl7pSMIj06TVdkoSBcYOw=",
    "zh:054b8dd49f0549c9a7cc27d159e45327b7b65cf404da5e5a20da154b90b8a644",
  ]
}

provider "registry.terraform.io/hashicorp/random" {
  version = "3.6.0"
  hashes = [
    "h1:R5Ucn26riKIEijcsiOMBR3uOAjuOMfI1x7XvH4P6B1w=",
  ]
}
"""


def locked(source: str = AWS, version: str = "5.100.0", *hashes: str) -> LockedProvider:
    return LockedProvider(source, version, hashes)


def mirror(place: Path, source: str = AWS, version: str = "5.100.0") -> Path:
    """A filesystem mirror at `place` with an unpacked package."""
    package = place / source / version / host_platform()
    package.mkdir(parents=True)
    (package / f"terraform-provider-{source.rpartition('/')[2]}_v{version}").write_bytes(b"\x7fELF")
    return place


def test_lock_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text(LOCK_FILE)

    aws, random = read_lock_file(tmp_path / "lock")

    assert (aws.source, aws.version, len(aws.hashes)) == (AWS, "5.100.0", 2)
    assert random == locked(RANDOM, "3.6.0", "h1:R5Ucn26riKIEijcsiOMBR3uOAjuOMfI1x7XvH4P6B1w=")


@pytest.mark.parametrize("text", ["", "# nothing\n", 'provider "x" {\n}\n'])
def test_lock_file_without_providers_pins_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "lock").write_text(text)

    assert read_lock_file(tmp_path / "lock") == ()
    assert read_lock_file(tmp_path / "missing") == ()


def test_mirrors_are_found_in_implied_directories_and_under_prefixes(tmp_path: Path) -> None:
    home, prefix = tmp_path / "home", tmp_path / "prefix"
    implied = mirror(home / ".terraform.d/plugins")
    direct = mirror(prefix)
    usual = mirror(prefix / "terraform/plugins", RANDOM)
    added = mirror(prefix / "any-name")

    assert discover_mirrors(home, [str(prefix), str(tmp_path / "missing")]) == (implied, direct, usual, added)


def test_directories_that_only_look_like_mirrors_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "prefix/software/registry.terraform.io").mkdir(parents=True)
    (tmp_path / "prefix/other/example.org/hashicorp/aws").mkdir(parents=True)
    (tmp_path / "prefix/file").write_text("")

    assert discover_mirrors(tmp_path, [str(tmp_path / "prefix")]) == ()


def test_mirror_holds_a_provider_only_in_the_pinned_version_for_this_machine(tmp_path: Path) -> None:
    place = mirror(tmp_path / "mirror")
    (place / RANDOM / "3.6.0" / "plan9_mips").mkdir(parents=True)

    assert mirror_holding(locked(), [place]) == place
    assert mirror_holding(locked(version="5.99.0"), [place]) is None
    assert mirror_holding(locked(RANDOM, "3.6.0"), [place]) is None


def test_packed_mirror_holds_a_provider_too(tmp_path: Path) -> None:
    archive = tmp_path / RANDOM / f"terraform-provider-random_3.6.0_{host_platform()}.zip"
    archive.parent.mkdir(parents=True)
    archive.write_bytes(b"PK")

    assert mirror_holding(locked(RANDOM, "3.6.0"), [tmp_path]) == tmp_path


def test_first_mirror_is_taken(tmp_path: Path) -> None:
    first, second = mirror(tmp_path / "1"), mirror(tmp_path / "2")

    assert mirror_holding(locked(), [first, second]) == first


def test_configuration_uses_a_mirror_for_what_it_holds_and_the_registry_for_the_rest(tmp_path: Path) -> None:
    place = mirror(tmp_path / 'a "quoted" mirror')

    text = cli_configuration([locked(), locked(RANDOM, "3.6.0")], [place], Path("/cache"))

    assert (
        text
        == f"""\
plugin_cache_dir = "/cache"
disable_checkpoint = true
provider_installation {{
  filesystem_mirror {{
    path    = {json.dumps(str(place))}
    include = ["{AWS}"]
  }}
  direct {{
    exclude = ["{AWS}"]
  }}
}}
"""
    )


def test_configuration_without_mirrors_downloads_as_usual() -> None:
    assert cli_configuration([locked()], [], Path("/cache")) == (
        'plugin_cache_dir = "/cache"\ndisable_checkpoint = true\n'
        "provider_installation {\n  direct {\n    exclude = []\n  }\n}\n"
    )


@pytest.fixture
def package(tmp_path: Path) -> Path:
    directory = tmp_path / "package"
    (directory / "docs").mkdir(parents=True)
    (directory / "terraform-provider-x").write_bytes(b"\x7fELF and much more")
    (directory / "docs/LICENSE").write_text("free")
    return directory


def test_hash_is_the_one_of_go(tmp_path: Path) -> None:
    """Computed with `sha256sum` and the definition of golang.org/x/mod/sumdb/dirhash, Hash1, for one file `a` = "a"."""
    directory = tmp_path / "package"
    directory.mkdir()
    (directory / "a").write_text("a")

    assert package_hash(directory) == "h1:oKf/ILZRBdyKD/ynm9pF5wzQkQG3v2HckX8NtgFwqRM="


def test_package_that_the_lock_file_pins_is_good_and_remembered(package: Path, tmp_path: Path) -> None:
    memory = tmp_path / "deep/memory.json"

    check_package(package, locked(AWS, "1.0.0", package_hash(package)), memory)

    assert list(json.loads(memory.read_text()).values()) == [package_hash(package)]


@pytest.mark.parametrize("hashes", [(), ("zh:054b",), ("h1:another=",)])
def test_package_that_the_lock_file_does_not_pin_is_refused(
    package: Path, tmp_path: Path, hashes: tuple[str, ...]
) -> None:
    with pytest.raises(ProviderMissingError, match="is not the one in"):
        check_package(package, locked(AWS, "1.0.0", *hashes), tmp_path / "memory.json")
    assert not (tmp_path / "memory.json").exists()


@pytest.mark.parametrize("change", ["flip", "add", "remove", "rename", "move"])
def test_memory_is_no_excuse_when_the_package_changes(package: Path, tmp_path: Path, change: str) -> None:
    memory = tmp_path / "memory.json"
    provider = locked(AWS, "1.0.0", package_hash(package))
    check_package(package, provider, memory)
    binary = package / "terraform-provider-x"
    before = binary.stat()
    if change == "flip":  # same size, and the time of change set back: only the inode's own change time tells
        binary.write_bytes(b"\x7fELF and much morE")
        os.utime(binary, ns=(before.st_atime_ns, before.st_mtime_ns))
    elif change == "add":
        (package / "evil.so").write_bytes(b"x")
    elif change == "remove":
        (package / "docs/LICENSE").unlink()
    elif change == "rename":
        binary.rename(package / "terraform-provider-y")
    else:
        (package / "docs/LICENSE").rename(package / "LICENSE")

    with pytest.raises(ProviderMissingError):
        check_package(package, provider, memory)


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff\xfe", b'{"a": 1}'])
def test_damaged_memory_is_forgotten(package: Path, tmp_path: Path, content: bytes) -> None:
    memory = tmp_path / "memory.json"
    memory.write_bytes(content)

    check_package(package, locked(AWS, "1.0.0", package_hash(package)), memory)
    with pytest.raises(ProviderMissingError):
        check_package(package, locked(AWS, "1.0.0", "h1:other="), memory)


def test_memory_that_was_forged_for_another_place_does_not_count(package: Path, tmp_path: Path) -> None:
    memory = tmp_path / "memory.json"
    good = package_hash(package)
    check_package(package, locked(AWS, "1.0.0", good), memory)
    copy = tmp_path / "copy"
    package.rename(copy)
    (copy / "terraform-provider-x").write_bytes(b"other")

    with pytest.raises(ProviderMissingError):
        check_package(copy, locked(AWS, "1.0.0", good), memory)
