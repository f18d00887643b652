"""What a build's process is told to do: one line of JSON on its standard input."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Source:
    """Where the source comes from.

    Attributes:
        kind: `GITHUB`, `S3` or `NO_SOURCE`.
        location: As the project has it.
        version: As it was asked for; empty if it was not.
        buildspec: A path in the source, an S3 ARN, or the buildspec itself; empty: `buildspec.yml`.
        checkout: The repository on this machine that stands for the one on GitHub.
        hosted: The local GitHub's copy of it, which has the commits that came to be there; empty: there is none.
        depth: How many commits of its history are fetched; 0: all.
    """

    kind: str
    location: str
    version: str
    buildspec: str
    checkout: str
    hosted: str = ""
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of the project or of the one who started the build; `kind` as in the API."""

    name: str
    value: str
    kind: str


@dataclass(frozen=True, slots=True)
class Orders:
    """One build.

    Attributes:
        scratch: A directory of its own, which exists and is private.
        credentials_url: Where credentials are asked for, with `credentials_token`.
        seconds: How long it may run.
        log_group: None: no log is written.
        log_stream: Likewise.
        artifacts: As the project has them.
        path: `PATH` of its commands.
        built_in: The `CODEBUILD_…` variables that are known when it starts.
        cache: Where the project's local custom cache is; None: it has none.
        notes: What of the project has no effect here, for the log.
    """

    build_id: str
    build_arn: str
    uuid: str
    role_arn: str
    endpoint: str
    region: str
    scratch: str
    credentials_url: str
    credentials_token: str = field(repr=False)
    seconds: float
    log_group: str | None
    log_stream: str | None
    source: Source
    artifacts: Mapping[str, Any]
    variables: tuple[Variable, ...]
    path: str
    built_in: Mapping[str, str]
    cache: str | None = None
    notes: tuple[str, ...] = ()

    def to_line(self) -> bytes:
        """The line that is sent."""
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def from_line(cls, line: bytes) -> "Orders":
        """The orders in a line that this process's own server wrote."""
        document = json.loads(line)
        variables = tuple(Variable(**each) for each in document.pop("variables"))
        source = Source(**document.pop("source"))
        notes = tuple(document.pop("notes"))
        return cls(source=source, variables=variables, notes=notes, **document)
