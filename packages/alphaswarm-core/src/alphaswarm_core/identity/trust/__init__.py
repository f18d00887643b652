"""Trust: what the project declares about who may become which role, held against the policies that say so."""

from alphaswarm_core.identity.trust.declared import Role, declared_intent, github_repositories, role_arn
from alphaswarm_core.identity.trust.matrix import Cell, Matrix, build_matrix, declared_matrix
from alphaswarm_core.identity.trust.rendered import RolePolicy, policies_of_plan

__all__ = [
    "Cell",
    "Matrix",
    "Role",
    "RolePolicy",
    "build_matrix",
    "declared_intent",
    "declared_matrix",
    "github_repositories",
    "policies_of_plan",
    "role_arn",
]
