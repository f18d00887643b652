"""Secrets of repositories and environments: they come in sealed boxes and never go out again."""

import base64
import binascii
import hashlib
from typing import Any

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox

from alphaswarm_local.github.authority.permissions import read, write
from alphaswarm_local.github.rest.answers import Answer, created, invalid, no_content, not_found, page
from alphaswarm_local.github.rest.endpoints.environments import named
from alphaswarm_local.github.rest.endpoints.variables import checked_name
from alphaswarm_local.github.rest.routing import Call, endpoint
from alphaswarm_local.github.state.repositories import Repository, Secret
from alphaswarm_local.github.views.accounts import moment

LONGEST_SECRET = 48 * 1024
_OWN = "/repos/{owner}/{repo}/actions/secrets"
_OF_ENVIRONMENT = "/repos/{owner}/{repo}/environments/{environment}/secrets"


def _public_key(call: Call) -> Answer:
    _kept(call)
    key = _private(call, call.repository).public_key
    return Answer(document={"key_id": _key_id(key.encode()), "key": base64.b64encode(key.encode()).decode()})


def _listed(call: Call) -> Answer:
    return page([_document(each) for _, each in sorted(_kept(call).items())], call.query, call.url, key="secrets")


def _one(call: Call) -> Answer:
    return Answer(document=_document(_found(call)))


def _put(call: Call) -> Answer:
    name, kept, now = checked_name(call.path["name"]), _kept(call), call.hub.store.now()
    value = _opened(call)
    old = kept.get(name)
    with call.hub.store:
        kept[name] = Secret(name, value, old.created_at if old else now, now)
    return no_content() if old else created({})


def _removed(call: Call) -> Answer:
    old, kept = _found(call), _kept(call)
    with call.hub.store:
        del kept[old.name]
    return no_content()


def _opened(call: Call) -> str:
    """The value in the box; one that was sealed for another key is refused, as is a value in plain text."""
    private = _private(call, call.repository)
    if call.body.text("key_id") != _key_id(private.public_key.encode()):
        raise invalid(key_id="the key is not this repository's")
    try:
        sealed = base64.b64decode(call.body.text("encrypted_value", longest=2 * LONGEST_SECRET), validate=True)
        value = SealedBox(private).decrypt(sealed).decode("utf-8")
    except (binascii.Error, CryptoError, ValueError):
        raise invalid(encrypted_value="it is no sealed box for this repository's key") from None
    if len(value) > LONGEST_SECRET:
        raise invalid(encrypted_value="a secret has at most 48 KB")
    return value


def _private(call: Call, repository: Repository) -> PrivateKey:
    with call.hub.store:
        if not repository.secret_key:
            repository.secret_key = PrivateKey.generate().encode()
        return PrivateKey(repository.secret_key)


def _key_id(public: bytes) -> str:
    return str(int.from_bytes(hashlib.sha256(public).digest()[:7], "big"))


def _kept(call: Call) -> dict[str, Secret]:
    return named(call).secrets if "environment" in call.path else call.repository.secrets


def _found(call: Call) -> Secret:
    found = _kept(call).get(call.path["name"].upper())
    if found is None:
        raise not_found()
    return found


def _document(secret: Secret) -> dict[str, Any]:
    return {
        "name": secret.name,
        "created_at": moment(secret.created_at),
        "updated_at": moment(secret.updated_at),
    }


for _path, _whose, _permission in (
    (_OWN, "a repository", "secrets"),
    (_OF_ENVIRONMENT, "an environment", "environments"),
):
    endpoint("GET", _path + "/public-key", read(_permission), f"The key that seals the secrets of {_whose}")(
        _public_key
    )
    endpoint("GET", _path, read(_permission), f"Names of the secrets of {_whose}")(_listed)
    endpoint("GET", _path + "/{name}", read(_permission), f"A secret of {_whose}, without its value")(_one)
    endpoint("PUT", _path + "/{name}", write(_permission), f"Set a secret of {_whose}")(_put)
    endpoint("DELETE", _path + "/{name}", write(_permission), f"Remove a secret of {_whose}")(_removed)
