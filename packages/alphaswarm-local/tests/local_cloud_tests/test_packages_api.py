"""CodeArtifact's API with boto3: what is made is there, what does not hold is refused, policies hold sessions."""

import time
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from .conftest import ACCOUNTS, ClientOf
from .roles import ACCOUNT, RoleOf, SessionOf, allow, deny, document, refused

ARN = f"arn:aws:codeartifact:us-east-1:{ACCOUNT}"


def named(prefix: str) -> str:
    return f"{prefix}-{uuid.uuid4().hex[:10]}"


def code(caught: pytest.ExceptionInfo[ClientError]) -> str:
    return str(caught.value.response["Error"]["Code"])


@pytest.fixture
def domain(client: ClientOf) -> str:
    name = named("domain")
    client("codeartifact").create_domain(domain=name)
    return name


def test_domain_is_described_until_it_is_deleted(client: ClientOf) -> None:
    api, name = client("codeartifact"), named("domain")
    made = api.create_domain(domain=name, tags=[{"key": "team", "value": "platform"}])["domain"]
    assert (made["arn"], made["owner"], made["status"]) == (f"{ARN}:domain/{name}", ACCOUNT, "Active")
    assert api.describe_domain(domain=name)["domain"] == made
    assert name in {each["name"] for each in api.list_domains()["domains"]}
    assert api.list_tags_for_resource(resourceArn=made["arn"])["tags"] == [{"key": "team", "value": "platform"}]
    api.create_repository(domain=name, repository="held")
    with pytest.raises(ClientError) as caught:
        api.delete_domain(domain=name)
    assert code(caught) == "ConflictException"
    api.delete_repository(domain=name, repository="held")
    api.delete_domain(domain=name)
    with pytest.raises(ClientError) as caught:
        api.describe_domain(domain=name)
    assert code(caught) == "ResourceNotFoundException"


def test_account_and_region_have_their_own_domains_when_names_are_alike(client: ClientOf, domain: str) -> None:
    for elsewhere in (client("codeartifact", "prod"), client("codeartifact", region="eu-west-1")):
        with pytest.raises(ClientError) as caught:
            elsewhere.describe_domain(domain=domain)
        assert code(caught) == "ResourceNotFoundException"
    with pytest.raises(ClientError) as caught:
        client("codeartifact", "prod").describe_domain(domain=domain, domainOwner=ACCOUNT)
    assert code(caught) == "AccessDeniedException"


def test_repository_keeps_upstreams_and_connection_when_it_is_described(client: ClientOf, domain: str) -> None:
    api = client("codeartifact")
    api.create_repository(domain=domain, repository="pypi-store", description="public")
    api.associate_external_connection(domain=domain, repository="pypi-store", externalConnection="public:pypi")
    upstreams = [{"repositoryName": "pypi-store"}]
    made = api.create_repository(domain=domain, repository="internal", upstreams=upstreams)["repository"]
    assert (made["arn"], made["upstreams"]) == (f"{ARN}:repository/{domain}/internal", upstreams)
    store = api.describe_repository(domain=domain, repository="pypi-store")["repository"]
    assert [each["externalConnectionName"] for each in store["externalConnections"]] == ["public:pypi"]
    assert api.describe_domain(domain=domain)["domain"]["repositoryCount"] == 2
    changed = api.update_repository(domain=domain, repository="internal", upstreams=[])["repository"]
    assert changed["upstreams"] == []
    assert (
        "externalConnections"
        in api.disassociate_external_connection(
            domain=domain, repository="pypi-store", externalConnection="public:pypi"
        )["repository"]
    )


def _calls() -> list[tuple[str, dict[str, Any], str]]:
    here = {"repository": "internal"}
    loop = [{"repositoryName": "internal"}]
    return [
        ("create_repository", here, "ConflictException"),
        ("create_repository", {"repository": "other", "upstreams": [{"repositoryName": "gone"}]}, "ResourceNotFound"),
        ("update_repository", {**here, "upstreams": loop}, "ValidationException"),
        ("update_repository", {"repository": "store", "upstreams": loop}, "ValidationException"),
        ("delete_repository", {"repository": "store"}, "ConflictException"),
        ("associate_external_connection", {**here, "externalConnection": "public:npmjs"}, "NotImplemented"),
        ("disassociate_external_connection", {**here, "externalConnection": "public:pypi"}, "ResourceNotFound"),
        ("get_repository_endpoint", {**here, "format": "npm"}, "ValidationException"),
        ("list_packages", {**here, "nextToken": "forged"}, "ValidationException"),
        ("list_package_groups", {}, "NotImplemented"),
        ("get_authorization_token", {"durationSeconds": 60}, "ValidationException"),
        ("get_authorization_token", {"durationSeconds": 0}, "ValidationException"),
        ("put_domain_permissions_policy", {"policyDocument": "{}"}, "ValidationException"),
        ("get_domain_permissions_policy", {}, "ResourceNotFound"),
    ]


