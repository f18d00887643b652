"""The package index of each repository: `…/OWNER/REGION/DOMAIN/pypi/REPOSITORY/`, with `simple/` for installers.

`GET simple/`, `GET simple/NAME/`, `GET simple/NAME/VERSION/FILE` (and `FILE.metadata`), `POST` to upload. On AWS the
domain and its owner are in the host's name; here they are in the path, because there is one address.
"""

import logging
from dataclasses import dataclass
from urllib.parse import unquote

from alphaswarm_local.aws.faults import AwsFault
from alphaswarm_local.aws.file_answers import file_answer
from alphaswarm_local.aws.messages import HttpRequest, HttpResponse
from alphaswarm_local.packages.admission import Admission, RefusedRequestError
from alphaswarm_local.packages.answers import page_answer, said
from alphaswarm_local.packages.contents import Contents
from alphaswarm_local.packages.names import PYPI, DomainKey, is_package_name, normalized
from alphaswarm_local.packages.pages import Form, preferred, root_page
from alphaswarm_local.packages.shelf import Shelf
from alphaswarm_local.packages.store import PackageStore, repository_of
from alphaswarm_local.packages.tokens import Grant
from alphaswarm_local.packages.uploads import read_upload
from alphaswarm_local.packages.upstream.client import UpstreamError

_LOG = logging.getLogger("alphaswarm_local.packages")
_READ, _PUBLISH = "codeartifact:ReadFromRepository", "codeartifact:PublishPackageVersion"
_METADATA = ".metadata"


@dataclass(frozen=True, slots=True)
class _Place:
    """What a path names: a repository, and the rest below it, decoded segment by segment."""

    key: DomainKey
    repository: str
    rest: tuple[str, ...]


class PackageIndex:
    """Answers at the endpoints.

    Args:
        path: What every endpoint's path begins with.
        hosts: The values of `Host` that are ours.
        store: All domains.
        admission: Who may come in.
        contents: Takes uploads.
        shelf: What repositories have to give.
    """

    def __init__(
        self,
        path: str,
        hosts: frozenset[str],
        *,
        store: PackageStore,
        admission: Admission,
        contents: Contents,
        shelf: Shelf,
    ) -> None:
        self._path, self._hosts, self._store = path, hosts, store
        self._admission, self._contents, self._shelf = admission, contents, shelf

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer to `request`: never an exception."""
        try:
            return self._answer(request)
        except RefusedRequestError as refusal:
            return said(refusal.status, str(refusal))
        except AwsFault as fault:
            return said(fault.status, fault.message)
        except UpstreamError as error:
            # Never a page with what happens to be here: an installer would take an older version for the newest.
            _LOG.warning("upstream: %s", error)
            return said(502, f"The public index behind this repository failed: {error}")
        except Exception:  # noqa: BLE001 - the client gets a 500, the log the traceback
            _LOG.exception("a request to a package index failed in the local cloud itself")
            return said(500, "The local cloud failed to answer; its log says why: alphaswarm local logs")

    def _answer(self, request: HttpRequest) -> HttpResponse:
        if request.headers.get("host", "").lower() not in self._hosts:
            raise RefusedRequestError(400, "This is the local cloud; it answers only under its own address")
        place = self._place(request)
        grant = self._admission.grant(request, place.key)
        with self._store.reading() as domains:
            repository_of(domains, place.key, place.repository)
        if request.method == "POST":
            return self._upload(request, place, grant)
        if request.method not in {"GET", "HEAD"}:
            raise RefusedRequestError(405, "A package index is read with GET and written with POST")
        self._admission.require(request, grant, _READ, place.key.repository_arn(place.repository))
        answer = self._read(request, place)
        if answer is None:
            raise RefusedRequestError(404, f"There is no such package, version or file in {place.repository}")
        return answer

    def _place(self, request: HttpRequest) -> _Place:
        parts = [unquote(each) for each in request.raw_path.removeprefix(f"{self._path}/").split("/")]
        if len(parts) < 5 or parts[3] != PYPI:  # noqa: PLR2004 - owner, region, domain, format, repository
            raise RefusedRequestError(404, "There is no package index at this address")
        return _Place(DomainKey(*parts[:3]), parts[4], tuple(parts[5:]))

    def _upload(self, request: HttpRequest, place: _Place, grant: Grant) -> HttpResponse:
        if place.rest not in {(), ("",)}:
            raise RefusedRequestError(405, "Uploads go to the repository's own address, without simple/")
        upload = read_upload(request)
        self._admission.require(request, grant, _PUBLISH, place.key.package_arn(place.repository, upload.package))
        self._contents.publish(place.key, place.repository, upload)
        _LOG.info("published %s to %s", upload.filename, place.repository)
        return said(200, f"{upload.filename} is published")

    def _read(self, request: HttpRequest, place: _Place) -> HttpResponse | None:
        match place.rest:
            case ("simple",) | ("simple", ""):
                return self._root(request, place)
            case ("simple", name) | ("simple", name, "") if is_package_name(name):
                return self._package(request, place, name)
            case ("simple", name, version, file) if is_package_name(name):
                return self._file(request, place, name, version, file)
        return None

    def _root(self, request: HttpRequest, place: _Place) -> HttpResponse:
        with self._store.reading() as domains:
            names = sorted(repository_of(domains, place.key, place.repository).packages)
        return page_answer(request, root_page(names, _form(request)))

    def _package(self, request: HttpRequest, place: _Place, name: str) -> HttpResponse | None:
        whole = place.rest[-1] == ""
        if not whole or normalized(name) != name:  # PEP 503: one address a package
            return HttpResponse(301, [("Location", f"{'../' if whole else ''}{normalized(name)}/")])
        page = self._shelf.page(place.key, place.repository, name, _form(request))
        return page_answer(request, page) if page is not None else None

    def _file(self, request: HttpRequest, place: _Place, name: str, version: str, file: str) -> HttpResponse | None:
        where = (place.key, place.repository, normalized(name), version)
        if file.endswith(_METADATA):
            held, kind = self._shelf.metadata(*where, file.removesuffix(_METADATA)), "text/plain; charset=utf-8"
        else:
            held, kind = self._shelf.file(*where, file), "application/octet-stream"
        return file_answer(request, held, kind) if held is not None else None


def _form(request: HttpRequest) -> Form:
    form = preferred(request.headers.get("accept", ""))
    if form is None:
        raise RefusedRequestError(406, f"The index speaks {', '.join(Form)}")
    return form
