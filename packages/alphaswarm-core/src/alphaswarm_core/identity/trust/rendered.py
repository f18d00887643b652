"""Trust policies as they were rendered: from the JSON of a Terraform plan, wherever it came from."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from alphaswarm_core.errors import AlphaSwarmError
from alphaswarm_core.identity.trust.declared import Role


class RenderedPolicyError(AlphaSwarmError):
    """There is no rendered trust policy where one was looked for."""

    code = "AS-TRUST-001"
    summary = "A role's trust policy is not to be found in what was rendered"


@dataclass(frozen=True, slots=True)
class RolePolicy:
    """The trust policy of one role in one environment: the document's text as AWS would get it."""

    environment: str
    role: Role
    document: str


def policies_of_plan(document: Mapping[str, Any], environment: str) -> tuple[RolePolicy, ...]:
    """The trust policies of both roles in `document`, the output of `terraform show -json PLANFILE`.

    They are the `assume_role_policy` of the roles, or the outputs `plan_policy` and `apply_policy` of the rendering
    module.

    Raises:
        RenderedPolicyError: a role's policy is missing, or not known before the apply.
    """
    values = document.get("planned_values", {})
    outputs = values.get("outputs", {})
    found = dict(_role_resources(values.get("root_module", {})))
    for role, output in ((Role.PLAN, "plan_policy"), (Role.APPLY, "apply_policy")):
        if text := outputs.get(output, {}).get("value"):
            found.setdefault(role.value, text)
    missing = [role for role in Role if not found.get(role)]
    if missing:
        raise RenderedPolicyError(
            f"The plan of {environment} has no trust policy of {', '.join(missing)}",
            why="the role is not in it, or its policy is only known after the apply",
            fix="Give the plan of infrastructure/bootstrap, or let the policies be rendered: leave --plan out",
        )
    return tuple(RolePolicy(environment, role, _text(found[role])) for role in Role)


def _role_resources(module: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for resource in module.get("resources", ()):
        if resource.get("type") == "aws_iam_role":
            values = resource.get("values", {})
            yield str(values.get("name")), values.get("assume_role_policy")
    for child in module.get("child_modules", ()):
        yield from _role_resources(child)


def _text(policy: Any) -> str:
    return policy if isinstance(policy, str) else json.dumps(policy)
