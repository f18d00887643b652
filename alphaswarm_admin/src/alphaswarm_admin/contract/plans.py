"""A plan as a tree of modules, and its changes in pages: a plan of 10,000 resources stays usable."""

from enum import StrEnum

from pydantic import Field

from alphaswarm_admin.contract.common import Model


class ChangeAction(StrEnum):
    """What happens to a resource, the most dangerous first."""

    DELETE = "delete"
    REPLACE = "replace"
    FORGET = "forget"
    UPDATE = "update"
    CREATE = "create"
    IMPORT = "import"


class ModuleNode(Model):
    """A module with what happens in it and below it. `address` is empty for the root module."""

    address: str
    name: str
    delete: int
    replace: int
    forget: int
    update: int
    create: int
    imports: int
    modules: list["ModuleNode"]


class PlanTree(Model):
    """The plan of a run. Its changes are at /plan/changes."""

    run_id: str
    plan_digest: str
    terraform_version: str
    root: ModuleNode
    outputs: list[str] = Field(description="Outputs that change.")
    drifted: int = Field(description="Resources that were changed by somebody else since the last run.")
    changes: int


class AttributeChange(Model):
    """One attribute, before and after: strings as they are, other values as JSON text, None for none."""

    path: str
    before: str | None
    after: str | None
    known_after_apply: bool
    sensitive: bool


class ResourceChange(Model):
    """What happens to a resource. `truncated` says that it has more attributes than are shown."""

    address: str
    module: str
    type: str
    name: str
    action: ChangeAction
    imported: bool
    reason: str | None
    attributes: list[AttributeChange]
    truncated: bool


class ResourceChangePage(Model):
    """Changes, destroys first, then by address; `total` counts all that fit the filters."""

    items: list[ResourceChange]
    total: int
    next_cursor: int | None
