"""ECR's registry over HTTP: login, permissions, pushes and pulls, tags that stay, referrers; AWS's API beside it."""

import base64
import json
import os
import subprocess
import sys
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from alphaswarm_core.local_address import LocalCloudAddress

from .conftest import ClientOf
from .registry_tools import INDEX, MANIFEST, Remote, digest_of
from .roles import ACCOUNT, RoleOf, SessionOf, allow, code_of, deny, document, refused

ARN = f"arn:aws:ecr:us-east-1:{ACCOUNT}:repository"
PUSH = ["InitiateLayerUpload", "UploadLayerPart", "CompleteLayerUpload", "BatchCheckLayerAvailability", "PutImage"]
PULL = ["BatchGetImage", "GetDownloadUrlForLayer"]
RemoteOf = Callable[..., Remote]


def password(ecr: Any) -> str:
    data = ecr.get_authorization_token()["authorizationData"][0]
    user, _, secret = base64.b64decode(data["authorizationToken"]).decode().partition(":")
    assert user == "AWS"
    assert data["proxyEndpoint"] == f"https://{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com"
    return secret


@pytest.fixture(scope="session")
def root_token(client: ClientOf) -> str:
    return password(client("ecr"))


@pytest.fixture
def remote(cloud: LocalCloudAddress, client: ClientOf, root_token: str) -> RemoteOf:
    def make(**options: Any) -> Remote:
        name = f"team/service-{uuid.uuid4().hex[:8]}"
        client("ecr").create_repository(repositoryName=name, **options)
        return Remote(f"{cloud.url('registry')}/{ACCOUNT}/{name}", root_token)

    return make


def as_role(remote: Remote, role: RoleOf, session_of: SessionOf, *statements: Any) -> Remote:
    arn = role(allow("ecr:GetAuthorizationToken"), *statements)
    return Remote(remote.base, password(session_of(arn)("ecr")))


def named(remote: Remote) -> str:
    return remote.name.partition("/")[2]


def test_image_is_pulled_and_described_when_it_was_pushed(remote: RemoteOf, client: ClientOf) -> None:
    here = remote()
    digest = here.push_image("v1")
    by_tag, by_digest = (
        here.ask("GET", "manifests/v1", Accept=MANIFEST),
        here.ask("GET", f"manifests/{digest}"),
    )
    assert by_tag.body == by_digest.body
    assert (digest_of(by_tag.body), by_tag.headers["Content-Type"]) == (digest, MANIFEST)
    layer = by_tag.json()["layers"][0]
    blob = here.ask("GET", f"blobs/{layer['digest']}")
    assert digest_of(blob.body) == layer["digest"]
    part = here.ask("GET", f"blobs/{layer['digest']}", Range="bytes=0-4")
    assert (part.status, part.body) == (206, blob.body[:5])
    assert here.ask("HEAD", f"blobs/{layer['digest']}").headers["Content-Length"] == str(layer["size"])
    image = client("ecr").describe_images(repositoryName=named(here))["imageDetails"][0]
    assert (image["imageDigest"], image["imageTags"], image["imageSizeInBytes"]) == (digest, ["v1"], layer["size"])
    got = client("ecr").batch_get_image(repositoryName=named(here), imageIds=[{"imageDigest": digest}])
    assert got["images"][0]["imageManifest"].encode() == by_tag.body


def test_blob_is_kept_when_it_comes_in_pieces(remote: RemoteOf) -> None:
    here, pieces = remote(), [b"first ", b"second"]
    begun = here.ask("POST", "blobs/uploads/", b"")
    place = begun.headers["Location"]
    assert (begun.status, begun.headers["Range"]) == (202, "0-0")
    assert here.ask("PATCH", place, pieces[0], Content_Range="0-5").headers["Range"] == "0-5"
    assert here.ask("PATCH", place, pieces[1], Content_Range="9-14").status == 416
    assert here.ask("GET", place).headers["Range"] == "0-5"
    digest = digest_of(b"".join(pieces))
    assert here.ask("PUT", f"{place}?digest={digest}", pieces[1]).status == 201
    assert here.ask("GET", f"blobs/{digest}").body == b"first second"
    assert here.ask("PATCH", place, b"more").code == "BLOB_UPLOAD_UNKNOWN"


