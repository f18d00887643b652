"""A repository as a package index over HTTP: tokens, permissions, pages, files, uploads, a public index behind it."""

import hashlib
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from alphaswarm_core.local_address import LocalCloudAddress
from alphaswarm_local import supervisor

from .conftest import ACCOUNTS
from .package_fixtures import DOMAIN
from .package_tools import JSON, PublicIndex, Repository, form_of, metadata_of, wheel
from .roles import ACCOUNT, allow, deny, document

ARN = f"arn:aws:codeartifact:us-east-1:{ACCOUNT}"


def name_of(repository: Repository) -> str:
    return repository.url.rstrip("/").rpartition("/")[2]


def test_wheel_is_found_and_downloaded_when_it_was_published(repository: Repository) -> None:
    file, content = wheel("own-package", "1.0")
    assert repository.publish("own-package", "1.0").status == 200
    entry = repository.page("own-package")[file]
    assert entry["hashes"] == {"sha256": hashlib.sha256(content).hexdigest()}
    assert (entry["requires-python"], entry["yanked"]) == (">=3.8", False)
    assert repository.download("own-package", file).body == content
    metadata = repository.get(f"simple/own-package/{entry['url']}.metadata")
    assert (metadata.status, metadata.body) == (200, metadata_of(content))
    assert hashlib.sha256(metadata.body).hexdigest() == entry["core-metadata"]["sha256"]
    html = repository.get("simple/own-package/").body.decode()
    assert f"{file}#sha256={hashlib.sha256(content).hexdigest()}" in html
    assert 'data-requires-python="&gt;=3.8"' in html


def test_published_wheel_is_listed_when_the_api_is_asked(api: Callable[..., Any], repository: Repository) -> None:
    repository.publish("own-package", "1.0")
    repository.publish("own-package", "1.1")
    artifacts, here = api("codeartifact"), {"domain": DOMAIN, "repository": name_of(repository)}
    listed = artifacts.list_packages(**here)["packages"]
    assert [each["package"] for each in listed] == ["own-package"]
    assert listed[0]["originConfiguration"]["restrictions"] == {"publish": "ALLOW", "upstream": "BLOCK"}
    package = {**here, "format": "pypi", "package": "Own.Package"}
    versions = artifacts.list_package_versions(**package)
    assert [each["version"] for each in versions["versions"]] == ["1.0", "1.1"]
    about = artifacts.describe_package_version(**package, packageVersion="1.1")["packageVersion"]
    assert (about["summary"], about["licenses"]) == ("made by a test", [{"name": "Apache-2.0"}])
    assert about["origin"] == {"originType": "INTERNAL", "domainEntryPoint": {"repositoryName": name_of(repository)}}
    file, content = wheel("own-package", "1.1")
    asset = artifacts.list_package_version_assets(**package, packageVersion="1.1")["assets"][0]
    assert asset["hashes"]["SHA-256"] == hashlib.sha256(content).hexdigest()
    got = artifacts.get_package_version_asset(**package, packageVersion="1.1", asset=file)
    assert (got["asset"].read(), got["assetName"]) == (content, file)


def test_version_is_hidden_kept_or_gone_when_its_status_says_so(
    api: Callable[..., Any], repository: Repository
) -> None:
    file, content = wheel("own-package", "1.0")
    repository.publish("own-package", "1.0")
    url = f"simple/own-package/{repository.page('own-package')[file]['url']}"
    artifacts = api("codeartifact")
    package = {"domain": DOMAIN, "repository": name_of(repository), "format": "pypi", "package": "own-package"}
    artifacts.update_package_versions_status(**package, versions=["1.0"], targetStatus="Unlisted")
    assert file not in repository.page("own-package")
    assert repository.get(url).body == content
    artifacts.update_package_versions_status(**package, versions=["1.0"], targetStatus="Archived")
    assert repository.get(url).status == 404
    assert repository.publish("own-package", "1.0").status == 409
    answer = artifacts.dispose_package_versions(**package, versions=["1.0", "9.9"])
    assert answer["successfulVersions"]["1.0"]["status"] == "Disposed"
    assert answer["failedVersions"]["9.9"]["errorCode"] == "NOT_FOUND"
    assert repository.publish("own-package", "1.0").status == 409
    artifacts.delete_package_versions(**package, versions=["1.0"])
    assert repository.publish("own-package", "1.0").status == 200