@pytest.mark.parametrize(("operation", "parameters", "expected"), _calls())
def test_call_is_refused_when_it_does_not_hold(
    client: ClientOf, domain: str, operation: str, parameters: dict[str, Any], expected: str
) -> None:
    api = client("codeartifact")
    api.create_repository(domain=domain, repository="store")
    api.create_repository(domain=domain, repository="internal", upstreams=[{"repositoryName": "store"}])
    with pytest.raises(ClientError) as caught:
        getattr(api, operation)(domain=domain, **parameters)
    assert code(caught).startswith(expected)


def test_domain_is_refused_when_name_or_key_are_off(client: ClientOf, domain: str) -> None:
    api = client("codeartifact")
    missing = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/{uuid.uuid4()}"
    for parameters in ({"domain": "Upper-Case"}, {"domain": named("d"), "encryptionKey": missing}):
        with pytest.raises(ClientError) as caught:
            api.create_domain(**parameters)
        assert code(caught) == "ValidationException"
    with pytest.raises(ClientError) as caught:
        api.create_domain(domain=domain)
    assert code(caught) == "ConflictException"
    key = client("kms").create_key()["KeyMetadata"]["Arn"]
    assert api.create_domain(domain=named("keyed"), encryptionKey=key)["domain"]["encryptionKey"] == key


def test_list_is_given_in_pages_when_it_is_long(client: ClientOf, domain: str) -> None:
    api = client("codeartifact")
    names = [f"repository-{number}" for number in range(5)]
    for name in names:
        api.create_repository(domain=domain, repository=name)
    pages = list(
        api.get_paginator("list_repositories_in_domain").paginate(domain=domain, PaginationConfig={"PageSize": 2})
    )
    assert [len(page["repositories"]) for page in pages] == [2, 2, 1]
    assert [each["name"] for page in pages for each in page["repositories"]] == names


def test_policy_is_replaced_only_at_its_revision_when_one_is_named(client: ClientOf, domain: str) -> None:
    api = client("codeartifact")
    text = document({**allow("codeartifact:DescribeDomain"), "Principal": {"AWS": ACCOUNT}})
    first = api.put_domain_permissions_policy(domain=domain, policyDocument=text)["policy"]
    assert first["resourceArn"] == f"{ARN}:domain/{domain}"
    api.put_domain_permissions_policy(domain=domain, policyDocument=text, policyRevision=first["revision"])
    with pytest.raises(ClientError) as caught:
        api.put_domain_permissions_policy(domain=domain, policyDocument=text, policyRevision=first["revision"])
    assert code(caught) == "ConflictException"
    assert api.get_domain_permissions_policy(domain=domain)["policy"]["document"] == text
    api.delete_domain_permissions_policy(domain=domain)
    with pytest.raises(ClientError):
        api.get_domain_permissions_policy(domain=domain)


def test_token_lives_as_long_as_it_was_asked_for(
    client: ClientOf, domain: str, role: RoleOf, session_of: SessionOf
) -> None:
    api = client("codeartifact")
    for parameters, seconds in (({}, 43_200), ({"durationSeconds": 900}, 900)):
        given = api.get_authorization_token(domain=domain, **parameters)
        assert abs(given["expiration"].timestamp() - time.time() - seconds) < 60
        assert len(given["authorizationToken"]) > 200
    arn = role(allow(["codeartifact:GetAuthorizationToken", "sts:GetServiceBearerToken"]))
    given = session_of(arn, seconds=1800)("codeartifact").get_authorization_token(domain=domain, durationSeconds=0)
    assert abs(given["expiration"].timestamp() - time.time() - 1800) < 60


