"""What can go wrong between a stack and its engine.

UnavailableError
├── EngineMissingError      AS-TF-001  5
├── EngineVersionError      AS-TF-002  5
└── ProviderMissingError    AS-TF-003  5
AlphaSwarmError
├── StackError              AS-TF-010  1
├── EngineFailedError       AS-TF-011  1
│   ├── HandleMissingError  AS-TF-012  1
│   └── StateLockedError    AS-TF-013  1
├── EngineTimeoutError      AS-TF-014  1
└── EngineInterruptedError  AS-TF-015  130
RefusedError
├── PlanFileError           AS-TF-020  3
├── StalePlanError          AS-TF-021  3
└── PlanMismatchError       AS-TF-022  3
"""

from alphaswarm_core.errors import AlphaSwarmError, ExitCode, RefusedError, UnavailableError


class EngineMissingError(UnavailableError):
    """No Terraform is to be had: neither a binary nor the embedded engine."""

    code = "AS-TF-001"
    summary = "No Terraform engine was found"


class EngineVersionError(UnavailableError):
    """The engine is there, but too old or not the one that is needed."""

    code = "AS-TF-002"
    summary = "The Terraform engine has the wrong version"


class ProviderMissingError(UnavailableError):
    """A provider could not be installed, or its package is not the one that the lock file pins."""

    code = "AS-TF-003"
    summary = "A Terraform provider cannot be had or does not match the lock file"


class StackError(AlphaSwarmError):
    """The stack on disk cannot be used: no root module, unreadable files."""

    code = "AS-TF-010"
    summary = "The stack on disk cannot be used"


class EngineFailedError(AlphaSwarmError):
    """Terraform ended with an error. `what` is its own first diagnostic."""

    code = "AS-TF-011"
    summary = "Terraform ended with an error"


class HandleMissingError(EngineFailedError):
    """The app tier reads a handle that the landing zone has not published."""

    code = "AS-TF-012"
    summary = "A handle that the app tier needs is not published"


class StateLockedError(EngineFailedError):
    """Somebody holds the state lock."""

    code = "AS-TF-013"
    summary = "The Terraform state is locked by somebody else"


class CloudUnreachableError(EngineFailedError):
    """The endpoint that Terraform talks to does not answer."""

    code = "AS-TF-016"
    exit_code = ExitCode.UNAVAILABLE
    summary = "The cloud stopped answering while Terraform worked"


class EngineTimeoutError(AlphaSwarmError):
    """Terraform took longer than allowed and was stopped."""

    code = "AS-TF-014"
    summary = "Terraform took longer than allowed and was stopped"


class EngineInterruptedError(AlphaSwarmError):
    """A person stopped the run."""

    code = "AS-TF-015"
    exit_code = ExitCode.INTERRUPTED
    summary = "The run was stopped by a person"


class PlanFileError(RefusedError):
    """The saved plan is gone, or its bytes are not the ones that were recorded."""

    code = "AS-TF-020"
    summary = "The saved plan is missing or was changed"


class StalePlanError(RefusedError):
    """The state has moved on since the plan was made."""

    code = "AS-TF-021"
    summary = "The state has moved on since the plan was made"


class PlanMismatchError(RefusedError):
    """The plan was made for another spec, by another engine, or is not in a condition to be applied."""

    code = "AS-TF-022"
    summary = "The plan does not belong to this stack, engine or moment"