def test_same_file_is_refused_when_it_is_published_twice(repository: Repository) -> None:
    file, content = wheel("own-package", "1.0")
    assert repository.publish("own-package", "1.0").status == 200
    assert repository.publish("own-package", "1.0").status == 409
    assert repository.publish("own-package", "1.0", note="other content").status == 409
    assert repository.download("own-package", file).body == content


def _spoiled() -> Iterator[Any]:
    file, content = wheel("own-package", "1.0")
    good = form_of("own-package", "1.0", content)
    yield pytest.param(file, content + b"x", good, id="other-bytes")
    yield pytest.param(file, content, {**good, "md5_digest": "0" * 32}, id="wrong-md5")
    yield pytest.param(file, content, {**good, "blake2_256_digest": "0" * 64}, id="wrong-blake2")
    weak = {key: value for key, value in good.items() if key not in {"sha256_digest", "blake2_256_digest"}}
    yield pytest.param(file, content, weak, id="no-strong-digest")
    yield pytest.param(file, content, {**good, "name": "another"}, id="another-name")
    yield pytest.param(file, content, {**good, "name": "../etc"}, id="no-name")
    yield pytest.param(file, content, {**good, "version": "2.0"}, id="another-version")
    yield pytest.param(file, content, {**good, "filetype": "sdist"}, id="another-kind")
    yield pytest.param(file, content, {**good, ":action": "submit"}, id="another-action")
    yield pytest.param("own_package-1.0-py3-none-any.exe", content, good, id="a-program")
    yield pytest.param("../own_package-1.0-py3-none-any.whl", content, good, id="a-path")
    _, other = wheel("own-package", "3.0")
    yield pytest.param(file, other, form_of("own-package", "1.0", other), id="another-version-inside")
    yield pytest.param(file, b"PK", form_of("own-package", "1.0", b"PK"), id="no-wheel")


@pytest.mark.parametrize(("file", "content", "form"), list(_spoiled()))
def test_upload_is_refused_when_the_form_and_the_file_do_not_agree(
    repository: Repository, file: str, content: bytes, form: dict[str, str]
) -> None:
    assert repository.upload(file, content, form).status == 400
    assert repository.page("own-package") == {}


def test_request_is_refused_when_its_token_is_not_one_for_here(
    api: Callable[..., Any], repository: Repository, index_cloud: LocalCloudAddress
) -> None:
    repository.publish("own-package", "1.0")
    api("codeartifact", "prod").create_domain(domain=DOMAIN)
    foreign = api("codeartifact", "prod").get_authorization_token(domain=DOMAIN)["authorizationToken"]
    if "elsewhere" not in {each["name"] for each in api("codeartifact").list_domains()["domains"]}:
        api("codeartifact").create_domain(domain="elsewhere")
    elsewhere = api("codeartifact").get_authorization_token(domain="elsewhere")["authorizationToken"]
    for wrong, status in (("", 401), ("garbage", 401), (foreign, 403), (elsewhere, 403)):
        answer = repository.get("simple/own-package/", token=wrong)
        assert answer.status == status, wrong
        assert (answer.headers.get("WWW-Authenticate") is not None) is (status == 401)
        assert repository.publish("own-package", "2.0", token=wrong).status == status
    host = repository.get("simple/own-package/", Host="evil.example")
    assert host.status == 400


def test_session_reads_and_publishes_what_its_policies_allow(
    repository: Repository, token_of: Callable[..., str], api: Callable[..., Any]
) -> None:
    name = name_of(repository)
    here, packages = f"{ARN}:repository/{DOMAIN}/{name}", f"{ARN}:package/{DOMAIN}/{name}/pypi//own-*"
    reader = token_of(allow("codeartifact:ReadFromRepository", here))
    publisher = token_of(allow("codeartifact:PublishPackageVersion", packages))
    nobody = token_of()
    assert repository.publish("own-package", "1.0", token=publisher).status == 200
    refusal = repository.publish("other-package", "1.0", token=publisher)
    assert (refusal.status, b"codeartifact:PublishPackageVersion" in refusal.body) == (403, True)
    assert repository.publish("own-package", "2.0", token=reader).status == 403
    assert repository.get("simple/own-package/", token=reader).status == 200
    for wrong in (publisher, nobody):
        assert repository.get("simple/own-package/", token=wrong).status == 403
    closed = document({**deny("codeartifact:ReadFromRepository"), "Principal": "*"})
    api("codeartifact").put_repository_permissions_policy(domain=DOMAIN, repository=name, policyDocument=closed)
    assert repository.get("simple/own-package/", token=reader).status == 403


