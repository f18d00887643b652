"""A repository with a small Terraform pipeline, and runs of it: real git, tokens, STS and policies."""

import os
import subprocess
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Event as Signal
from typing import Any

from alphaswarm_core.identity.github.events import Event
from alphaswarm_core.identity.github.jobs import Callee, WorkflowJob
from alphaswarm_core.local_address import LocalCloudAddress
from alphaswarm_local.actions.engine import Engine, RunHandle, RunnerSettings, RunResult
from alphaswarm_local.actions.seam.cancellation import Cancellation
from alphaswarm_local.actions.seam.control_plane import Admission, GitSource, IdentityRequest, JobGrant, Material
from alphaswarm_local.actions.seam.events import Annotated, Conclusion, JobChanged, Status
from alphaswarm_local.actions.seam.in_memory import InMemoryControlPlane
from alphaswarm_local.actions.seam.requests import JobFacts, RepositoryFacts, RunRequest
from alphaswarm_local.github.client import register_job
from alphaswarm_local.state_buckets import state_bucket

from .conftest import required_tool
from .roles import ACCOUNT, ISSUER, PROVIDER, REPOSITORY, RoleOf, allow, document

_FILES = Path(__file__).parent / "pipeline"
_WORKFLOWS = ".github/workflows"
PIPELINE, PLAN, APPLY = (f"{_WORKFLOWS}/{name}.yml" for name in ("terraform-pipeline", "plan", "apply"))
BUCKET = state_bucket(ACCOUNT)
_SUBJECTS = f"repo:octo-org@{REPOSITORY.owner_id}/octo-repo@{REPOSITORY.id}"
Edit = Callable[[str], str]

STUB = """#!/bin/sh
case "$1" in
  version) echo '{"terraform_version": "1.11.4"}' ;;
  plan) for each in "$@"; do case "$each" in -out=*) echo "a plan" > "${each#-out=}" ;; esac; done; exit 2 ;;
  apply) touch MARK ;;
esac
"""
"""Stands in for Terraform where the question is only whether it would be reached."""


class LocalGithub(InMemoryControlPlane):
    """Jobs may ask the local cloud's issuer for tokens, which say what the job is."""

    def __init__(self, cloud: LocalCloudAddress, **plane: Any) -> None:
        super().__init__(**plane)
        self._cloud = cloud

    def open_job(self, job: JobFacts) -> JobGrant:
        grant = super().open_job(job)
        if not job.may_have_identity_token:
            return grant
        variables = register_job(self._cloud, _described(job))
        identity = IdentityRequest(
            variables["ACTIONS_ID_TOKEN_REQUEST_URL"], variables["ACTIONS_ID_TOKEN_REQUEST_TOKEN"]
        )
        return JobGrant(grant.token, identity, grant.environment)


def _described(job: JobFacts) -> WorkflowJob:
    run, callee = job.run, job.callee
    return WorkflowJob(
        repository=REPOSITORY,
        event=Event(run.event_name),
        ref=run.ref,
        sha=run.sha,
        workflow="Terraform pipeline",
        workflow_path=run.workflow_path,
        actor=run.actor,
        actor_id=run.actor_id,
        run_id=run.run_id,
        environment=job.environment,
        callee=Callee(callee.repository, callee.path, callee.ref, callee.sha) if callee is not None else None,
    )


