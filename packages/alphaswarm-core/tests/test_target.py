"""Targets never mix: local uses the local cloud's own keys, AWS refuses loopback endpoints and static keys."""

import os

import pytest

from alphaswarm_core.local_address import AccountKeys, LocalCloudAddress, LocalCloudError
from alphaswarm_core.target import (
    TargetRefusedError,
    aws_client_environment,
    is_loopback,
    local_build_environment,
    local_client_environment,
    local_job_environment,
)

TEMPORARY = {"AWS_ACCESS_KEY_ID": "ASIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "t"}
ADDRESS = LocalCloudAddress(
    endpoint="http://127.0.0.1:1234",
    pid=1,
    region="us-east-1",
    started_at="2025-01-01T00:00:00Z",
    accounts={"dev": AccountKeys(account_id="111111111111", access_key_id="LOCAL", secret_access_key="s")},
)


def test_local_environment_is_complete_and_reads_no_profile() -> None:
    environment = local_client_environment(ADDRESS, "dev")

    assert environment["AWS_ENDPOINT_URL"] == ADDRESS.endpoint
    assert environment["AWS_ACCESS_KEY_ID"] == "LOCAL"
    assert environment["AWS_CONFIG_FILE"] == environment["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull


def test_environment_without_an_account_of_the_local_cloud_is_an_error() -> None:
    with pytest.raises(LocalCloudError, match="no account for 'prod'"):
        local_client_environment(ADDRESS, "prod")


def test_temporary_credentials_reach_aws_with_the_region_of_the_settings() -> None:
    environment = aws_client_environment({**TEMPORARY, "AWS_REGION": "mars-1", "OTHER": "x"}, "eu-central-1")

    assert environment == {
        **TEMPORARY,
        "AWS_REGION": "eu-central-1",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


def test_web_identity_reaches_aws() -> None:
    ambient = {"AWS_ROLE_ARN": "arn:aws:iam::111111111111:role/r", "AWS_WEB_IDENTITY_TOKEN_FILE": "/token"}

    assert ambient.items() <= aws_client_environment(ambient, "us-east-1").items()


def test_profile_of_the_host_does_not_reach_aws() -> None:
    assert "AWS_PROFILE" not in aws_client_environment({**TEMPORARY, "AWS_PROFILE": "me"}, "us-east-1")


@pytest.mark.parametrize("key", ["AKIAEXAMPLE", "ASIAEXAMPLE"])
def test_key_without_a_token_is_refused(key: str) -> None:
    with pytest.raises(TargetRefusedError, match="static AWS key"):
        aws_client_environment({"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": "s"}, "us-east-1")


def test_long_lived_key_is_refused_even_with_a_token() -> None:
    with pytest.raises(TargetRefusedError, match="static AWS key"):
        aws_client_environment({**TEMPORARY, "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE"}, "us-east-1")


@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS"])
@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://[::1]:1", "http://localhost", "https://example.org"])
def test_overridden_endpoint_is_refused(name: str, url: str) -> None:
    with pytest.raises(TargetRefusedError, match=name):
        aws_client_environment({**TEMPORARY, name: url}, "us-east-1")


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://127.9.9.9", "http://[::1]:1", "http://localhost:80"])
def test_loopback_is_recognised(url: str) -> None:
    assert is_loopback(url)


@pytest.mark.parametrize("url", ["http://10.0.0.1", "https://localhost.example.org", "http://example.org", "nonsense"])
def test_other_hosts_are_not_loopback(url: str) -> None:
    assert not is_loopback(url)


LOCAL_BUILD = {
    "CODEBUILD_BUILD_ID": "alphaswarm-deploy-dev:0f0e",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:4510",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:4510/_alphaswarm/builds/credentials/0f0e",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN": "token",
}


def test_build_of_the_local_cloud_gets_its_address_and_its_own_credentials() -> None:
    found = local_build_environment({**LOCAL_BUILD, "AWS_DEFAULT_PROFILE": "ann"}, "us-east-1")

    assert found["AWS_ENDPOINT_URL"] == LOCAL_BUILD["AWS_ENDPOINT_URL"]
    assert found["AWS_CONTAINER_AUTHORIZATION_TOKEN"] == "token"
    assert found["AWS_CONFIG_FILE"] == "/dev/null"
    assert not {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_PROFILE"} & set(found)


@pytest.mark.parametrize(
    "other",
    [
        {"CODEBUILD_BUILD_ID": ""},
        {"AWS_ENDPOINT_URL": "https://evil.example"},
        {"AWS_ENDPOINT_URL": ""},
        {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE"},
        {"AWS_SECRET_ACCESS_KEY": "x"},
        {"AWS_SESSION_TOKEN": "x"},
        {"AWS_PROFILE": "ann"},
        {"AWS_WEB_IDENTITY_TOKEN_FILE": "/token"},
        {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/credentials/x"},  # what AWS gives its builds
        {"AWS_CONTAINER_CREDENTIALS_FULL_URI": ""},
        {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.2/v2/credentials/x"},
        {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:4511/x"},
        {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://user@127.0.0.1:4510/x"},
    ],
)
def test_what_only_looks_like_a_build_of_the_local_cloud_is_refused(other: dict[str, str]) -> None:
    with pytest.raises(TargetRefusedError):
        local_build_environment({**LOCAL_BUILD, **other}, "us-east-1")


def test_target_aws_takes_no_loopback_endpoint_in_a_build_either() -> None:
    with pytest.raises(TargetRefusedError):
        aws_client_environment(LOCAL_BUILD, "us-east-1")


JOB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_API_URL": "http://127.0.0.1:4100/api",
    "ACTIONS_ID_TOKEN_REQUEST_URL": "http://127.0.0.1:4100/token",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:4100",
}
SESSION = {"AWS_ACCESS_KEY_ID": "ASIA1", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "t"}


def test_job_of_the_local_github_acts_in_the_session_of_its_token() -> None:
    environment = local_job_environment({**JOB, **SESSION}, "us-east-1")

    assert environment.items() >= {**SESSION, "AWS_ENDPOINT_URL": JOB["AWS_ENDPOINT_URL"]}.items()
    assert environment["AWS_CONFIG_FILE"] == os.devnull


@pytest.mark.parametrize(
    "other",
    [
        {},  # has assumed no role
        {"AWS_ACCESS_KEY_ID": "AKIA1", "AWS_SECRET_ACCESS_KEY": "s"},  # a key that lasts
        {**SESSION, "GITHUB_ACTIONS": ""},
        {**SESSION, "AWS_ENDPOINT_URL": "https://sts.amazonaws.com"},
        {**SESSION, "ACTIONS_ID_TOKEN_REQUEST_URL": "https://token.actions.githubusercontent.com/x"},
    ],
)
def test_what_only_looks_like_such_a_job_gets_nothing(other: dict[str, str]) -> None:
    with pytest.raises(TargetRefusedError):
        local_job_environment({**JOB, **other}, "us-east-1")
