"""W4 dependencies-in-token-job: A job with an identity token runs code of its dependencies."""

from collections.abc import Iterator

from alphaswarm_core.identity.audit.model import AppliesTo, Hit, Rule, Severity
from alphaswarm_core.identity.audit.subjects.workflow import WorkflowFile

_RUNNERS = (
    "npx",
    "npm",
    "pnpm",
    "yarn",
    "bun",
    "bunx",
    "poetry",
    "pipenv",
    "bundle",
    "cargo",
    "mvn",
    "gradle",
    "composer",
)
_WRAPPERS = ("./mvnw", "./gradlew")
_HARMLESS = ("--version", "-v", "login", "config", "whoami", "audit", "version")
_SEPARATORS = ("&&", "||", ";", "|")


def detect(workflow: WorkflowFile) -> Iterator[Hit]:
    """Commands of token jobs that run what packages bring."""
    for job in workflow.token_jobs():
        for step in job.all_steps():
            for line, row in step.script_lines():
                for command in _commands(row):
                    if _runs_packages(command):
                        shown = " ".join(command[:3])
                        yield Hit(
                            line, f"The token job {job.id!r} runs code of its dependencies: {shown}", path=step.path
                        )


def _commands(row: str) -> Iterator[list[str]]:
    """The commands of a line, each as words without what stands before them (`sudo`, `NAME=value`)."""
    for separator in _SEPARATORS:
        row = row.replace(separator, "\n")
    for part in row.split("\n"):
        words = part.split()
        while words and (words[0] in ("sudo", "exec", "time", "env", "then", "do", "!") or "=" in words[0]):
            words = words[1:]
        if words:
            yield words


def _runs_packages(words: list[str]) -> bool:
    name, rest = words[0].rpartition("/")[2] if words[0] not in _WRAPPERS else words[0], words[1:]
    if name in _WRAPPERS or name in _RUNNERS:
        return bool(rest) and rest[0] not in _HARMLESS
    if name.startswith("python") and rest[:2] == ["-m", "pip"]:
        name, rest = "pip", rest[2:]
    if name == "uv":
        installs = rest[:1] in (["sync"], ["run"]) or rest[:2] == ["pip", "install"]
    else:
        installs = name in ("pip", "pip3", "pipx") and rest[:1] == ["install"]
    return installs and not any(each in rest for each in ("--require-hashes", "--no-deps", "--frozen"))


RULE = Rule(
    id="dependencies-in-token-job",
    reference="W4",
    severity=Severity.MEDIUM,
    applies_to=AppliesTo.WORKFLOW,
    subject=WorkflowFile,
    title="A job with an identity token runs code of its dependencies",
    what=(
        "No package manager that runs scripts of packages, and no installation without hashes, in a job with "
        "`id-token: write`."
    ),
    why=(
        "A dependency that is taken over reads the token request from the environment, or the token from "
        "memory. Build in one job, use the token in another."
    ),
    source="GHSA-g7cv-rxg3-hmpx (TanStack); CVE-2025-30066 (tj-actions)",
    fix="Install with hashes (pip --require-hashes, uv --require-hashes), or build in a job without token.",
    detect=detect,
)
