"""Who acts in a build: established from AWS's own answers, never from variables that a caller could set.

AWS says whose session the build's credentials are (sts GetCallerIdentity) and who started the build (BatchGetBuilds).
The caller's token is evidence of the person behind that. It allows nothing: what the build may do is decided by its
service role, by the gate and by who may start it.
"""

from alphaswarm_core.delivery.builds import Build
from alphaswarm_core.delivery.executor_errors import BuildIdentityError, EvidenceRefusedError
from alphaswarm_core.identity.actor import Initiator, initiator_of_token
from alphaswarm_core.identity.tokens.verified import VerifiedClaims
from alphaswarm_core.ledger.records import Actor, ActorKind

_SESSION_PREFIX = "AWSCodeBuild-"


def require_own_build(build: Build, *, service_role: str, session_name: str, project: str) -> None:
    """Check that this process runs in `build`.

    Args:
        build: What AWS says about the build that the environment names.
        service_role: The role, name or ARN, whose session the credentials are.
        session_name: That session's name.
        project: The project whose build it has to be.

    Raises:
        BuildIdentityError: it runs elsewhere, or the build is one of another project or role, or is over.
    """
    reasons = {
        f"the session {session_name} was not made by CodeBuild": not session_name.startswith(_SESSION_PREFIX),
        f"the build is one of {build.id.rpartition(':')[0]}, not {project}": build.id.rpartition(":")[0] != project,
        f"the build's role is {build.service_role}, the credentials' is {service_role}": (
            _name(build.service_role) != _name(service_role)
        ),
        f"the build is {build.status}": build.complete or build.status != "IN_PROGRESS",
    }
    for reason, holds in reasons.items():
        if holds:
            raise BuildIdentityError(f"AWS does not confirm the build {build.id}", why=reason)


def actor_of(build: Build, claims: VerifiedClaims | None) -> Initiator:
    """Who acts: the person of the token where one came with the order, else whoever AWS says started the build.

    Args:
        build: The build.
        claims: Of a token that was valid when the build was started.

    Raises:
        EvidenceRefusedError: the token is of another job than the one whose session started the build: somebody who
            may start builds shows a token that was read elsewhere.
    """
    if claims is None:
        return Initiator(Actor(ActorKind.codebuild, f"codebuild:{build.initiator}", build.initiator))
    job = f"{claims.text('run_id')}-{claims.text('run_attempt')}"
    session = build.initiator.rpartition("/")[2]
    if session != job:
        raise EvidenceRefusedError(
            "The token that came with the order is not of who started the build",
            why=f"it is one of the job {job}, and the build was started by {build.initiator or 'nobody known'}",
            fix="Name the session of the apply role after the job: role-session-name RUN_ID-RUN_ATTEMPT",
        )
    found = initiator_of_token(claims)
    person = found.actor
    actor = Actor(ActorKind.codebuild, person.subject, person.display_name, person.run_url)
    return Initiator(actor, found.claims_digest)


def _name(role: str) -> str:
    return role.rpartition("/")[2]