def test_token_opens_nothing_when_its_role_lost_the_permission(
    repository: Repository, token_of: Callable[..., str], api: Callable[..., Any]
) -> None:
    repository.publish("own-package", "1.0")
    reader = token_of(allow("codeartifact:ReadFromRepository"))
    assert repository.get("simple/own-package/", token=reader).status == 200
    roles = [each["RoleName"] for each in api("iam").list_roles()["Roles"] if each["RoleName"].startswith("role-")]
    for name in roles:
        api("iam").put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=document(deny("*")))
    assert repository.get("simple/own-package/", token=reader).status == 403


@pytest.mark.parametrize("speaks_json", [True, False], ids=["json", "html"])
def test_public_package_is_passed_on_and_kept_when_it_is_asked_for(
    api: Callable[..., Any], repository: Repository, public: PublicIndex, speaks_json: bool
) -> None:
    name, public.speaks_json = f"public-{uuid.uuid4().hex[:8]}", speaks_json
    file, content = public.add(name, "1.0")
    public.add(name, "2.0")
    public.yanked[public.add(name, "3.0")[0]] = "broken"
    page = repository.page(name)
    assert len(page) == 3
    assert "http" not in page[file]["url"]
    if speaks_json:
        assert page[wheel(name, "3.0")[0]]["yanked"] == "broken"
        metadata = repository.get(f"simple/{name}/{page[file]['url']}.metadata")
        assert metadata.body == metadata_of(content)
    assert repository.download(name, file).body == content
    fetched = len(public.asked)
    assert repository.download(name, file).body == content
    assert len(public.asked) == fetched
    package = {"domain": DOMAIN, "repository": name_of(repository), "format": "pypi", "package": name}
    for where in (name_of(repository), "pypi-store"):
        about = api("codeartifact").describe_package_version(**{**package, "repository": where}, packageVersion="1.0")
        assert about["packageVersion"]["origin"]["originType"] == "EXTERNAL"
    assert len(repository.page(name)) == 3
    public.speaks_json = True


def test_file_of_the_public_index_is_refused_when_it_is_not_what_the_page_says(
    repository: Repository, public: PublicIndex
) -> None:
    name = f"public-{uuid.uuid4().hex[:8]}"
    file, _ = public.add(name, "1.0")
    public.served[file] = b"something else"
    refusal = repository.download(name, file)
    assert (refusal.status, b"not what its page says" in refusal.body) == (502, True)
    del public.served[file]
    assert repository.download(name, file).status == 200


def test_name_never_comes_from_outside_when_it_is_ours(
    api: Callable[..., Any], repository: Repository, public: PublicIndex
) -> None:
    """The attack: a stranger's higher version of an internal name on the public index."""
    published = f"own-{uuid.uuid4().hex[:8]}"
    for name in (published, "ours", "ours-plugin", "our-tool"):
        public.add(name, "99.0")
    repository.publish(published, "1.0")
    del public.asked[:]
    artifacts = api("codeartifact")
    for name in ("ours", "ours-plugin", "our-tool", "Our_Tool"):
        assert repository.get(f"simple/{name.lower().replace('_', '-')}/").status == 404
    assert list(repository.page(published)) == [wheel(published, "1.0")[0]]
    assert repository.get(f"simple/{published}/99.0/{wheel(published, '99.0')[0]}").status == 404
    other = f"repository-{uuid.uuid4().hex[:8]}"
    artifacts.create_repository(domain=DOMAIN, repository=other, upstreams=[{"repositoryName": "pypi-store"}])
    for elsewhere in (other, "pypi-store"):
        there = Repository(repository.url.replace(name_of(repository), elsewhere), repository.token)
        assert there.page(published) == {}
    package = {"domain": DOMAIN, "repository": name_of(repository), "format": "pypi", "package": published}
    opened = {"publish": "ALLOW", "upstream": "ALLOW"}
    artifacts.put_package_origin_configuration(**package, restrictions=opened)
    artifacts.update_package_versions_status(**package, versions=["1.0"], targetStatus="Archived")
    assert repository.page(published) == {}
    assert public.asked == []


