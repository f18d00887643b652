"""The session that a build acts in: one of its project's service role, given because that role trusts CodeBuild."""

from uuid import uuid4

from alphaswarm_local.access.exchange import TokenExchange
from alphaswarm_local.access.service_calls import ServiceCaller
from alphaswarm_local.aws.sessions import Credential
from alphaswarm_local.builds.projects import Project

SERVICE = "codebuild.amazonaws.com"


def service_session(
    exchange: TokenExchange, project: Project, role_arn: str | None = None, build_uuid: str | None = None
) -> Credential:
    """A session for a build of `project`.

    Args:
        exchange: Gives it.
        project: For which CodeBuild acts: what `aws:SourceArn` says in the role's trust policy.
        role_arn: The role; the project's own if None.
        build_uuid: The build; a new id if None.

    Raises:
        AwsFault: AccessDenied: the role does not exist, or does not trust CodeBuild for this project.
    """
    build = build_uuid or str(uuid4())
    caller = ServiceCaller(SERVICE, project.arn, project.region)
    arn = f"arn:aws:codebuild:{project.region}:{project.account_id}:build/{project.name}:{build}"
    facts = {"codebuild:projectArn": (project.arn,), "codebuild:buildArn": (arn,)}
    return exchange.for_service(caller, role_arn or project.service_role, f"AWSCodeBuild-{build}", facts)
