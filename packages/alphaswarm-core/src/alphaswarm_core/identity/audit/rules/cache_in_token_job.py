"""W3 cache-in-token-job: A job with an identity token restores a cache."""

from collections.abc import Iterator

from alphaswarm_core.identity.audit.model import AppliesTo, Hit, Rule, Severity
from alphaswarm_core.identity.audit.subjects.workflow import Step, WorkflowFile

_ALWAYS = (
    "actions/cache",
    "actions/cache/restore",
    "swatinem/rust-cache",
    "mozilla-actions/sccache-action",
    "buildjet/cache",
    "tespkg/actions-cache",
)
_WHEN_SET = {
    "actions/setup-node": ("cache",),
    "actions/setup-python": ("cache",),
    "actions/setup-java": ("cache",),
    "actions/setup-dotnet": ("cache",),
    "ruby/setup-ruby": ("bundler-cache",),
    "pnpm/action-setup": ("cache",),
    "docker/build-push-action": ("cache-from", "cache-to"),
    "docker/bake-action": ("set",),
}
_UNLESS_OFF = {
    "actions/setup-go": ("cache", "false"),
    "astral-sh/setup-uv": ("enable-cache", "false"),
    "docker/setup-buildx-action": ("cache-binary", "false"),
    "gradle/actions/setup-gradle": ("cache-disabled", "true"),
}
"""Actions that restore a cache when nothing is said: the input and the value that switch it off."""


def detect(workflow: WorkflowFile) -> Iterator[Hit]:
    """Caching steps of token jobs."""
    for job in workflow.token_jobs():
        for step in job.all_steps():
            for line, how in _caches(step):
                yield Hit(line, f"The token job {job.id!r} restores a cache: {how}", path=step.path)


def _caches(step: Step) -> Iterator[tuple[int, str]]:
    action = step.action
    if action in _ALWAYS:
        yield step.line, action
    for name in _WHEN_SET.get(action, ()):
        value = step.input(name)
        docker = action.startswith("docker/")
        if value not in ("", "false") and (not docker or "type=gha" in value):
            yield step.line, f"{action} with {name}"
    if action in _UNLESS_OFF:
        name, off = _UNLESS_OFF[action]
        if step.input(name) != off:
            yield step.line, f"{action} unless {name} is {off}"
    for line, row in step.script_lines():
        if "type=gha" in row:
            yield line, "a build cache of GitHub (type=gha)"


RULE = Rule(
    id="cache-in-token-job",
    reference="W3",
    severity=Severity.HIGH,
    applies_to=AppliesTo.WORKFLOW,
    subject=WorkflowFile,
    title="A job with an identity token restores a cache",
    what=(
        "No cache action, no caching input of a setup action, and no build cache in a job with `id-token: "
        "write`, also not in the local actions that it uses."
    ),
    why=(
        "Caches of the default branch are shared with everything that runs on it. A poisoned one runs in the "
        "job that has the token: TanStack lost 84 packages this way (CVE-2026-45321)."
    ),
    source="adnanthekhan.com, The monsters in your build cache; GHSA-g7cv-rxg3-hmpx",
    fix="Switch caching off in token jobs, or build in a job without token and hand over by digest.",
    detect=detect,
)