def test_upload_is_thrown_away_when_its_bytes_are_others(remote: RemoteOf) -> None:
    here = remote()
    wrong = digest_of(b"something else")
    assert here.ask("POST", f"blobs/uploads/?digest={wrong}", b"content").code == "DIGEST_INVALID"
    assert here.ask("GET", f"blobs/{wrong}").status == 404
    place = here.ask("POST", "blobs/uploads/", b"").headers["Location"]
    assert here.ask("DELETE", place).status == 204
    assert here.ask("PATCH", place, b"x").status == 404


def test_blob_is_mounted_when_the_source_may_be_read(remote: RemoteOf, role: RoleOf, session_of: SessionOf) -> None:
    source, target = remote(), remote()
    digest = source.push_blob(b"shared layer")["digest"]
    asked = f"blobs/uploads/?mount={digest}&from={source.name}"
    pusher = as_role(
        target, role, session_of, allow([f"ecr:{each}" for each in [*PUSH, *PULL]], f"{ARN}/{named(target)}")
    )
    assert pusher.ask("POST", asked, b"").status == 202
    assert target.ask("GET", f"blobs/{digest}").status == 404
    assert target.ask("POST", asked, b"").status == 201
    assert target.ask("GET", f"blobs/{digest}").body == b"shared layer"


def test_image_is_refused_when_a_part_of_it_is_missing(remote: RemoteOf, client: ClientOf) -> None:
    here = remote()
    manifest = here.image("half")
    manifest["layers"][0] |= {"digest": digest_of(b"never pushed")}
    assert here.put(manifest, "v1").code == "MANIFEST_BLOB_UNKNOWN"
    index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [{"digest": digest_of(b"x"), "size": 1}]}
    assert here.put(index, "v1").code == "MANIFEST_BLOB_UNKNOWN"
    lying = here.image("whole")
    lying["layers"][0] |= {"size": 1}
    assert here.put(lying, "v1").code == "SIZE_INVALID"
    assert client("ecr").describe_images(repositoryName=named(here))["imageDetails"] == []


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"not json", MANIFEST),
        (b"[]", MANIFEST),
        (b'{"schemaVersion": 1}', MANIFEST),
        (b'{"schemaVersion": 2, "schemaVersion": 2}', MANIFEST),
        (b'{"schemaVersion": 2, "layers": [], "manifests": [], "config": {}}', MANIFEST),
        (b'{"schemaVersion": 2, "layers": [], "manifests": []}', INDEX),
        (b'{"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json"}', MANIFEST),
        (b'{"schemaVersion": 2}', "application/json"),
        (b'{"schemaVersion": 2, "layers": [{"digest": "sha256:../../etc", "size": 1}], "config": {}}', MANIFEST),
    ],
)
def test_manifest_is_refused_when_it_is_none_or_ambiguous(remote: RemoteOf, content: bytes, kind: str) -> None:
    assert remote().ask("PUT", "manifests/v1", content, Content_Type=kind).code == "MANIFEST_INVALID"


def test_tag_stays_when_the_repository_says_so(remote: RemoteOf, client: ClientOf) -> None:
    fixed = remote(imageTagMutability="IMMUTABLE")
    first = fixed.push_image("v1", "one")
    again = fixed.put(fixed.image("two"), "v1")
    assert (again.status, again.code) == (400, "TAG_INVALID")
    assert "immutable" in again.message
    assert fixed.put(fixed.image("one"), "v1").status == 201
    assert fixed.ask("HEAD", "manifests/v1").headers["Docker-Content-Digest"] == first
    two = json.dumps(fixed.image("two"))
    with pytest.raises(ClientError) as caught:
        client("ecr").put_image(repositoryName=named(fixed), imageManifest=two, imageTag="v1")
    assert code_of(caught) == "ImageTagAlreadyExistsException"
    moving = remote()
    moving.push_image("latest", "one")
    second = moving.push_image("latest", "two")
    assert moving.ask("HEAD", "manifests/latest").headers["Docker-Content-Digest"] == second
    assert len(client("ecr").describe_images(repositoryName=named(moving))["imageDetails"]) == 2


