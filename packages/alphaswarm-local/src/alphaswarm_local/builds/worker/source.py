"""DOWNLOAD_SOURCE: a copy of the asked commit and of nothing else, never of the working tree; and its buildspec.

Git's words for a commit are its hash; a branch or a tag is looked up once, and what it was is recorded.
"""

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from alphaswarm_local.builds.worker.cloud import Cloud, CloudError
from alphaswarm_local.builds.worker.failures import PhaseFailedError, client_error
from alphaswarm_local.builds.worker.orders import Orders, Source

_COMMIT = re.compile(r"[0-9a-f]{40}")
_REF = re.compile(r"(?!.*(\.\.|//|@\{|\.lock(/|\Z)))[A-Za-z0-9_][A-Za-z0-9._/+-]{0,250}")
_INLINE = re.compile(r"\s*(\{|---|#|version\s*:)")
_S3_ARN = re.compile(r"arn:aws:s3:::(?P<bucket>[a-z0-9.-]+)/(?P<key>.+)")
_GIT_VARIABLES = {
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}

Run = Callable[[list[str], dict[str, str]], tuple[int, str]]
"""Runs a command in an environment; its exit code and its output."""


class SourceCopy:
    """The build's own copy of its source.

    Args:
        orders: What is asked for.
        directory: Where the copy is put; it exists and is empty.
        cloud: For what lies in S3.
        run: Runs git.
    """

    def __init__(self, orders: Orders, directory: Path, cloud: Cloud, run: Run) -> None:
        self._source, self._path = orders.source, orders.path
        self._place = orders.source.checkout
        self._directory, self._cloud, self._run = directory, cloud, run

    def fetch(self) -> str:
        """Put the source in place; what it is: the commit, the object's version, or empty for none.

        Raises:
            PhaseFailedError: it cannot be had.
        """
        match self._source.kind:
            case "GITHUB":
                commit = self._commit()
                self._check_out(commit)
                return commit
            case "S3":
                self._unpack()
                return self._source.version
        return ""

    def buildspec(self) -> str | bytes:
        """The text of the buildspec.

        Raises:
            PhaseFailedError: there is none.
        """
        named = self._source.buildspec
        if _INLINE.match(named) or "\n" in named:
            return named
        if in_s3 := _S3_ARN.fullmatch(named):
            try:
                return self._cloud.get_object(in_s3["bucket"], in_s3["key"])
            except CloudError as problem:
                raise PhaseFailedError("YAML_FILE_ERROR", f"{named}: {problem}") from problem
        return self._file(named or "buildspec.yml")

    def _file(self, name: str) -> bytes:
        path = PurePosixPath(name)
        place = (self._directory / path).resolve()
        if path.is_absolute() or not place.is_relative_to(self._directory.resolve()):
            raise PhaseFailedError("YAML_FILE_ERROR", f"{name} is not a path in the source")
        try:
            return place.read_bytes()
        except OSError as problem:
            raise PhaseFailedError("YAML_FILE_ERROR", f"stat {place}: {problem.strerror or problem}") from problem

    def _commit(self) -> str:
        """The commit that is asked for: by its hash, by the name of a branch or tag; without any, the current one."""
        version = self._source.version
        if _COMMIT.fullmatch(version):
            return self._placed(version)
        names = [version] if version.startswith("refs/") else [f"refs/{kind}/{version}" for kind in _KINDS]
        for name in names if version else ["HEAD"]:
            if (not version or _REF.fullmatch(version)) and (commit := self._parsed(name)):
                return commit
        raise client_error(f"reference not found {_primary(version)}")

    def _placed(self, commit: str) -> str:
        """A commit by its hash: what is merged at the local GitHub is there before it is in the checkout."""
        for place in filter(None, (self._source.checkout, self._source.hosted)):
            self._place = place
            if Path(place).is_dir() and self._parsed(commit):
                return commit
        raise client_error(f"object not found {_primary(commit)}")

    def _parsed(self, name: str) -> str | None:
        code, output = self._git("-C", self._place, "rev-parse", "--quiet", "--verify", f"{name}^{{commit}}")
        found = output.strip()
        return found if code == 0 and _COMMIT.fullmatch(found) else None

    def _check_out(self, commit: str) -> None:
        """Fetch one commit with the history that the project wants, and nothing that it does not lead to."""
        depth = [f"--depth={self._source.depth}"] if self._source.depth else []
        serve = f"git -c safe.directory={_quoted(self._place)} -c uploadpack.allowAnySHA1InWant=true upload-pack"
        here = ("-C", str(self._directory))
        for words in (
            ("init", "--quiet", "--initial-branch=build", str(self._directory)),
            (
                *here, "fetch", "--quiet", *depth, "--no-tags", f"--upload-pack={serve}",
                Path(self._place).as_uri(), commit,
            ),
            (*here, "checkout", "--quiet", "--detach", commit),
            (*here, "remote", "add", "origin", self._source.location),
        ):  # fmt: skip
            code, output = self._git(*words)
            if code != 0:
                raise client_error(f"{' '.join(output.split())[-500:] or 'git failed'} {_primary(commit)}")

    def _git(self, *words: str) -> tuple[int, str]:
        trusted = ("-c", f"safe.directory={self._place}", "-c", "advice.detachedHead=false")
        return self._run(["git", *trusted, *words], {**_GIT_VARIABLES, "PATH": self._path})

    def _unpack(self) -> None:
        bucket, _, key = self._source.location.removeprefix("arn:aws:s3:::").partition("/")
        try:
            content = self._cloud.get_object(bucket, key, self._source.version)
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                archive.extractall(self._directory)  # zipfile drops what would lead out of it
        except CloudError as problem:
            raise client_error(f"{problem} for primary source and source version {self._source.location}") from problem
        except (zipfile.BadZipFile, OSError, ValueError) as problem:
            raise client_error(f"{self._source.location} is not a ZIP archive: {problem}") from problem


_KINDS = ("heads", "tags", "remotes/origin")


def _primary(version: str) -> str:
    return f"for primary source and source version {version[:200]}"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def describes(source: Source) -> str:
    """Where the source is taken from, for the log."""
    if source.kind == "GITHUB":
        return f"Source {source.location} is taken from the checkout {source.checkout}"
    return f"Source is {source.location}" if source.kind == "S3" else "There is no source"
