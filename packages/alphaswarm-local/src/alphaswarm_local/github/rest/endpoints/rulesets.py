"""Rulesets of a repository."""

from typing import Any

from alphaswarm_local.github.authority.permissions import at_least, read, write
from alphaswarm_local.github.rest.answers import Answer, created, invalid, no_content, not_found, page
from alphaswarm_local.github.rest.routing import Body, Call, endpoint
from alphaswarm_local.github.state.accounts import Role
from alphaswarm_local.github.state.repositories import Ruleset
from alphaswarm_local.github.views.accounts import moment, node_id

_RULESETS = "/repos/{owner}/{repo}/rulesets"
_ADMIN = Role.ADMIN
KNOWN_RULES = frozenset(
    {
        "branch_name_pattern", "code_scanning", "commit_author_email_pattern", "commit_message_pattern",
        "committer_email_pattern", "copilot_code_review", "creation", "deletion", "file_extension_restriction",
        "file_path_restriction", "max_file_path_length", "max_file_size", "merge_queue", "non_fast_forward",
        "pull_request", "required_deployments", "required_linear_history", "required_signatures",
        "required_status_checks", "tag_name_pattern", "update", "workflows",
    }
)  # fmt: skip
"""Every rule that GitHub has. Those that nothing here enforces are kept and shown."""


@endpoint("GET", _RULESETS, read("metadata"), "Rulesets")
def rulesets(call: Call) -> Answer:
    """Without rules and conditions."""
    found = [_document(call, each, whole=False) for each in call.repository.rulesets.values()]
    return page(found, call.query, call.url)


@endpoint("POST", _RULESETS, write("administration", role=_ADMIN), "Make a ruleset")
def make_ruleset(call: Call) -> Answer:
    """Rules that nothing here enforces are kept and shown: docs/reference/local-github.md says which do something."""
    document, now = _checked(call), call.hub.store.now()
    made = Ruleset(call.hub.store.new_id("ruleset"), str(document["name"]), now, now, document)
    with call.hub.store:
        call.repository.rulesets[made.id] = made
    return created(_document(call, made))


@endpoint("GET", _RULESETS + "/{ruleset_id}", read("metadata"), "A ruleset")
def ruleset(call: Call) -> Answer:
    """Who may bypass it is told only to administrators."""
    return Answer(document=_document(call, _ruleset(call)))


@endpoint("PUT", _RULESETS + "/{ruleset_id}", write("administration", role=_ADMIN), "Change a ruleset")
def change_ruleset(call: Call) -> Answer:
    """As a whole."""
    found, document = _ruleset(call), _checked(call)
    with call.hub.store:
        found.name, found.document, found.updated_at = str(document["name"]), document, call.hub.store.now()
    return Answer(document=_document(call, found))


@endpoint("DELETE", _RULESETS + "/{ruleset_id}", write("administration", role=_ADMIN), "Remove a ruleset")
def remove_ruleset(call: Call) -> Answer:
    """By id."""
    found = _ruleset(call)
    with call.hub.store:
        del call.repository.rulesets[found.id]
    return no_content()


def _checked(call: Call) -> dict[str, Any]:
    body = call.body
    rules = body.items("rules")
    unknown = [each for each in rules if not isinstance(each, dict) or each.get("type") not in KNOWN_RULES]
    if unknown:
        raise invalid(rules=f"no such rule: {str(unknown[0])[:80]}")
    conditions = body.table("conditions")
    named = Body(conditions).table("ref_name")
    for key in ("include", "exclude"):
        if not all(isinstance(each, str) for each in Body(named).items(key)):
            raise invalid(conditions=f"ref_name.{key} is a list of texts")
    if not all(isinstance(each, dict) for each in body.items("bypass_actors")):
        raise invalid(bypass_actors="a list of actors")
    return {
        "name": body.text("name"),
        "target": body.one_of("target", "branch", "tag", "push", default="branch"),
        "enforcement": body.one_of("enforcement", "disabled", "active", "evaluate"),
        "bypass_actors": body.items("bypass_actors"),
        "conditions": conditions,
        "rules": rules,
    }


def _ruleset(call: Call) -> Ruleset:
    found = call.repository.rulesets.get(call.number("ruleset_id"))
    if found is None:
        raise not_found()
    return found


def _document(call: Call, ruleset: Ruleset, *, whole: bool = True) -> dict[str, Any]:
    given = dict(ruleset.document)
    bypass = given.pop("bypass_actors", [])
    rest = {name: given.pop(name, None) for name in ("conditions", "rules")}
    document = {
        "id": ruleset.id,
        "node_id": node_id("RepositoryRuleset", ruleset.id),
        "source_type": "Repository",
        "source": call.repository.full_name,
        "created_at": moment(ruleset.created_at),
        "updated_at": moment(ruleset.updated_at),
        **given,
    }
    if not whole:
        return document
    if at_least(call.by.role_in(call.repository), _ADMIN) or call.by.app is not None:
        document["bypass_actors"] = bypass
    return document | rest