class Delivery:
    """A repository with the pipeline, roles as production has them, and one run."""

    def __init__(
        self,
        directory: Path,
        cloud: LocalCloudAddress,
        role: RoleOf,
        edits: Mapping[str, Edit] | None = None,
        key: str | None = None,
    ) -> None:
        self.key = key or f"{uuid.uuid4().hex}/terraform.tfstate"
        self.approved, self.mark = Signal(), directory / "applied"
        self.rejected = False
        files = {f"{_WORKFLOWS}/{each.name}": each.read_text() for each in _FILES.glob("*.yml")}
        files["main.tf"] = (_FILES / "main.tf").read_text()
        for path, edit in (edits or {}).items():
            before = files.get(path, "")
            files[path] = edit(before)
            assert files[path] != before, path
        self._sha = _repository(directory / "origin", files)
        self.plane = LocalGithub(
            cloud,
            repositories={REPOSITORY.name: files},
            environments={"prod": self._admit},
            material=self._material(role),
            git={REPOSITORY.name: GitSource(str(directory / "origin"))},
            environment={"AWS_ENDPOINT_URL": cloud.endpoint, "AWS_EC2_METADATA_DISABLED": "true"},
        )
        self._directory = directory

    def _material(self, role: RoleOf) -> dict[str | None, Material]:
        """Of the roles, one reads for main, the other writes for the environment and for the pipeline's own file."""
        read = allow(["s3:ListBucket", "s3:GetObject"], [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"])
        write = allow(["s3:PutObject", "s3:DeleteObject"], f"arn:aws:s3:::{BUCKET}/*")
        file = f"{REPOSITORY.name}/{APPLY}@refs/heads/main"
        plan = role(read, trust=_trust(f"{_SUBJECTS}:ref:refs/heads/main"))
        apply = role(read, write, trust=_trust(f"{_SUBJECTS}:environment:prod", job_workflow_ref=file))
        common = {"STATE_BUCKET": BUCKET, "STATE_KEY": self.key, "AWS_PLAN_ROLE_ARN": plan}
        gated = {**common, "AWS_DEPLOYER_ROLE_ARN": apply}
        return {None: Material(variables=gated), "prod": Material(variables=gated)}

    def _admit(self, job: JobFacts, cancellation: Cancellation) -> Admission:
        if not self.approved.wait(60):
            return Admission(admitted=False, reason="nobody answered")
        return Admission(admitted=not self.rejected, reason="mona rejected it")

    def start(self, *, real: bool, **changes: Any) -> RunHandle:
        """Dispatch an apply of prod on main."""
        work = self._directory / "runner"
        settings = RunnerSettings(work=work) if real else RunnerSettings(work=work, path=self._stub())
        facts: dict[str, Any] = {
            "run_id": 7,
            "repository": RepositoryFacts(REPOSITORY.name, REPOSITORY.id, REPOSITORY.owner_id),
            "event_name": "workflow_dispatch",
            "ref": "refs/heads/main",
            "sha": self._sha,
            "workflow_path": PIPELINE,
            "workflow_sha": self._sha,
            "actor": "hubot",
            "actor_id": 5,
            "inputs": {"env": "prod", "action": "apply"},
        }
        return Engine(self.plane, settings).start(RunRequest(**{**facts, **changes}))

    def run(self, *, real: bool = False, **changes: Any) -> RunResult:
        """The same, approved at once, to its end."""
        self.approved.set()
        result = self.start(real=real, **changes).wait(120)
        assert result is not None
        return result

    def _stub(self) -> str:
        """`PATH` with the stub in front."""
        tool = self._directory / "bin" / "terraform"
        tool.parent.mkdir()
        tool.write_text(STUB.replace("MARK", str(self.mark)))
        tool.chmod(0o755)
        return f"{tool.parent}:{os.environ['PATH']}"

    def jobs(self) -> dict[str, Conclusion]:
        """How the jobs ended."""
        changed = (each for each in self.plane.events if isinstance(each, JobChanged))
        return {each.job.key: each.conclusion for each in changed if each.conclusion is not None}

    def waits(self) -> bool:
        """Whether the apply waits for its environment."""
        changed = (each for each in list(self.plane.events) if isinstance(each, JobChanged))
        return any(each.job.id == "apply" and each.status is Status.WAITING for each in changed)

    def said(self) -> str:
        """Everything that jobs and the runner said."""
        annotated = [each.message for each in self.plane.events if isinstance(each, Annotated)]
        messages = [each.message for each in self.plane.events if isinstance(each, JobChanged)]
        return "\n".join([*self.plane.log(), *annotated, *messages])


def _trust(subject: str, **claims: str) -> str:
    names = {"aud": "sts.amazonaws.com", "sub": subject, **claims}
    return document(
        {
            "Effect": "Allow",
            "Principal": {"Federated": PROVIDER},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringEquals": {f"{ISSUER}:{name}": value for name, value in names.items()}},
        }
    )


def _repository(place: Path, files: Mapping[str, str]) -> str:
    """A git repository with these files on main; its commit."""
    required_tool("git")
    for path, text in files.items():
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_text(text)

    def git(*words: str) -> str:
        who = ["-c", "user.name=mona", "-c", "user.email=mona@example.com", "-c", "commit.gpgsign=false"]
        done = subprocess.run(["git", *who, *words], cwd=place, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    git("init", "-q", "-b", "main")
    git("add", ".")
    git("commit", "-q", "-m", "Pipeline")
    return git("rev-parse", "HEAD")
