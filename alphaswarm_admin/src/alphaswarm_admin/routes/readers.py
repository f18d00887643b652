"""The dependency of everything that is only looked at."""

from typing import Annotated

from fastapi import Depends

from alphaswarm_admin.contract.session import Permission
from alphaswarm_admin.identity.guard import allowed
from alphaswarm_admin.identity.people import SignedIn

Reader = Annotated[SignedIn, Depends(allowed(Permission.read))]
"""Somebody who may look."""
