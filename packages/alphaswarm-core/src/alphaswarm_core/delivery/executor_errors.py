"""What can go wrong between the caller of a build and its result."""

from alphaswarm_core.errors import (
    AlphaSwarmError,
    ApprovalMissingError,
    ExitCode,
    RefusedError,
    UnavailableError,
    UsageError,
)


class OrderRefusedError(RefusedError):
    """A build was asked for something that no build does, or in a form that none takes."""

    code = "AS-EXE-001"
    summary = "What a build is asked to do is not one of its orders"


class CommitUnknownError(UsageError):
    """A build runs one commit, which has to be named in full and to be where the build can get it."""

    code = "AS-EXE-002"
    summary = "The commit to build is not known in full, or was not pushed"


class BuildProjectError(UnavailableError):
    """The deploy project is missing, or not made as the landing zone makes it."""

    code = "AS-EXE-003"
    summary = "The deploy build's project is missing or not as the landing zone makes it"


class BuildQuotaError(UnavailableError):
    """The account may run no build of that kind: AWS would refuse or queue it for ever."""

    code = "AS-EXE-004"
    summary = "The account's quota for concurrent builds is zero"


class CodeBuildUnavailableError(UnavailableError):
    """CodeBuild, or a service that it needs, does not answer."""

    code = "AS-EXE-005"
    summary = "CodeBuild does not answer"


class CodeBuildRefusedError(RefusedError):
    """AWS does not let the caller do that."""

    code = "AS-EXE-006"
    summary = "AWS does not let the caller start or follow the build"


class BuildFailedError(AlphaSwarmError):
    """The build ended, and not well."""

    code = "AS-EXE-007"
    summary = "The build failed"


class BuildRefusedError(RefusedError):
    """What ran inside the build was refused by trust, policy or gate."""

    code = "AS-EXE-008"
    summary = "The run inside the build was refused"


class BuildApprovalMissingError(ApprovalMissingError):
    """What ran inside the build waits for people."""

    code = "AS-EXE-009"
    summary = "The run inside the build waits for approvals"


class BuildUnavailableError(UnavailableError):
    """What ran inside the build missed a service: the ledger, the index, AWS."""

    code = "AS-EXE-010"
    summary = "A service that the run inside the build needs was not there"


class WrongSourceError(RefusedError):
    """The build ran another commit than it was asked for."""

    code = "AS-EXE-011"
    summary = "The build did not run the commit that was asked for"


class BuildStoppedError(AlphaSwarmError):
    """Somebody stopped the build."""

    code = "AS-EXE-012"
    exit_code = ExitCode.INTERRUPTED
    summary = "The build was stopped"


class BuildIdentityError(RefusedError):
    """The program says that it runs in a build, and AWS does not confirm it."""

    code = "AS-EXE-013"
    summary = "AWS does not confirm the build that the program says it runs in"


class EvidenceRefusedError(RefusedError):
    """The token that came with the order does not hold, or is not of who started the build."""

    code = "AS-EXE-014"
    summary = "The evidence of who started the build does not hold"


class PlanNotKeptError(UnavailableError):
    """The plan's file is not where builds keep it."""

    code = "AS-EXE-015"
    summary = "The file of a plan could not be kept for, or got from, another build"
