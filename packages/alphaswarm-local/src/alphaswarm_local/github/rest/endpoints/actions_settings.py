"""What a repository allows its workflows, and how it writes the subjects of their tokens."""

from alphaswarm_core.errors import AlphaSwarmError
from alphaswarm_core.identity.github.templates import SubjectTemplate
from alphaswarm_local.github.authority.permissions import read, write
from alphaswarm_local.github.rest.answers import Answer, created, invalid, no_content
from alphaswarm_local.github.rest.routing import Call, endpoint
from alphaswarm_local.github.state.accounts import Role

_ACTIONS = "/repos/{owner}/{repo}/actions"


@endpoint("GET", _ACTIONS + "/permissions", read("administration"), "What a repository allows its workflows")
def permissions(call: Call) -> Answer:
    """Whether they run, and which actions."""
    settings = call.repository.actions
    document: dict[str, object] = {"enabled": settings.enabled, "sha_pinning_required": settings.sha_pinning_required}
    if settings.enabled:
        document["allowed_actions"] = settings.allowed_actions
    return Answer(document=document)


@endpoint("PUT", _ACTIONS + "/permissions", write("administration", role=Role.ADMIN), "Change it")
def set_permissions(call: Call) -> Answer:
    """`enabled` starts and stops everything; `allowed_actions` and `sha_pinning_required` are kept and shown."""
    body, settings = call.body, call.repository.actions
    if not body.has("enabled"):
        raise invalid(enabled="enabled wasn't supplied")
    with call.hub.store:
        settings.enabled = body.flag("enabled")
        settings.allowed_actions = body.one_of(
            "allowed_actions", "all", "local_only", "selected", default=settings.allowed_actions
        )
        settings.sha_pinning_required = body.flag("sha_pinning_required", default=settings.sha_pinning_required)
    return no_content()


@endpoint("GET", _ACTIONS + "/permissions/workflow", read("administration"), "What a job's token may by default")
def workflow_permissions(call: Call) -> Answer:
    """Where its workflow says nothing."""
    settings = call.repository.actions
    return Answer(
        document={
            "default_workflow_permissions": settings.default_workflow_permissions,
            "can_approve_pull_request_reviews": settings.can_approve_pull_request_reviews,
        }
    )


@endpoint("PUT", _ACTIONS + "/permissions/workflow", write("administration", role=Role.ADMIN), "Change the default")
def set_workflow_permissions(call: Call) -> Answer:
    """`read` or `write`."""
    body, settings = call.body, call.repository.actions
    with call.hub.store:
        settings.default_workflow_permissions = body.one_of(
            "default_workflow_permissions", "read", "write", default=settings.default_workflow_permissions
        )
        settings.can_approve_pull_request_reviews = body.flag(
            "can_approve_pull_request_reviews", default=settings.can_approve_pull_request_reviews
        )
    return no_content()


@endpoint("GET", _ACTIONS + "/oidc/customization/sub", read("actions"), "How subjects are written")
def subject(call: Call) -> Answer:
    """With the beginning that every subject has."""
    custom, name = call.repository.oidc, call.repository.full_name
    owner, _, short = name.partition("/")
    immutable = f"repo:{owner}@{call.repository.owner.id}/{short}@{call.repository.id}"
    document: dict[str, object] = {
        "use_default": custom.use_default,
        "use_immutable_subject": custom.use_immutable_subject,
        "sub_claim_prefix": immutable if custom.use_immutable_subject else f"repo:{name}",
    }
    if not custom.use_default:
        document["include_claim_keys"] = list(custom.include_claim_keys)
    return Answer(document=document)


@endpoint(
    "PUT", _ACTIONS + "/oidc/customization/sub", write("actions", role=Role.ADMIN), "Change how subjects are written"
)
def set_subject(call: Call) -> Answer:
    """Its administrator can: a subject's form is part of what is trusted."""
    body, custom = call.body, call.repository.oidc
    keys = tuple(str(each) for each in body.items("include_claim_keys"))
    default = body.flag("use_default")
    try:
        if keys and not default:
            SubjectTemplate(keys)
    except AlphaSwarmError as problem:
        raise invalid(include_claim_keys=problem.what) from problem
    with call.hub.store:
        custom.use_default, custom.include_claim_keys = default, () if default else keys
        custom.use_immutable_subject = body.flag("use_immutable_subject", default=custom.use_immutable_subject)
    return created({})