def test_exception_moves_when_only_the_other_tags_stay(remote: RemoteOf) -> None:
    filters = [{"filterType": "WILDCARD", "filter": "latest*"}]
    here = remote(imageTagMutability="IMMUTABLE_WITH_EXCLUSION", imageTagMutabilityExclusionFilters=filters)
    here.push_image("latest", "one")
    assert here.put(here.image("two"), "latest").status == 201
    here.push_image("v1", "one")
    assert here.put(here.image("two"), "v1").code == "TAG_INVALID"


def test_referrers_are_listed_by_kind_when_something_refers(remote: RemoteOf, client: ClientOf) -> None:
    here = remote()
    digest = here.push_image("v1")
    answer = here.refer(digest, "application/vnd.example.sbom", b"an SBOM")
    assert answer.headers["OCI-Subject"] == digest
    here.refer(digest, "application/vnd.example.signature", b"a signature")
    everything = here.ask("GET", f"referrers/{digest}")
    assert (everything.headers["Content-Type"], len(everything.json()["manifests"])) == (INDEX, 2)
    some = here.ask("GET", f"referrers/{digest}?artifactType=application/vnd.example.sbom")
    assert [each["artifactType"] for each in some.json()["manifests"]] == ["application/vnd.example.sbom"]
    assert some.headers["OCI-Filters-Applied"] == "artifactType"
    assert some.json()["manifests"][0]["annotations"] == {"note": "application/vnd.example.sbom"}
    assert here.ask("GET", f"referrers/{digest_of(b'nothing')}").json()["manifests"] == []
    listed = client("ecr").list_image_referrers(repositoryName=named(here), subjectId={"imageDigest": digest})
    assert {each["artifactType"] for each in listed["referrers"]} == {
        "application/vnd.example.sbom",
        "application/vnd.example.signature",
    }


def test_tags_come_in_pages_when_there_are_many(remote: RemoteOf) -> None:
    here = remote()
    for tag in ("a", "b", "c"):
        here.push_image(tag)
    first = here.ask("GET", "tags/list?n=2")
    assert first.json() == {"name": here.name, "tags": ["a", "b"]}
    place = first.headers["Link"].partition("<")[2].partition(">")[0]
    assert here.ask("GET", place).json()["tags"] == ["c"]
    assert here.ask("GET", "tags/list?n=x").code == "PAGINATION_NUMBER_INVALID"


def test_image_is_gone_when_the_api_deleted_it(remote: RemoteOf, client: ClientOf) -> None:
    here = remote()
    digest = here.push_image("v1")
    assert here.ask("DELETE", f"manifests/{digest}").code == "UNSUPPORTED"
    client("ecr").batch_delete_image(repositoryName=named(here), imageIds=[{"imageDigest": digest}])
    assert here.ask("GET", "manifests/v1").code == "MANIFEST_UNKNOWN"
    client("ecr").delete_repository(repositoryName=named(here), force=True)
    assert here.ask("GET", "tags/list").code == "NAME_UNKNOWN"


def test_request_is_refused_when_it_brings_no_token_or_a_made_up_one(remote: RemoteOf) -> None:
    here = remote()
    for token in ("", "garbage", f"{ACCOUNT}-auth-token"):
        answer = Remote(here.base, token).ask("GET", "/v2/")
        assert (answer.status, answer.code) == (401, "UNAUTHORIZED")
        assert answer.headers["WWW-Authenticate"].startswith("Basic ")
    assert here.ask("GET", "/v2/").status == 200
    assert here.ask("GET", "/v2/", Host="attacker.example").status == 400


