"""Rules of the package index without a server: whose names come from where, how long tokens live, which page it is."""

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphaswarm_local.aws.faults import AwsFault
from alphaswarm_local.aws.sessions import Identity
from alphaswarm_local.packages.blobs import BlobStore, WrongContentError
from alphaswarm_local.packages.declared import pattern_of
from alphaswarm_local.packages.files import version_in
from alphaswarm_local.packages.model import Asset, Domain, Origin, Package, Repository, Status, Version
from alphaswarm_local.packages.names import PUBLIC_PYPI, DomainKey
from alphaswarm_local.packages.offers import look_up, with_public
from alphaswarm_local.packages.pages import Form, preferred
from alphaswarm_local.packages.tokens import Grant, TokenStore
from alphaswarm_local.packages.upstream.listing import JSON_TYPE, UnreadablePageError, UpstreamFile, read_page

KEY = DomainKey("111111111111", "us-east-1", "domain")
_NAMES = ("store", "middle", "front", "beside")


def domain(*, flags: dict[str, bool] | None = None, versions: dict[str, list[tuple[str, Origin, Status]]]) -> Domain:
    """front → middle → store → the public index; `beside` stands alone."""
    made = Domain(KEY, 0, "key")
    for name, upstreams in (("store", ()), ("middle", ("store",)), ("front", ("middle",)), ("beside", ())):
        repository = Repository(name, KEY.account, 0, upstreams=upstreams)
        repository.connections = (PUBLIC_PYPI,) if name == "store" else ()
        if name in versions:
            package = Package("name", publish=True, upstream=(flags or {}).get(name, True))
            for version, origin, status in versions[name]:
                file = f"name-{version}-py3-none-any.whl"
                found = Version(version, "r", 0, origin, status)
                found.assets[file] = Asset(file, 1, "0" * 64, {})
                package.versions[version] = found
            repository.packages["name"] = package
        made.repositories[name] = repository
    return made


_ORIGINS = st.sampled_from([Origin("front"), Origin("store", PUBLIC_PYPI)])
_VERSIONS = st.lists(
    st.tuples(st.sampled_from(["1", "2", "3"]), _ORIGINS, st.sampled_from(list(Status))), unique_by=lambda each: each[0]
)


@given(
    versions=st.dictionaries(st.sampled_from(_NAMES), _VERSIONS),
    flags=st.dictionaries(st.sampled_from(_NAMES), st.booleans()),
    declared=st.booleans(),
    asked=st.sampled_from(_NAMES),
)
def test_public_index_is_asked_only_about_names_that_nobody_here_has_published_or_declared(
    versions: dict[str, list[tuple[str, Origin, Status]]], flags: dict[str, bool], declared: bool, asked: str
) -> None:
    found = look_up(domain(flags=flags, versions=versions), asked, "name", lambda _: declared)
    published = any(origin.connection is None for listed in versions.values() for _, origin, _ in listed)
    if published or declared or asked == "beside" or (asked in versions and not flags.get(asked, True)):
        assert found.connection is None
    if found.connection is not None:
        assert found.connection == "store"
    for offer in found.offers.values():
        assert offer.version in {version for listed in versions.values() for version, _, _ in listed}


@given(status=st.sampled_from(list(Status)))
def test_version_from_outside_is_completed_from_outside_only_while_it_is_listed(status: Status) -> None:
    versions = {"front": [("1", Origin("store", PUBLIC_PYPI), status)]}
    found = look_up(domain(versions=versions), "front", "name", lambda _: False)
    files = tuple(
        UpstreamFile(f"name-{version}-{tag}-none-any.whl", version, "https://x.example", "1" * 64)
        for version, tag in (("1", "py2"), ("2", "py3"))
    )
    offers = with_public(found, files)
    assert "name-2-py3-none-any.whl" in offers
    assert ("name-1-py2-none-any.whl" in offers) is status.is_listed
    assert ("name-1-py3-none-any.whl" in offers) is status.is_readable


@pytest.mark.parametrize(
    ("declared", "pattern"), [("Acme", "acme"), ("acme-*", "acme-*"), ("Acme_Core", "acme-core"), ("acme.*", "acme-*")]
)
def test_declared_name_is_compared_as_indexes_compare_names(declared: str, pattern: str) -> None:
    assert pattern_of(declared) == pattern


