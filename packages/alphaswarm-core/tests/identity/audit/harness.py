"""Small repositories for the audit, written where a test says, and the findings about them."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from alphaswarm_core.identity.audit import AuditReport, Expectations, Finding, Severity, audit_paths

TODAY = date(2026, 11, 25)
REPOSITORY = "repo:octo-org@11/octo-repo@22"
LEGACY = "repo:octo-org/octo-repo"
PROVIDER = "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com"
ISSUER = "token.actions.githubusercontent.com"
HASH = "0123456789abcdef0123456789abcdef01234567"
APPLY = {
    "aud": "sts.amazonaws.com",
    "sub": f"{REPOSITORY}:environment:prod",
    "environment": "prod",
    "ref": "refs/heads/main",
    "repository_id": "22",
    "repository_owner_id": "11",
    "job_workflow_ref": "octo-org/octo-repo/.github/workflows/apply.yml@refs/heads/main",
}
"""The conditions of a role that nothing is wrong with."""
UNGATED = Expectations(approvals={"dev": 0})


def write(root: Path, files: Mapping[str, str]) -> None:
    """Write files below a directory."""
    for name, text in files.items():
        place = root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")


def audit(root: Path, files: Mapping[str, str], expectations: Expectations | None = None) -> AuditReport:
    """Write files and audit the directory."""
    write(root, files)
    return audit_paths([root], today=TODAY, expectations=expectations)


def found(root: Path, files: Mapping[str, str], rule: str, expectations: Expectations | None = None) -> list[Finding]:
    """The decided findings of one rule."""
    findings = audit(root, files, expectations).findings
    return [each for each in findings if each.rule == rule and each.severity is not Severity.UNKNOWN]


def undecided(root: Path, files: Mapping[str, str], rule: str) -> list[Finding]:
    """The undecided findings of one rule."""
    findings = audit(root, files).findings
    return [each for each in findings if each.rule == rule and each.severity is Severity.UNKNOWN]


def statement(operators: Mapping[str, Mapping[str, Any]] | None = None, **elements: Any) -> dict[str, Any]:
    """A statement that trusts GitHub under conditions, whose keys are claims."""
    conditions = {
        operator: {f"{ISSUER}:{claim}": values for claim, values in claims.items()}
        for operator, claims in (operators or {}).items()
    }
    made = {
        "Effect": "Allow",
        "Principal": {"Federated": PROVIDER},
        "Action": "sts:AssumeRoleWithWebIdentity",
        **({"Condition": conditions} if conditions else {}),
        **elements,
    }
    return {key: value for key, value in made.items() if value is not None}


def claims(*without: str, **changed: Any) -> dict[str, Any]:
    """The conditions of `APPLY`, some left out, some changed."""
    return {claim: value for claim, value in {**APPLY, **changed}.items() if claim not in without}


def policy(*statements: Mapping[str, Any], name: str = "role.json") -> dict[str, str]:
    """A repository with one policy."""
    return {name: json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, indent=1)}


def trust(*without: str, name: str = "role.json", **changed: Any) -> dict[str, str]:
    """A repository with one trust policy of one statement."""
    return policy(statement({"StringEquals": claims(*without, **changed)}), name=name)


def allow(*actions: str, resource: str | list[str] = "*", **elements: Any) -> dict[str, Any]:
    """A statement of an identity policy that allows actions."""
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource, **elements}


def deny(*actions: str, **elements: Any) -> dict[str, Any]:
    """A statement that denies actions on everything."""
    return {"Effect": "Deny", "Action": list(actions), "Resource": "*", **elements}


def workflow(text: str, name: str = "ci.yml", **files: str) -> dict[str, str]:
    """A repository with one workflow file."""
    return {f".github/workflows/{name}": text, **files}


def job(body: str, on: str = "push", permissions: str = "{id-token: write}", name: str = "ci.yml") -> dict[str, str]:
    """A repository with a workflow of one job, whose further lines are given, indented by four spaces."""
    head = f"on: {on}\npermissions: {{}}\njobs:\n  only:\n    runs-on: ubuntu-24.04\n    permissions: {permissions}\n"
    return workflow(head + body, name)


def settings(**changed: Any) -> dict[str, str]:
    """A settings document of one well-protected environment `prod`, with changes."""
    environment = {
        "name": "prod",
        "can_admins_bypass": False,
        "protection_rules": [
            {"type": "required_reviewers", "prevent_self_review": True, "reviewers": [{"type": "User"}] * 2},
            {"type": "branch_policy"},
        ],
        "deployment_branch_policy": {"protected_branches": False, "custom_branch_policies": True},
        "deployment_branch_policies": [{"name": "main"}],
        "custom_deployment_protection_rules": [{"id": 1, "enabled": True, "app": {"slug": "approvals"}}],
        **changed,
    }
    return {"repo.settings.json": json.dumps({"total_count": 1, "environments": [environment]}, indent=1)}
