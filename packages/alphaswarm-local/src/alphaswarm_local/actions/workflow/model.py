"""A workflow file, understood: immutable, expressions compiled, not yet evaluated."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from alphaswarm_local.actions.expressions import Condition, Template
from alphaswarm_local.actions.workflow.reading import Data
from alphaswarm_local.actions.workflow.triggers import Triggers

Templates = Mapping[str, Template]


@dataclass(frozen=True, slots=True)
class Defaults:
    """`defaults.run`."""

    shell: Template | None = None
    working_directory: Template | None = None


@dataclass(frozen=True, slots=True)
class Concurrency:
    """`concurrency`. `cancel_in_progress` may be an expression; `queue_all` is `queue: max`."""

    group: Template
    cancel_in_progress: Template | None = None
    queue_all: bool = False


@dataclass(frozen=True, slots=True)
class Strategy:
    """`strategy`. `matrix` may be one expression, or has `include` and `exclude` beside its axes."""

    matrix: Data
    fail_fast: Template | None = None
    max_parallel: Template | None = None


@dataclass(frozen=True, slots=True)
class EnvironmentUse:
    """`environment`."""

    name: Template
    url: Template | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One step: a script (`run`) or an action (`uses`).

    Attributes:
        inputs: `with`, by lower-case name.
    """

    line: int
    id: str
    name: Template | None
    condition: Condition
    run: Template | None = None
    uses: str = ""
    inputs: Templates = field(default_factory=dict)
    env: Templates = field(default_factory=dict)
    shell: Template | None = None
    working_directory: Template | None = None
    continue_on_error: Template | None = None
    timeout_minutes: Template | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A job that is a reusable workflow. `secrets` None: `inherit`."""

    uses: str
    inputs: Mapping[str, Data] = field(default_factory=dict)
    secrets: Templates | None = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Job:
    """One job; `call` in place of steps."""

    id: str
    line: int
    name: Template | None
    needs: tuple[str, ...]
    condition: Condition
    runs_on: tuple[Template, ...] = ()
    permissions: Mapping[str, str] | None = None
    strategy: Strategy | None = None
    concurrency: Concurrency | None = None
    environment: EnvironmentUse | None = None
    outputs: Templates = field(default_factory=dict)
    env: Templates = field(default_factory=dict)
    defaults: Defaults = Defaults()
    timeout_minutes: Template | None = None
    continue_on_error: Template | None = None
    steps: tuple[Step, ...] = ()
    call: Call | None = None


@dataclass(frozen=True, slots=True)
class Workflow:
    """A workflow file.

    Attributes:
        permissions: None where the file states none.
        call_outputs: What callers of a reusable workflow read.
    """

    path: str
    name: str
    run_name: Template | None
    triggers: Triggers
    jobs: Mapping[str, Job]
    permissions: Mapping[str, str] | None = None
    env: Templates = field(default_factory=dict)
    defaults: Defaults = Defaults()
    concurrency: Concurrency | None = None
    call_outputs: Templates = field(default_factory=dict)