def test_token_is_unknown_when_it_has_expired() -> None:
    moment = [1000.0]
    tokens = TokenStore(lambda: moment[0], capacity=2)
    identity = Identity(KEY.account, "arn", "id", "key")
    token = tokens.issue(Grant(identity, KEY, 1900.0))
    moment[0] = 1899.0
    assert tokens.find(token) == Grant(identity, KEY, 1900.0)
    assert tokens.find(token + "x") is None
    moment[0] = 1900.0
    assert tokens.find(token) is None


def test_no_token_is_forgotten_when_too_many_are_asked_for() -> None:
    tokens = TokenStore(lambda: 0.0, capacity=2)
    grant = Grant(Identity(KEY.account, "arn", "id", "key"), KEY, 10.0)
    first = [tokens.issue(grant) for _ in range(2)]
    with pytest.raises(AwsFault):
        tokens.issue(grant)
    assert all(tokens.find(each) for each in first)


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("", Form.TEXT),
        ("*/*", Form.TEXT),
        ("text/html", Form.TEXT),
        (JSON_TYPE, Form.JSON),
        (f"{JSON_TYPE}, application/vnd.pypi.simple.v1+html; q=0.1, text/html; q=0.01", Form.JSON),
        (f"{JSON_TYPE};q=0.1, application/vnd.pypi.simple.v1+html", Form.HTML),
        ("application/vnd.pypi.simple.latest+json", Form.JSON),
        (f"{JSON_TYPE};q=0, text/html", Form.TEXT),
        ("image/png", None),
    ],
)
def test_form_of_a_page_is_the_one_that_the_client_prefers(accept: str, form: Form | None) -> None:
    assert preferred(accept) is form


@given(st.text(max_size=80))
def test_form_is_found_or_not_when_the_header_is_arbitrary(accept: str) -> None:
    assert preferred(accept) in {*Form, None}


@given(st.text(max_size=60))
def test_version_is_found_or_not_when_a_file_name_is_arbitrary(name: str) -> None:
    assert version_in(name, "package") is None
    assert version_in(f"package-{name}", "package") is None or name


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/plain", b"x"),
        (JSON_TYPE, b"{"),
        (JSON_TYPE, b"[]"),
        (JSON_TYPE, b'{"meta": {"api-version": "2.0"}, "files": []}'),
        (JSON_TYPE, b'{"meta": {"api-version": "1.0"}, "files": [{"filename": "x"}]}'),
    ],
)
def test_page_is_refused_when_it_is_no_package_page(kind: str, body: bytes) -> None:
    with pytest.raises(UnreadablePageError):
        read_page("name", "https://index.example/simple/name/", kind, body)


def test_file_is_left_out_when_it_cannot_be_checked_or_is_another_packages() -> None:
    digest = "a" * 64
    links = [
        f"https://files.example/name-1.0.tar.gz#sha256={digest}",
        "https://files.example/name-1.1.tar.gz#md5=0123",
        "https://files.example/name-1.2.tar.gz",
        f"https://files.example/other-1.3.tar.gz#sha256={digest}",
        f"http://files.example/name-1.4.tar.gz#sha256={digest}",
        f"file:///etc/name-1.5.tar.gz#sha256={digest}",
        f"../../name-1.6.tar.gz#sha256={digest}",
    ]
    body = "".join(f'<a href="{link}">x</a>' for link in links).encode()
    found = read_page("name", "https://index.example/simple/name/", "text/html; charset=utf-8", body)
    assert [(each.version, each.url) for each in found] == [
        ("1.0", "https://files.example/name-1.0.tar.gz"),
        ("1.6", "https://index.example/name-1.6.tar.gz"),
    ]


def test_file_is_stored_only_under_its_own_digest_and_believed_only_while_it_has_it(tmp_path: Path) -> None:
    store, digest = BlobStore(tmp_path), hashlib.sha256(b"content").hexdigest()
    with pytest.raises(WrongContentError):
        store.add([b"other"], digest)
    assert list(tmp_path.iterdir()) == []
    assert store.add([b"con", b"tent"], digest).size == 7
    (tmp_path / digest).write_bytes(b"changed while the cloud was down")
    assert BlobStore(tmp_path).find(digest) is None