_BEARER = "sts:GetServiceBearerToken"
_OF_CODEARTIFACT = {"Condition": {"StringEquals": {"sts:AWSServiceName": "codeartifact.amazonaws.com"}}}
_OF_ANOTHER = {"Condition": {"StringEquals": {"sts:AWSServiceName": "cloudwatch.amazonaws.com"}}}


def test_token_needs_two_permissions_when_a_session_asks(domain: str, role: RoleOf, session_of: SessionOf) -> None:
    own = allow("codeartifact:GetAuthorizationToken", f"{ARN}:domain/{domain}")
    both = session_of(role(own, allow(_BEARER, **_OF_CODEARTIFACT)))("codeartifact")
    assert both.get_authorization_token(domain=domain)["authorizationToken"]
    refused(lambda: session_of(role(own))("codeartifact").get_authorization_token(domain=domain), _BEARER)
    other = session_of(role(own, allow(_BEARER, **_OF_ANOTHER)))("codeartifact")
    refused(lambda: other.get_authorization_token(domain=domain), _BEARER)
    bearer_only = session_of(role(allow(_BEARER)))("codeartifact")
    refused(lambda: bearer_only.get_authorization_token(domain=domain), "codeartifact:GetAuthorizationToken")
    elsewhere = {**own, "Resource": f"{ARN}:domain/other"}
    refused(
        lambda: session_of(role(elsewhere, allow(_BEARER)))("codeartifact").get_authorization_token(domain=domain),
        f"domain/{domain}",
    )


def test_session_is_held_to_its_resources_when_it_changes_repositories(
    client: ClientOf, domain: str, role: RoleOf, session_of: SessionOf
) -> None:
    client("codeartifact").create_repository(domain=domain, repository="store")
    client("codeartifact").create_repository(domain=domain, repository="mine")
    mine = f"{ARN}:repository/{domain}/mine"
    api = session_of(role(allow(["codeartifact:UpdateRepository", "codeartifact:Describe*"], mine)))("codeartifact")
    assert api.update_repository(domain=domain, repository="mine", description="x")["repository"]["description"] == "x"
    refused(lambda: api.update_repository(domain=domain, repository="store", description="x"), "repository/")
    with_upstream = {"domain": domain, "repository": "mine", "upstreams": [{"repositoryName": "store"}]}
    refused(lambda: api.update_repository(**with_upstream), "AssociateWithDownstreamRepository")
    refused(lambda: api.delete_repository(domain=domain, repository="mine"))
    refused(lambda: api.list_packages(domain=domain, repository="mine"))
    refused(lambda: api.put_repository_permissions_policy(domain=domain, repository="mine", policyDocument="{}"))


def test_repository_policy_counts_when_it_denies_or_opens_to_another_account(
    client: ClientOf, domain: str, role: RoleOf, session_of: SessionOf
) -> None:
    api = client("codeartifact")
    api.create_repository(domain=domain, repository="policed")
    whole = session_of(role(allow("codeartifact:*")))("codeartifact")
    about = {"domain": domain, "repository": "policed"}
    closed = document({**deny("codeartifact:DeleteRepository"), "Principal": "*"})
    api.put_repository_permissions_policy(**about, policyDocument=closed)
    refused(lambda: whole.delete_repository(**about), "explicit deny in a resource-based policy")
    assert whole.describe_repository(**about)["repository"]["name"] == "policed"
    foreign = whole.describe_domain
    refused(lambda: foreign(domain="any", domainOwner=ACCOUNTS["prod"]), "no resource-based policy allows")
    client("codeartifact", "prod").create_domain(domain="opened-to-dev")
    opened = document({**allow("codeartifact:DescribeDomain"), "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}})
    client("codeartifact", "prod").put_domain_permissions_policy(domain="opened-to-dev", policyDocument=opened)
    assert foreign(domain="opened-to-dev", domainOwner=ACCOUNTS["prod"])["domain"]["owner"] == ACCOUNTS["prod"]
    refused(lambda: whole.delete_domain(domain="opened-to-dev", domainOwner=ACCOUNTS["prod"]))


def test_parameter_is_taken_when_it_is_required_elsewhere(client: ClientOf, domain: str) -> None:
    """`format` chooses no operation: that another one requires it made a list of packages ambiguous."""
    api = client("codeartifact")
    api.create_repository(domain=domain, repository="empty")
    assert api.list_packages(domain=domain, repository="empty", format="pypi", packagePrefix="a")["packages"] == []
