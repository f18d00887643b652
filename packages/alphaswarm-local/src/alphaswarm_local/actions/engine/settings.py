"""How the runner is set up on this machine."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnerSettings:
    """Where and how jobs run.

    Attributes:
        work: Where each job gets a directory of its own, removed when it ends.
        action_cache: Actions by `OWNER/REPO@COMMIT`, as directories; None: there is no cache.
        path: `PATH` of every step: the one thing of this machine's environment that jobs see.
        server_url: What jobs are told as `github.server_url`.
        api_url: The REST API.
        graphql_url: The GraphQL API.
        most_jobs: How many jobs run at the same time.
        debug: Show `::debug::` lines and what the runner decides.
        interrupt_seconds: What a cancelled step has between SIGINT and SIGTERM, as on GitHub.
        terminate_seconds: Between SIGTERM and SIGKILL.
        cancelled_job_seconds: How long a cancelled job may go on with its `always()` steps.
        other_tool_versions: Take a tool of this machine though the workflow asks for another version, with a warning.
        keep_work: Leave the directories of jobs, to look at.
    """

    work: Path
    action_cache: Path | None = None
    path: str = os.environ.get("PATH", os.defpath)
    server_url: str = "https://github.com"
    api_url: str = "https://api.github.com"
    graphql_url: str = "https://api.github.com/graphql"
    most_jobs: int = 4
    debug: bool = False
    interrupt_seconds: float = 7.5
    terminate_seconds: float = 2.5
    cancelled_job_seconds: float = 300
    other_tool_versions: bool = False
    keep_work: bool = False