def test_public_name_takes_no_upload_when_its_origin_is_outside(
    api: Callable[..., Any], repository: Repository, public: PublicIndex
) -> None:
    name = f"public-{uuid.uuid4().hex[:8]}"
    file, _ = public.add(name, "1.0")
    repository.download(name, file)
    refusal = repository.publish(name, "2.0")
    assert (refusal.status, b"blocks publishing" in refusal.body) == (403, True)
    package = {"domain": DOMAIN, "repository": name_of(repository), "format": "pypi", "package": name}
    closed = {"publish": "ALLOW", "upstream": "BLOCK"}
    api("codeartifact").put_package_origin_configuration(**package, restrictions=closed)
    public.add(name, "3.0")
    assert list(repository.page(name)) == [file]
    assert repository.publish(name, "2.0").status == 200
    assert repository.publish(name, "1.0").status == 409


def test_version_from_outside_is_gone_when_it_was_archived(
    api: Callable[..., Any], repository: Repository, public: PublicIndex
) -> None:
    name = f"public-{uuid.uuid4().hex[:8]}"
    file, _ = public.add(name, "1.0")
    kept, _ = public.add(name, "1.1")
    repository.download(name, file)
    package = {"domain": DOMAIN, "repository": name_of(repository), "format": "pypi", "package": name}
    api("codeartifact").update_package_versions_status(**package, versions=["1.0"], targetStatus="Archived")
    assert list(repository.page(name)) == [kept]
    assert repository.get(f"simple/{name}/1.0/{file}").status == 404


def test_index_says_so_when_the_public_one_is_away(repository: Repository, public: PublicIndex) -> None:
    known, unknown = f"public-{uuid.uuid4().hex[:8]}", f"public-{uuid.uuid4().hex[:8]}"
    file, content = public.add(known, "1.0")
    assert repository.page(known)
    public.is_down = True
    try:
        assert repository.get(f"simple/{unknown}/").status == 502
        assert repository.get(f"simple/{known}/1.0/{file}").status == 502
        assert file in repository.page(known)
    finally:
        public.is_down = False
    assert repository.download(known, file).body == content


def test_client_keeps_what_it_has_when_nothing_changed(repository: Repository) -> None:
    file, content = wheel("own-package", "1.0")
    repository.publish("own-package", "1.0")
    page = repository.get("simple/own-package/", Accept=JSON)
    again = repository.get("simple/own-package/", Accept=JSON, If_None_Match=page.headers["ETag"])
    assert (again.status, again.body) == (304, b"")
    repository.publish("own-package", "1.1")
    assert repository.get("simple/own-package/", Accept=JSON, If_None_Match=page.headers["ETag"]).status == 200
    url = f"simple/own-package/1.0/{file}"
    for asked, expected in (("bytes=0-9", content[:10]), ("bytes=-5", content[-5:]), ("bytes=10-", content[10:])):
        part = repository.get(url, Range=asked)
        assert (part.status, part.body) == (206, expected)
    assert repository.get(url, Range=f"bytes={len(content)}-").status == 416
    head = repository.get(url, method="HEAD")
    assert (head.status, head.body, head.headers["Content-Length"]) == (200, b"", str(len(content)))


def test_address_is_canonical_when_a_name_is_written_otherwise(repository: Repository) -> None:
    repository.publish("own-package", "1.0")
    for path in ("simple/Own_Package/", "simple/own-package", "simple/Own.Package"):
        assert repository.get(path).body == repository.get("simple/own-package/").body
    assert b'href="own-package/"' in repository.get("simple/").body
    assert repository.get("simple/own-package/", Accept="image/png").status == 406
    for path in ("", "elsewhere/", "simple/own-package/1.0/none.whl", "simple/%2e%2e/", "simple/a/b/c/d"):
        assert repository.get(path).status == 404
    assert repository.get("simple/own-package/", method="DELETE").status == 405


def test_cloud_does_not_start_when_the_settings_of_the_project_do_not_hold(tmp_path: Path) -> None:
    """Names that are declared nowhere would come from outside."""
    (tmp_path / "alphaswarm.toml").write_text("schema = 1\n")
    with pytest.raises(supervisor.LocalCloudStartError):
        supervisor.up(tmp_path / ".alphaswarm", region="us-east-1", accounts=ACCOUNTS)