def test_each_step_is_refused_when_its_action_is_not_allowed(
    remote: RemoteOf, role: RoleOf, session_of: SessionOf
) -> None:
    here = remote()
    digest = here.push_image("v1")
    layer = here.ask("GET", "manifests/v1").json()["layers"][0]["digest"]
    manifest = here.image("new")
    begun = here.ask("POST", "blobs/uploads/", b"").headers["Location"]
    steps: dict[str, Callable[[Remote], Any]] = {
        "InitiateLayerUpload": lambda who: who.ask("POST", "blobs/uploads/", b""),
        "UploadLayerPart": lambda who: who.ask("PATCH", begun, b"x"),
        "CompleteLayerUpload": lambda who: who.ask("PUT", f"{begun}?digest={digest_of(b'x')}", b""),
        "PutImage": lambda who: who.put(manifest, "new"),
        "BatchGetImage": lambda who: who.ask("GET", f"manifests/{digest}"),
        "GetDownloadUrlForLayer": lambda who: who.ask("GET", f"blobs/{layer}"),
        "ListImages": lambda who: who.ask("GET", "tags/list"),
    }
    for action, step in steps.items():
        without = as_role(here, role, session_of, allow("ecr:*"), deny(f"ecr:{action}"))
        answer = step(without)
        assert (answer.status, answer.code) == (403, "DENIED"), action
        assert f"is not authorized to perform: ecr:{action} on resource: {ARN}/{named(here)}" in answer.message
    reader = as_role(here, role, session_of, allow([f"ecr:{each}" for each in PULL], f"{ARN}/{named(here)}"))
    assert reader.ask("GET", f"manifests/{digest}").status == 200
    assert reader.ask("GET", f"referrers/{digest}").status == 200
    assert reader.put(manifest, "new").status == 403
    assert Remote(remote().base, reader.token).ask("GET", "tags/list").status == 403


def test_permission_is_lost_at_once_when_the_role_loses_it(
    remote: RemoteOf, role: RoleOf, client: ClientOf, session_of: SessionOf
) -> None:
    here = remote()
    here.push_image("v1")
    arn = role(allow(["ecr:GetAuthorizationToken", "ecr:BatchGetImage"]))
    reader = Remote(here.base, password(session_of(arn)("ecr")))
    assert reader.ask("GET", "manifests/v1").status == 200
    gone = document(deny("ecr:BatchGetImage"))
    client("iam").put_role_policy(RoleName=arn.rpartition("/")[2], PolicyName="p2", PolicyDocument=gone)
    assert reader.ask("GET", "manifests/v1").status == 403


def test_token_is_refused_when_the_role_may_not_ask_for_one(role: RoleOf, session_of: SessionOf) -> None:
    refused(lambda: session_of(role(allow("ecr:BatchGetImage")))("ecr").get_authorization_token(), "ecr:GetAuth")


def test_other_account_reads_only_when_the_repository_lets_it(
    remote: RemoteOf, client: ClientOf, role: RoleOf, session_of: SessionOf
) -> None:
    here = remote()
    here.push_image("v1")
    stranger = Remote(here.base, password_of_other_account(client))
    assert stranger.ask("GET", "manifests/v1").status == 403
    statement = {"Effect": "Deny", "Principal": "*", "Action": "ecr:BatchGetImage"}
    client("ecr").set_repository_policy(
        repositoryName=named(here), policyText=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    )
    own = as_role(here, role, session_of, allow("ecr:*"))
    assert "explicit deny in a resource-based policy" in own.ask("GET", "manifests/v1").message


def password_of_other_account(client: ClientOf) -> str:
    data = client("ecr", "staging").get_authorization_token()["authorizationData"][0]
    return base64.b64decode(data["authorizationToken"]).decode().partition(":")[2]


def test_layer_calls_of_the_api_are_refused_because_they_would_keep_nothing(remote: RemoteOf, client: ClientOf) -> None:
    with pytest.raises(ClientError) as caught:
        client("ecr").initiate_layer_upload(repositoryName=named(remote()))
    assert "registry itself" in str(caught.value)


def test_syft_reads_an_image_when_it_logs_in_as_docker_does(remote: RemoteOf, tmp_path: Path) -> None:
    here = remote()
    digest = here.push_image("v1")
    host = here.base.split("/")[2]
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "SYFT_CHECK_FOR_APP_UPDATE": "false",
        "SYFT_REGISTRY_INSECURE_USE_HTTP": "true",
        "SYFT_REGISTRY_AUTH_AUTHORITY": host,
        "SYFT_REGISTRY_AUTH_USERNAME": "AWS",
        "SYFT_REGISTRY_AUTH_PASSWORD": here.token,
    }
    syft = Path(sys.executable).with_name("syft")
    command = [str(syft), "scan", f"registry:{host}/{here.name}@{digest}", "-o", "cyclonedx-json"]
    done = subprocess.run(command, env=environment, capture_output=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["metadata"]["component"]["version"] == digest
