"""Stand-ins for actions that need GitHub's own services or the internet, chosen by name whatever commit is pinned."""

from collections.abc import Mapping

from alphaswarm_local.actions.builtin.base import ActionCall, BuiltIn
from alphaswarm_local.actions.builtin.checkout import CHECKOUT

BUILT_IN: Mapping[str, BuiltIn] = {each.name: each for each in (CHECKOUT,)}
"""By name, in lower case."""

__all__ = ["BUILT_IN", "ActionCall", "BuiltIn"]
