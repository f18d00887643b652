"""The local cloud's GitHub as a rehearsal uses it: one person, one repository, everything through the REST API.

Only what GitHub itself has no API for (a person's token, commits of the checkout, the time of a schedule) goes over
the control of the local cloud.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from alphaswarm_core.adapters.github import GithubClient, GithubNotFoundError, local_client, static_token
from alphaswarm_core.errors import UsageError
from alphaswarm_core.local_address import LocalCloudAddress

_ENDED = "completed"


@dataclass(frozen=True, slots=True)
class RunState:
    """A run as it is now: GitHub's documents, and the environments that wait for people."""

    run: Mapping[str, Any]
    jobs: tuple[Mapping[str, Any], ...]
    waiting: tuple[str, ...] = ()
    message: str = ""

    @property
    def id(self) -> int:
        """Its id."""
        return int(self.run["id"])

    @property
    def ended(self) -> bool:
        """Whether it is over."""
        return str(self.run["status"]) == _ENDED

    @property
    def succeeded(self) -> bool:
        """Whether it is over and nothing failed."""
        return self.ended and self.run["conclusion"] in {"success", "skipped", "neutral"}


class HostedGithub:
    """One person at one repository.

    Args:
        address: The running local cloud.
        repository: `OWNER/REPO`.
        login: Who acts.
    """

    def __init__(self, address: LocalCloudAddress, repository: str, login: str) -> None:
        self.repository, self.login = repository, login
        self._address = address
        self._client = local_client(address, login)
        self._control = GithubClient(static_token(address.admin_token or ""), api_url=address.url("github_admin"))
        self._path = f"/repos/{repository}"

    def newest_run(self) -> int:
        """The id of the newest run; 0 without one."""
        found = self._client.get(f"{self._path}/actions/runs", per_page=1)["workflow_runs"]
        return int(found[0]["id"]) if found else 0

    def runs(self, limit: int) -> list[Mapping[str, Any]]:
        """The newest runs, the newest first."""
        return list(self._client.get(f"{self._path}/actions/runs", per_page=limit)["workflow_runs"])

    def runs_after(self, number: int) -> list[int]:
        """The ids of runs that began after a run, the oldest first."""
        return sorted(int(each["id"]) for each in self.runs(100) if int(each["id"]) > number)

    def state(self, run_id: int) -> RunState:
        """How a run is."""
        path = f"{self._path}/actions/runs/{run_id}"
        run = self._client.get(path)
        jobs = tuple(self._client.paginate(f"{path}/jobs", "jobs"))
        waiting = self._waiting(path) if run["status"] == "waiting" else ()
        message = self._control.get(f"{path}/message")["message"] if run["conclusion"] else ""
        return RunState(run, jobs, waiting, message)

    def log(self, job_id: int) -> str:
        """The log of a job."""
        return self._client.download(f"{self._path}/actions/jobs/{job_id}/logs").decode("utf-8", "replace")

    def review(self, run_id: int, state: str, comment: str, environment: str | None) -> list[str]:
        """Approve or reject what waits; the names of its environments.

        Raises:
            UsageError: nothing waits, or not for that environment.
            GithubApiError: the person may not.
        """
        path = f"{self._path}/actions/runs/{run_id}/pending_deployments"
        waiting = {each["environment"]["name"]: each["environment"]["id"] for each in self._client.get(path)}
        chosen = {name: number for name, number in waiting.items() if environment in (None, name)}
        if not chosen:
            names = ", ".join(sorted(waiting)) or "nothing"
            raise UsageError(f"Run {run_id} does not wait for {environment or 'anybody'}", why=f"it waits for {names}")
        body = {"environment_ids": list(chosen.values()), "state": state, "comment": comment}
        self._client.post(path, body)
        return sorted(chosen)

    def review_again(self, run_id: int, comment: str) -> None:
        """Approve everything that waits, also where somebody else has already.

        Raises:
            GithubApiError: the person may not, or has done so.
        """
        path = f"{self._path}/actions/runs/{run_id}/pending_deployments"
        numbers = [each["environment"]["id"] for each in self._client.get(path)]
        self._client.post(path, {"environment_ids": numbers, "state": "approved", "comment": comment})

    def push(self, ref: str | None) -> str:
        """Bring a branch or tag of the checkout here, as a push of the person; the full ref.

        One that is here already is pushed once more, so that its workflows run again.
        """
        full, sha = self._of_checkout(ref)
        if not self._move(self._path, full, sha):
            self._control.post(f"{self._path}/events", {"event": "push", "ref": full, "as": self.login})
        return full

    def pull_request(self, ref: str | None, base: str | None, *, fork: bool) -> int:
        """Open the pull request of a branch of the checkout, or bring it up to date; its number."""
        full, sha = self._of_checkout(ref)
        branch = full.removeprefix("refs/heads/")
        home = self._client.get(self._path)
        if branch == full or (branch == home["default_branch"] and not fork):
            raise UsageError(f"{branch} cannot be the head of a pull request", fix="Name a branch of your own: --ref")
        source, owner = self._path, home["owner"]["login"]
        if fork:
            forked = self._client.post(f"{self._path}/forks", {})
            source, owner = f"/repos/{forked['full_name']}", forked["owner"]["login"]
            self._bring(forked["full_name"])
        moved = self._move(source, full, sha)
        head, target = f"{owner}:{branch}", base or home["default_branch"]
        there = self._client.get(f"{self._path}/pulls", head=head, base=target, state="open")
        if not there:
            body = {"head": head, "base": target, "title": self._title(source, sha), "body": ""}
            return int(self._client.post(f"{self._path}/pulls", body)["number"])
        if not moved:  # nothing new to show: GitHub runs its workflows when it is opened again
            for state in ("closed", "open"):
                self._client.patch(f"{self._path}/pulls/{there[0]['number']}", {"state": state})
        return int(there[0]["number"])

    def merge(self, number: int) -> None:
        """Merge a pull request."""
        self._client.put(f"{self._path}/pulls/{number}/merge", {})

    def dispatch_workflow(self, workflow: str, ref: str | None, inputs: Mapping[str, str]) -> None:
        """Start a workflow by hand."""
        chosen = ref or self._client.get(self._path)["default_branch"]
        body = {"ref": chosen, "inputs": dict(inputs)}
        self._client.post(f"{self._path}/actions/workflows/{quote(workflow, safe='')}/dispatches", body)

    def dispatch_repository(self, kind: str, payload: Mapping[str, Any]) -> None:
        """Send a `repository_dispatch`."""
        self._client.post(f"{self._path}/dispatches", {"event_type": kind, "client_payload": dict(payload)})

    def schedule(self) -> None:
        """Let the time of the schedules have come."""
        self._control.post(f"{self._path}/events", {"event": "schedule", "as": self.login})

    def workflows(self) -> list[str]:
        """The file names of workflows that can be started by hand."""
        found = self._client.paginate(f"{self._path}/actions/workflows", "workflows")
        return sorted(str(each["path"]).rpartition("/")[2] for each in found)

    def _waiting(self, path: str) -> tuple[str, ...]:
        """Environments that a person could let in; those that only an app or a timer holds back are not among them."""
        said = {each["name"] for review in self._client.get(f"{path}/approvals") for each in review["environments"]}
        pending = self._client.get(f"{path}/pending_deployments")
        return tuple(
            each["environment"]["name"]
            for each in pending
            if each["reviewers"] and each["environment"]["name"] not in said
        )

    def _of_checkout(self, ref: str | None) -> tuple[str, str]:
        found = self._control.post(f"{self._path}/sync", {})
        name = ref or found["branch"]
        refs: Mapping[str, str] = found["refs"]
        for kind in ("heads", "tags"):
            short = name.removeprefix(f"refs/{kind}/")
            if f"{kind}/{short}" in refs:
                return f"refs/{kind}/{short}", refs[f"{kind}/{short}"]
        raise UsageError(
            f"The checkout has no branch or tag {name!r}" if name else "The checkout is on no branch",
            fix="Name a branch or tag of it: --ref",
        )

    def _bring(self, fork: str) -> None:
        """Have the checkout's commits in a fork too."""
        self._control.post(f"/repos/{fork}/sync", {})

    def _move(self, path: str, ref: str, sha: str) -> bool:
        """Make or move a ref; False when it is there already."""
        short = ref.removeprefix("refs/")
        old = None
        with suppress(GithubNotFoundError):
            old = self._client.get(f"{path}/git/ref/{short}")["object"]["sha"]
        if old == sha:
            return False
        if old is None:
            self._client.post(f"{path}/git/refs", {"ref": ref, "sha": sha})
        else:
            self._client.patch(f"{path}/git/refs/{short}", {"sha": sha, "force": True})
        return True

    def _title(self, path: str, sha: str) -> str:
        message = str(self._client.get(f"{path}/git/commits/{sha}")["message"])
        return message.partition("\n")[0][:256] or "Change"
