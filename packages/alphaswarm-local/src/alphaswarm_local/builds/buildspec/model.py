"""What a buildspec says, once it has been read."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from alphaswarm_local.builds.buildspec.failure import OnFailure

COMMAND_PHASES = ("install", "pre_build", "build", "post_build")
"""The phases that have commands, in the order in which they run."""
_ARN_FIELDS = len(("arn", "aws", "secretsmanager", "region", "account", "secret", "name"))


@dataclass(frozen=True, slots=True)
class PhaseSpec:
    """One phase.

    Attributes:
        commands: They run in this order until one fails.
        final: `finally`: these run after the commands, whether or not one failed.
    """

    commands: tuple[str, ...] = ()
    final: tuple[str, ...] = ()
    on_failure: OnFailure = field(default_factory=OnFailure)


@dataclass(frozen=True, slots=True)
class SecretReference:
    """`secret-id:json-key:version-stage:version-id`; the last three may be empty."""

    secret_id: str
    json_key: str = ""
    version_stage: str = ""
    version_id: str = ""

    @classmethod
    def parse(cls, written: str) -> "SecretReference":
        """Read it from a buildspec or a variable of a project. An ARN has colons of its own; a name has none.

        Raises:
            ValueError: it is not of that form.
        """
        fields = written.split(":")
        named = _ARN_FIELDS if written.startswith("arn:") else 1
        secret, rest = ":".join(fields[:named]), fields[named:]
        if not fields[0] or len(fields) < named or len(rest) > len(("json-key", "version-stage", "version-id")):
            raise ValueError(f"{written[:120]!r} is not of the form secret-id:json-key:version-stage:version-id")
        return cls(secret, *rest)


@dataclass(frozen=True, slots=True)
class ArtifactSpec:
    """What is uploaded.

    Attributes:
        files: Patterns, relative to `base_directory`: `a.txt`, `directory/*`, `**/*`.
        name: Other than the project's; may contain shell expressions. None: the project's.
    """

    files: tuple[str, ...]
    name: str | None = None
    discard_paths: bool = False
    base_directory: str = "."
    exclude_paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Buildspec:
    """A buildspec.

    Attributes:
        shell: `/bin/sh` or `bash`.
        variables: Name → text.
        parameters: Name of a variable → name of its parameter.
        secrets: Name of a variable → its secret.
        exported: Names of variables whose values leave the build.
        cached: What the project's cache keeps for its next build, as it is written.
        phases: Those that are there, of `COMMAND_PHASES`.
        notes: What is there and has no effect here, in sentences for the log.
    """

    phases: Mapping[str, PhaseSpec]
    shell: str = "/bin/sh"
    variables: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, SecretReference] = field(default_factory=dict)
    exported: tuple[str, ...] = ()
    artifacts: ArtifactSpec | None = None
    cached: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
