"""The policy of verification: who may have signed an image, by `alphaswarm.toml`. Nothing here looks at signatures."""

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from alphaswarm_core.supply.identity import SignerIdentity


@dataclass(frozen=True, slots=True)
class Check:
    """One question about an image, and its answer in words."""

    name: str
    passed: bool
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerRule:
    """Who may sign.

    Attributes:
        issuer: Of the job's token.
        server: Of GitHub: `https://github.com`.
        repository: `OWNER/NAME`. A name can be recycled; the ids cannot.
        workflow: The file whose jobs sign: `.github/workflows/build-publish.yml`.
        started_by: The file of the run, where that calls `workflow`; empty where it is the same.
        refs: Patterns of full refs.
        triggers: Events that may start the workflow.
        runners: `github-hosted`, `self-hosted`.
    """

    issuer: str
    server: str
    repository: str
    repository_id: int
    owner_id: int
    workflow: str
    refs: tuple[str, ...]
    triggers: tuple[str, ...]
    runners: tuple[str, ...]
    started_by: str = ""


def signer_checks(signer: SignerIdentity, rule: SignerRule, commit: str | None) -> list[Check]:
    """Every question about the signer; all have to pass.

    Args:
        signer: By its certificate.
        rule: Who may.
        commit: The commit that is expected, if one is.
    """
    checks = [_check(*each) for each in _equalities(signer, rule)]
    checks += [
        _one_of("ref", signer.ref, rule.refs),
        _one_of("trigger", signer.trigger, rule.triggers),
        _one_of("runner", signer.runner_environment, rule.runners),
    ]
    if commit is not None:
        checks.append(_check("commit", signer.commit, commit))
    return checks


def _equalities(signer: SignerIdentity, rule: SignerRule) -> Iterator[tuple[str, str, str]]:
    repository = f"{rule.server}/{rule.repository}"
    yield "issuer", signer.issuer, rule.issuer
    yield "repository-id", signer.repository_id, str(rule.repository_id)
    yield "owner-id", signer.owner_id, str(rule.owner_id)
    yield "repository", signer.repository_uri, repository
    # At the ref of the run: a workflow file of another branch may say anything.
    yield "workflow", signer.uri, f"{repository}/{rule.workflow}@{signer.ref}"
    yield "build-signer", signer.build_signer_uri, signer.uri
    # Another file of the repository could call the one that signs, with inputs of its own.
    yield "started-by", signer.workflow_uri, f"{repository}/{rule.started_by or rule.workflow}@{signer.ref}"
    yield "workflow-commit", signer.build_signer_digest, signer.commit
    yield "started-by-commit", signer.workflow_digest, signer.commit


def _check(name: str, found: str, expected: str) -> Check:
    if found == expected:
        return Check(name, passed=True, detail=found)
    return Check(name, passed=False, detail=f"it is {found}, and has to be {expected}")


def _one_of(name: str, found: str, patterns: tuple[str, ...]) -> Check:
    if any(fnmatchcase(found, each) for each in patterns):
        return Check(name, passed=True, detail=found)
    return Check(name, passed=False, detail=f"it is {found}, and has to be {' or '.join(patterns)}")
