"""Rulesets: which refs they cover, and what they refuse. Source: docs.github.com, "Available rules for rulesets"."""

from typing import Any

from alphaswarm_core.identity.github import names
from alphaswarm_local.actions.workflow.filters import matches
from alphaswarm_local.github.authority.principals import Principal
from alphaswarm_local.github.state.accounts import Role
from alphaswarm_local.github.state.repositories import Repository, Ruleset

ENFORCED = frozenset({"creation", "update", "deletion", "non_fast_forward", "pull_request"})
"""Rules that refuse something here. Others are kept and shown."""

_ADMIN_ROLE_ID = 5


def covering(repository: Repository, ref: str) -> list[Ruleset]:
    """The active rulesets that cover a ref."""
    return [each for each in repository.rulesets.values() if _covers(repository, each.document, ref)]


def is_protected(repository: Repository, ref: str) -> bool:
    """Whether some rule covers the ref: the claim `ref_protected`, and "protected branches" of environments."""
    return any(each.document.get("rules") for each in covering(repository, ref))


def rules_of(repository: Repository, ref: str) -> list[dict[str, Any]]:
    """Every rule that covers the ref, with where it is from."""
    return [
        {**rule, "ruleset_source_type": "Repository", "ruleset_source": repository.full_name, "ruleset_id": each.id}
        for each in covering(repository, ref)
        for rule in each.document.get("rules", [])
    ]


def refusal(repository: Repository, ref: str, by: Principal, change: str, *, through_pull: bool = False) -> str | None:
    """Why a ref may not be changed like this; None if it may.

    Args:
        repository: Whose.
        ref: Full.
        by: Who changes it.
        change: `creation`, `deletion`, `non_fast_forward` or `update`.
        through_pull: It is the merge of a pull request.
    """
    for ruleset in covering(repository, ref):
        if _may_bypass(repository, ruleset.document, by):
            continue
        rules = {str(rule.get("type")) for rule in ruleset.document.get("rules", [])}
        if change in rules:
            return f"Cannot {_WORDS[change]} this protected ref."
        if "update" in rules and change == "non_fast_forward":
            return "Cannot update this protected ref."
        if "pull_request" in rules and not through_pull and change in {"update", "non_fast_forward"}:
            return "Changes must be made through a pull request."
    return None


_WORDS = {"creation": "create", "deletion": "delete", "non_fast_forward": "force-push to", "update": "update"}


def _covers(repository: Repository, document: dict[str, Any], ref: str) -> bool:
    kind = {"branch": names.is_branch_ref, "tag": names.is_tag_ref}.get(str(document.get("target", "branch")))
    if document.get("enforcement") != "active" or kind is None or not kind(ref):
        return False
    wanted = (document.get("conditions") or {}).get("ref_name") or {}
    return _named(repository, wanted.get("include") or [], ref) and not _named(
        repository, wanted.get("exclude") or [], ref
    )


def _named(repository: Repository, patterns: list[str], ref: str) -> bool:
    default = f"refs/heads/{repository.default_branch}"
    known = {"~ALL": True, "~DEFAULT_BRANCH": ref == default}
    return any(known[each] if each in known else matches((each,), ref) for each in patterns)


def _may_bypass(repository: Repository, document: dict[str, Any], by: Principal) -> bool:
    for actor in document.get("bypass_actors") or []:
        kind, number = actor.get("actor_type"), actor.get("actor_id")
        administrators = kind == "OrganizationAdmin" or (kind == "RepositoryRole" and number == _ADMIN_ROLE_ID)
        if administrators and not by.is_job and by.role_in(repository) is Role.ADMIN:
            return True
        if kind == "Integration" and by.app is not None and number == by.app.id:
            return True
    return False
