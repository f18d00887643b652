from dataclasses import replace

import pytest

from alphaswarm_core.identity.github.claim_table import IGNORED, OPTIONAL, REQUIRED, VERIFIED
from alphaswarm_core.identity.github.claims import Claims, claims
from alphaswarm_core.identity.github.errors import ClaimTypeError, GithubNameError
from alphaswarm_core.identity.github.events import Event
from alphaswarm_core.identity.github.issuers import (
    GITHUB_COM,
    data_residency_issuer,
    enterprise_issuer,
    enterprise_server_issuer,
)
from alphaswarm_core.identity.github.jobs_of import workflow_job
from alphaswarm_core.identity.github.repositories import Enterprise
from alphaswarm_core.identity.github.sts import STS_CLAIMS, STS_CLAIMS_IN_SESSION, sts_context

from .samples import FILE, IMMUTABLE, LEGACY

PREFIX = "token.actions.githubusercontent.com:"


def payload(**facts: str) -> dict[str, str]:
    repository = replace(LEGACY, enterprise=Enterprise("octo-inc", 9), properties=(("team", "x"),))
    found = claims(workflow_job(Event.PUSH, repository, FILE, **facts))  # type: ignore[arg-type]
    assert isinstance(found, tuple)
    return found[0].document() | {"aud": "sts.amazonaws.com", "iss": GITHUB_COM.url}


def test_context_has_exactly_the_keys_of_aws_when_token_has_everything() -> None:
    context = sts_context(payload(environment="prod"))
    names = "aud sub actor actor_id enterprise_id environment job_workflow_ref ref repository repository_id"
    assert set(context) == {PREFIX + name for name in [*names.split(), "repository_owner_id", "workflow"]}
    assert context[PREFIX + "sub"] == ("repo:octo-org/octo-repo:environment:prod",)
    assert context[PREFIX + "ref"] == ("refs/heads/main",)
    assert context[PREFIX + "repository_id"] == ("456789",)


@pytest.mark.parametrize(
    "name", ["event_name", "runner_environment", "workflow_ref", "repository_owner", "run_id", "sha", "iss"]
)
def test_claim_is_no_key_when_aws_does_not_list_it(name: str) -> None:
    assert name in payload()
    assert PREFIX + name not in sts_context(payload())


def test_environment_has_no_key_when_job_has_none() -> None:
    assert PREFIX + "environment" not in sts_context(payload())


def test_keys_carry_the_path_when_enterprise_has_its_own_issuer() -> None:
    context = sts_context(payload(), enterprise_issuer("octo-inc"))
    assert "token.actions.githubusercontent.com/octo-inc:sub" in context
    assert PREFIX + "sub" not in context


def test_several_audiences_are_several_values() -> None:
    context = sts_context(payload() | {"aud": ["a", "b"]})  # type: ignore[dict-item]
    assert context[PREFIX + "aud"] == ("a", "b")


@pytest.mark.parametrize("value", [1, None, True, 1.5, {"a": "b"}, ["a", 1], b"x"])
def test_nothing_is_decided_when_a_claim_has_the_wrong_type(value: object) -> None:
    with pytest.raises(ClaimTypeError):
        sts_context(payload() | {"repository_id": value})  # type: ignore[dict-item]


def test_context_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        sts_context(payload())[PREFIX + "sub"] = ("x",)  # type: ignore[index]


def test_session_keys_are_the_default_set() -> None:
    assert {"aud", "sub", "amr", "email", "oaud"} == STS_CLAIMS_IN_SESSION
    assert STS_CLAIMS_IN_SESSION < STS_CLAIMS


def test_every_claim_that_is_minted_has_exactly_one_place_in_the_table() -> None:
    tables = [set(VERIFIED), set(REQUIRED), set(OPTIONAL), set(IGNORED)]
    assert sum(map(len, tables)) == len(set.union(*tables))
    minted = {name for name in Claims.__dataclass_fields__ if name != "properties"}
    assert minted <= set.union(*tables)


def test_issuers_are_githubs() -> None:
    assert GITHUB_COM.url == "https://token.actions.githubusercontent.com"
    assert GITHUB_COM.jwks_url == "https://token.actions.githubusercontent.com/.well-known/jwks"
    assert GITHUB_COM.default_audience(IMMUTABLE.owner) == "https://github.com/octo-org"
    assert enterprise_issuer("octo-inc").url == "https://token.actions.githubusercontent.com/octo-inc"
    assert data_residency_issuer("octocorp").url == "https://token.actions.octocorp.ghe.com"
    server = enterprise_server_issuer("git.example.com")
    assert server.discovery_url == "https://git.example.com/_services/token/.well-known/openid-configuration"
    assert server.condition_prefix == "git.example.com/_services/token"


@pytest.mark.parametrize("make", [enterprise_issuer, data_residency_issuer, enterprise_server_issuer])
@pytest.mark.parametrize("text", ["", "a/b", "a b", "a@b", "-", "a\n", "https://a"])
def test_issuer_is_refused_when_its_name_is_not_one(make: object, text: str) -> None:
    with pytest.raises(GithubNameError):
        make(text)  # type: ignore[operator]
