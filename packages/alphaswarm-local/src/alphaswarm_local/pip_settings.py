"""Which package index pip uses on this machine: asked of pip itself, because only pip knows all the places it reads.

The server's own environment is clean. What of the caller's environment concerns pip and the way to its index comes in
one variable (`ENVIRONMENT_VARIABLE`), and nothing else in the server acts on it. An answer names a host and may hold
a password: it stays in memory.
"""

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ENVIRONMENT_VARIABLE = "ALPHASWARM_LOCAL_INDEX_ENVIRONMENT"
_SECONDS = 60
_LISTED = re.compile(
    r"PIP_[A-Z_]+|HOME|XDG_CONFIG_(HOME|DIRS)|(HTTPS?|ALL|NO)_PROXY|(https?|all|no)_proxy"
    r"|SSL_CERT_(FILE|DIR)|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE"
    r"|UV_(DEFAULT_INDEX|INDEX|INDEX_URL|EXTRA_INDEX_URL|FIND_LINKS|NATIVE_TLS|SYSTEM_CERTS)"
)
_PLACES = re.compile(r"HOME|XDG_CONFIG_(HOME|DIRS)")
_FILES_OF_USER = (".config/pip/pip.conf", ".pip/pip.conf", "Library/Application Support/pip/pip.conf")
_LINE = re.compile(r"(?P<section>[^.\s]+)\.(?P<name>[a-z-]+)=(?P<value>.+)")
_DEFAULT = re.compile(r"Base URL of the Python Package Index\s+\(default\s+(?P<url>[a-z]+://[^\s)]+)\)")
_PRECEDENCE = ("global", "install", ":env:")
"""pip's sections that count, the strongest last."""


class PipSettingsError(Exception):
    """pip is missing or does not say which index it uses."""


@dataclass(frozen=True, slots=True)
class PipSettings:
    """What pip would use.

    Attributes:
        index_url: Without a slash at the end; may hold credentials.
        certificates: A file of certificate authorities; None for the usual ones.
        proxies: URL pattern → proxy.
        direct_hosts: Hosts that are asked without a proxy.
        trusted_hosts: Hosts whose certificate pip does not check.
        left_out: Other sources of packages that pip has and the local cloud does not use, by option.
    """

    index_url: str
    certificates: str | None
    proxies: Mapping[str, str]
    direct_hosts: tuple[str, ...]
    trusted_hosts: tuple[str, ...]
    left_out: tuple[str, ...]


def environment_for_server(ambient: Mapping[str, str]) -> dict[str, str]:
    """The one variable that tells the server what `ambient` says about pip and the way to its index."""
    listed = {name: value for name, value in ambient.items() if _LISTED.fullmatch(name) and value}
    return {ENVIRONMENT_VARIABLE: json.dumps(listed)}


def environment_of_pip() -> dict[str, str]:
    """The caller's variables, in the server."""
    given = json.loads(os.environ.get(ENVIRONMENT_VARIABLE, "{}"))
    return {str(name): str(value) for name, value in given.items()}


def environment_for_jobs(given: Mapping[str, str]) -> dict[str, str]:
    """What a job of a workflow needs, with a home of its own, to install packages as the caller would.

    Args:
        given: The caller's variables, from `environment_of_pip`.
    """
    told = {name: value for name, value in given.items() if not _PLACES.fullmatch(name)}
    home = Path(given.get("HOME", os.devnull))
    own = Path(given.get("XDG_CONFIG_HOME", os.devnull)) / "pip" / "pip.conf"
    found = next((each for each in (own, *(home / name for name in _FILES_OF_USER)) if each.is_file()), None)
    return told if found is None else {"PIP_CONFIG_FILE": str(found), **told}


def ask_pip(ambient: Mapping[str, str], own_path: str) -> PipSettings:
    """What pip says.

    Args:
        ambient: The variables that pip sees besides `PATH`.
        own_path: An index at this path on loopback is the local cloud's own: somebody logged pip in. It is no upstream.

    Raises:
        PipSettingsError: pip is not there, or is set to use no index.
    """
    options = _options(_run(["config", "list"], ambient))
    if options.get("no-index", "").lower() in {"1", "true", "yes", "on"}:
        raise PipSettingsError("pip is configured with no-index")
    configured = options.get("index-url", "")
    if not configured or own_path in configured:
        configured = _default(ambient)
    return PipSettings(
        index_url=configured.rstrip("/"),
        certificates=options.get("cert") or ambient.get("REQUESTS_CA_BUNDLE") or ambient.get("CURL_CA_BUNDLE"),
        proxies=_proxies(options, ambient),
        direct_hosts=tuple(_variable(ambient, "no_proxy").replace(",", " ").split()),
        trusted_hosts=tuple(options.get("trusted-host", "").split()),
        left_out=tuple(name for name in ("extra-index-url", "find-links") if options.get(name)),
    )


def _options(listing: str) -> dict[str, str]:
    found: dict[tuple[str, str], str] = {}
    for line in listing.splitlines():
        match = _LINE.fullmatch(line.strip())
        if match is not None:
            found[match["section"], match["name"]] = str(ast.literal_eval(match["value"]))
    options: dict[str, str] = {}
    for section in _PRECEDENCE:
        options |= {name: value for (where, name), value in found.items() if where == section}
    return options


def _default(ambient: Mapping[str, str]) -> str:
    """The index that is compiled into pip: it prints it in its help, which no configuration changes when isolated."""
    text = _run(["--isolated", "install", "--help"], ambient)
    match = _DEFAULT.search(" ".join(text.split()))
    if match is None:
        raise PipSettingsError("pip's help does not name its default index")
    return match["url"]


def _proxies(options: Mapping[str, str], ambient: Mapping[str, str]) -> dict[str, str]:
    everywhere = options.get("proxy") or _variable(ambient, "all_proxy")
    named = {f"{scheme}://": _variable(ambient, f"{scheme}_proxy") or everywhere for scheme in ("http", "https")}
    if options.get("proxy"):
        named = dict.fromkeys(named, options["proxy"])
    return {pattern: proxy for pattern, proxy in named.items() if proxy}


def _variable(ambient: Mapping[str, str], name: str) -> str:
    return ambient.get(name) or ambient.get(name.upper()) or ""


def _run(arguments: list[str], ambient: Mapping[str, str]) -> str:
    # Wide, or pip breaks the line in the middle of an address.
    environment = {
        **ambient,
        "PATH": os.environ.get("PATH", ""),
        "COLUMNS": "500",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }
    command = [sys.executable, "-I", "-m", "pip", *arguments]
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PipSettingsError(f"pip does not answer: {error}") from error
    if done.returncode != 0:
        raise PipSettingsError(f"pip does not answer: {done.stderr.strip().splitlines()[-1:] or 'no message'}")
    return done.stdout
