"""How an image was built: SLSA v1 provenance in the form of GitHub's attestations, made and held to the certificate.

The predicate is written by the job that builds; only the certificate is the issuer's word. So provenance counts where
each of its words is the certificate's, too. Source: `actions/attest-build-provenance`; SLSA provenance v1.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from alphaswarm_core.supply.errors import BrokenImageError
from alphaswarm_core.supply.identity import SignerIdentity
from alphaswarm_core.supply.statements import at

BUILD_TYPE = "https://actions.github.io/buildtypes/workflow/v1"


@dataclass(frozen=True, slots=True)
class BuildFacts:
    """What provenance says of a build, as a job knows it of itself."""

    repository: str
    repository_id: str
    owner_id: str
    ref: str
    commit: str
    workflow_path: str
    workflow_ref: str
    job_workflow_ref: str
    trigger: str
    runner_environment: str
    run_id: str
    run_attempt: str


def provenance(facts: BuildFacts, server: str = "https://github.com") -> dict[str, Any]:
    """The predicate."""
    repository = f"{server}/{facts.repository}"
    return {
        "buildDefinition": {
            "buildType": BUILD_TYPE,
            "externalParameters": {
                "workflow": {"ref": facts.workflow_ref, "repository": repository, "path": facts.workflow_path}
            },
            "internalParameters": {
                "github": {
                    "event_name": facts.trigger,
                    "repository_id": facts.repository_id,
                    "repository_owner_id": facts.owner_id,
                    "runner_environment": facts.runner_environment,
                }
            },
            "resolvedDependencies": [{"uri": f"git+{repository}@{facts.ref}", "digest": {"gitCommit": facts.commit}}],
        },
        "runDetails": {
            "builder": {"id": f"{server}/{facts.job_workflow_ref}"},
            "metadata": {"invocationId": f"{repository}/actions/runs/{facts.run_id}/attempts/{facts.run_attempt}"},
        },
    }


def build_facts(claims: Mapping[str, Any]) -> BuildFacts:
    """The facts in the claims of a job's verified token.

    Raises:
        BrokenImageError: the token does not say everything.
    """

    def claim(name: str) -> str:
        value = claims.get(name)
        if not isinstance(value, str) or not value:
            raise BrokenImageError(f"The job's token has no claim {name}")
        return value

    path, _, ref = claim("workflow_ref").removeprefix(f"{claim('repository')}/").partition("@")
    return BuildFacts(
        repository=claim("repository"),
        repository_id=claim("repository_id"),
        owner_id=claim("repository_owner_id"),
        ref=claim("ref"),
        commit=claim("sha"),
        workflow_path=path,
        workflow_ref=ref,
        job_workflow_ref=claim("job_workflow_ref"),
        trigger=claim("event_name"),
        runner_environment=claim("runner_environment"),
        run_id=claim("run_id"),
        run_attempt=claim("run_attempt"),
    )


def contradiction(predicate: Mapping[str, Any], signer: SignerIdentity) -> str | None:
    """Where the job's own words differ from what the issuer vouches for; None where they do not."""
    workflow = ("buildDefinition", "externalParameters", "workflow")
    github = ("buildDefinition", "internalParameters", "github")
    source = ("buildDefinition", "resolvedDependencies", 0)
    path, _, ref = signer.workflow_uri.removeprefix(f"{signer.repository_uri}/").partition("@")
    expected: Sequence[tuple[str, tuple[str | int, ...], str]] = (
        ("builder", ("runDetails", "builder", "id"), signer.build_signer_uri),
        ("build type", ("buildDefinition", "buildType"), BUILD_TYPE),
        ("commit", (*source, "digest", "gitCommit"), signer.commit),
        ("source", (*source, "uri"), f"git+{signer.repository_uri}@{signer.ref}"),
        ("repository", (*workflow, "repository"), signer.repository_uri),
        ("workflow", (*workflow, "path"), path),
        ("workflow ref", (*workflow, "ref"), ref),
        ("trigger", (*github, "event_name"), signer.trigger),
        ("repository id", (*github, "repository_id"), signer.repository_id),
        ("owner id", (*github, "repository_owner_id"), signer.owner_id),
        ("runner", (*github, "runner_environment"), signer.runner_environment),
        ("run", ("runDetails", "metadata", "invocationId"), signer.run_uri),
    )
    for name, place, value in expected:
        if (said := at(predicate, place)) != value:
            return f"its {name} is {str(said)[:120]}, and the certificate says {value}"
    return None
