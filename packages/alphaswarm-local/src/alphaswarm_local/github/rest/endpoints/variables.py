"""Variables of repositories and environments."""

import re
from typing import Any

from alphaswarm_local.github.authority.permissions import read, write
from alphaswarm_local.github.hub import Hub
from alphaswarm_local.github.rest.answers import Answer, Refusal, created, invalid, no_content, not_found, page
from alphaswarm_local.github.rest.endpoints.environments import named
from alphaswarm_local.github.rest.routing import Call, endpoint
from alphaswarm_local.github.state.repositories import Variable
from alphaswarm_local.github.views.accounts import moment

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LONGEST_VALUE = 48 * 1024
_OWN = "/repos/{owner}/{repo}/actions/variables"
_OF_ENVIRONMENT = "/repos/{owner}/{repo}/environments/{environment}/variables"


def checked_name(name: str) -> str:
    """A name that a variable or secret can have; GitHub keeps them in upper case.

    Raises:
        Refusal: 422.
    """
    if not _NAME.fullmatch(name) or name.upper().startswith("GITHUB_"):
        raise invalid(name="names have letters, digits and _, do not start with a digit, nor with GITHUB_")
    return name.upper()


def _kept(call: Call) -> dict[str, Variable]:
    return named(call).variables if "environment" in call.path else call.repository.variables


def _document(variable: Variable) -> dict[str, Any]:
    return {
        "name": variable.name,
        "value": variable.value,
        "created_at": moment(variable.created_at),
        "updated_at": moment(variable.updated_at),
    }


def _listed(call: Call) -> Answer:
    found = [_document(each) for _, each in sorted(_kept(call).items())]
    return page(found, call.query, call.url, key="variables")


def _one(call: Call) -> Answer:
    return Answer(document=_document(_found(call)))


def _made(call: Call) -> Answer:
    name, kept = checked_name(call.body.text("name")), _kept(call)
    if name in kept:
        raise Refusal(409, "Already exists - Variable already exists")
    _set(call.hub, kept, name, call.body.text("value", longest=_LONGEST_VALUE))
    return created({})


def _changed(call: Call) -> Answer:
    old, kept = _found(call), _kept(call)
    name = checked_name(call.body.text("name", old.name))
    value = call.body.text("value", old.value, longest=_LONGEST_VALUE)
    with call.hub.store:
        kept.pop(old.name, None)
    _set(call.hub, kept, name, value)
    return no_content()


def _removed(call: Call) -> Answer:
    old, kept = _found(call), _kept(call)
    with call.hub.store:
        del kept[old.name]
    return no_content()


def _found(call: Call) -> Variable:
    found = _kept(call).get(call.path["name"].upper())
    if found is None:
        raise not_found()
    return found


def _set(hub: Hub, kept: dict[str, Variable], name: str, value: str) -> None:
    now = hub.store.now()
    with hub.store:
        kept[name] = Variable(name, value, now, now)


for _path, _whose, _permission in (
    (_OWN, "a repository", "variables"),
    (_OF_ENVIRONMENT, "an environment", "environments"),
):
    endpoint("GET", _path, read(_permission, "variables"), f"Variables of {_whose}")(_listed)
    endpoint("POST", _path, write(_permission), f"Make a variable of {_whose}")(_made)
    endpoint("GET", _path + "/{name}", read(_permission, "variables"), f"A variable of {_whose}")(_one)
    endpoint("PATCH", _path + "/{name}", write(_permission), f"Change a variable of {_whose}")(_changed)
    endpoint("DELETE", _path + "/{name}", write(_permission), f"Remove a variable of {_whose}")(_removed)
