"""What came of a build: from AWS's status and the build's exported variables to a result, or to the error that it was.

Success is claimed only for a complete build that succeeded and that ran the commit that was asked for.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from alphaswarm_core.delivery.builds import Build
from alphaswarm_core.delivery.executor_errors import (
    BuildApprovalMissingError,
    BuildFailedError,
    BuildRefusedError,
    BuildStoppedError,
    BuildUnavailableError,
    WrongSourceError,
)
from alphaswarm_core.delivery.following import Followed
from alphaswarm_core.errors import AlphaSwarmError, ExitCode

RUN_ID = "ALPHASWARM_RUN_ID"
RUN_STATUS = "ALPHASWARM_RUN_STATUS"
PLAN_DIGEST = "ALPHASWARM_PLAN_DIGEST"
PLAN_SUMMARY = "ALPHASWARM_PLAN_SUMMARY"
EXIT_CODE = "ALPHASWARM_EXIT_CODE"
ERROR_CODE = "ALPHASWARM_ERROR_CODE"

EXPORTED = (RUN_ID, RUN_STATUS, PLAN_DIGEST, PLAN_SUMMARY, EXIT_CODE, ERROR_CODE)
"""What the build tells its caller; `exported-variables` of the buildspec. They leave the build: nothing secret."""

_SAFE = re.compile(r"[A-Za-z0-9_.,:~+ -]{0,200}")
_SHOWN_LINES = 12
_ERRORS: dict[int, type[AlphaSwarmError]] = {
    ExitCode.REFUSED: BuildRefusedError,
    ExitCode.APPROVAL_MISSING: BuildApprovalMissingError,
    ExitCode.UNAVAILABLE: BuildUnavailableError,
}


@dataclass(frozen=True, slots=True)
class BuildResult:
    """What a build that succeeded did."""

    build: Build
    run_id: str | None
    run_status: str | None
    plan_digest: str | None
    plan_summary: str | None

    def document(self) -> dict[str, object]:
        """As data."""
        return {
            "build_id": self.build.id,
            "build_arn": self.build.arn,
            "build_status": self.build.status,
            "commit": self.build.resolved_commit,
            "run_id": self.run_id,
            "run_status": self.run_status,
            "plan_digest": self.plan_digest,
            "plan_summary": self.plan_summary,
            "link": self.build.link,
        }


def exports(values: Mapping[str, str | None]) -> str:
    """Shell lines that set the exported variables; each value is of a form in which nothing is code.

    Raises:
        ValueError: a value is not of that form.
    """
    for name, value in values.items():
        if name not in EXPORTED or not _SAFE.fullmatch(value or ""):
            raise ValueError(f"{name} cannot be exported")
    return "".join(f"export {name}='{value or ''}'\n" for name, value in values.items())


def result_of(followed: Followed, commit: str) -> BuildResult:
    """The result of a build that was followed to its end.

    Raises:
        WrongSourceError: it ran another commit.
        BuildStoppedError: somebody stopped it.
        AlphaSwarmError: it failed; the class has the exit code of what ran inside.
    """
    build = followed.build
    if build.resolved_commit not in {None, commit}:
        raise WrongSourceError(
            f"The build {build.id} ran {build.resolved_commit}",
            why=f"asked for was {commit}; what it did is not what was reviewed",
            fix="Look at the project's source, and at who may change it",
        )
    if build.status == "STOPPED":
        raise BuildStoppedError(
            f"The build {build.id} was stopped",
            why=_log_end(followed),
            fix="The ledger says how far it came: alphaswarm runs list",
        )
    if not build.complete or build.status != "SUCCEEDED" or build.resolved_commit is None:
        raise _failure(followed)
    told = build.exported
    if told.get(EXIT_CODE, "") != str(int(ExitCode.DONE)):
        raise _failure(followed)  # a buildspec that ends well whatever happened must not look like success
    return BuildResult(
        build, told.get(RUN_ID) or None, told.get(RUN_STATUS) or None, told.get(PLAN_DIGEST) or None,
        told.get(PLAN_SUMMARY) or None,
    )  # fmt: skip


def _failure(followed: Followed) -> AlphaSwarmError:
    build = followed.build
    code = build.exported.get(EXIT_CODE, "")
    kind = _ERRORS.get(int(code), BuildFailedError) if code.isdigit() else _by_status(build.status)
    inner = build.exported.get(ERROR_CODE)
    run = build.exported.get(RUN_ID)
    place = f"Its log: {build.link}" if build.link else f"No log: aws codebuild batch-get-builds --ids {build.id}"
    fix = [place, *([f"Its run: {run}"] if run else [])]
    return kind(
        f"The build {build.id} {_ending(build)}{f' [{inner}]' if inner else ''}", why=_why(followed), fix="\n".join(fix)
    )


def _by_status(status: str) -> type[AlphaSwarmError]:
    return BuildUnavailableError if status == "FAULT" else BuildFailedError


def _ending(build: Build) -> str:
    words = {"FAILED": "failed", "FAULT": "broke down (a fault of CodeBuild's)", "TIMED_OUT": "took too long"}
    phase = build.failed_phase
    how = words.get(build.status, "did not say how the run inside it ended")
    return f"{how}{f' in {phase.name}' if phase else ''}"


def _why(followed: Followed) -> str | None:
    phase = followed.build.failed_phase
    said = [*(phase.contexts if phase else ()), _log_end(followed) or ""]
    return "\n".join(each for each in said if each) or None


def _log_end(followed: Followed) -> str | None:
    return "\n".join(followed.last_lines[-_SHOWN_LINES:]) or None
