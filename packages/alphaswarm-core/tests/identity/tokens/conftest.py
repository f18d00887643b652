import pytest

from alphaswarm_core.identity.github.issuers import GITHUB_COM
from alphaswarm_core.identity.tokens.keys import JwkSet
from alphaswarm_core.identity.tokens.verifier import TokenVerifier

from .forge import AUDIENCE, Forge


@pytest.fixture(scope="session")
def forge() -> Forge:
    return Forge()


@pytest.fixture(scope="session")
def verifier(forge: Forge) -> TokenVerifier:
    return TokenVerifier(GITHUB_COM, [AUDIENCE], JwkSet.from_document(forge.jwks()))
