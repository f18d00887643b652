"""Projects, which moto keeps: read from its own objects in this process, as they are now."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Project:
    """A build project as it is now. `document` is what `BatchGetProjects` answers; a copy, free to read."""

    name: str
    arn: str
    service_role: str
    document: Mapping[str, Any]

    @property
    def account_id(self) -> str:
        """The account that owns it."""
        return self.arn.split(":")[4]

    @property
    def region(self) -> str:
        """The region it is in."""
        return self.arn.split(":")[3]


def find_project(account_id: str, region: str, name: str) -> Project | None:
    """The project of that name or ARN in the account and region; None where there is none."""
    from moto.codebuild.models import codebuild_backends  # noqa: PLC0415 - only after `Moto.prepare`

    held = codebuild_backends[account_id][region].codebuild_projects
    short = name.rpartition(":project/")[2] if name.startswith("arn:") else name
    found = held.get(short)
    if found is None or (name.startswith("arn:") and found.arn != name):
        return None
    document = copy.deepcopy(found.project_metadata)
    return Project(short, str(found.arn), str(document["serviceRole"]), document)
