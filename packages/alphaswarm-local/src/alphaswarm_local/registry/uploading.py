"""Blobs on the wire: uploads in one piece or many, mounts from another repository, downloads with ranges.

Source: OCI Distribution Specification 1.1, "Pushing blobs", "Pulling blobs".
"""

import re
from dataclasses import dataclass

from alphaswarm_local.aws.file_answers import Held, file_answer
from alphaswarm_local.aws.messages import HttpRequest, HttpResponse
from alphaswarm_local.registry.admission import Admission, Grant
from alphaswarm_local.registry.blobs import BlobFiles
from alphaswarm_local.registry.errors import RegistryRefusal, invalid, not_found, unsupported
from alphaswarm_local.registry.images import Images
from alphaswarm_local.registry.names import Place, RepositoryKey, is_digest, repository_of

_CONTENT_RANGE = re.compile(r"(?:bytes )?(?P<first>[0-9]{1,15})-(?P<last>[0-9]{1,15})(?:/.*)?")


@dataclass(frozen=True, slots=True)
class Blobs:
    """Answers requests for blobs and uploads, each after the session may."""

    images: Images
    files: BlobFiles
    admission: Admission

    def blob(self, request: HttpRequest, grant: Grant, place: Place) -> HttpResponse:
        """`GET` and `HEAD` of a blob."""
        if request.method not in {"GET", "HEAD"}:
            raise unsupported("Layers go with the images that have them; nobody deletes them")
        operation = "GetDownloadUrlForLayer" if request.method == "GET" else "BatchCheckLayerAvailability"
        self.admission.require(request, grant, place.repository, operation)
        digest = _digest(place.reference)
        size = self.images.blob_size(place.repository, digest)
        if size is None:
            raise not_found("BLOB_UNKNOWN", f"The layer {digest} does not exist in '{place.repository.name}'")
        held = Held(self.files.path(digest), size, digest.removeprefix("sha256:"))
        answer = file_answer(request, held, "application/octet-stream")
        answer.set_header("Docker-Content-Digest", digest)
        return answer

    def upload(self, request: HttpRequest, grant: Grant, place: Place) -> HttpResponse:
        """Everything below `blobs/uploads/`."""
        key, name = place.repository, place.reference
        match request.method, bool(name):
            case "POST", False:
                return self._begin(request, grant, key)
            case "PATCH", True:
                self.admission.require(request, grant, key, "UploadLayerPart")
                return _going_on(key, name, self.files.append(key, name, request.body, _start(request)))
            case "PUT", True:
                return self._finish(request, grant, key, name)
            case "GET", True:
                self.admission.require(request, grant, key, "UploadLayerPart")
                return _going_on(key, name, self.files.size(key, name), 204)
            case "DELETE", True:
                self.admission.require(request, grant, key, "UploadLayerPart")
                self.files.cancel(key, name)
                return HttpResponse(204)
        raise unsupported("An upload begins with POST, goes on with PATCH and ends with PUT")

    def _begin(self, request: HttpRequest, grant: Grant, key: RepositoryKey) -> HttpResponse:
        self.admission.require(request, grant, key, "InitiateLayerUpload")
        self.images.require(key)
        query = dict(request.query)
        if "mount" in query and self._mounted(request, grant, key, query):
            return _created(key, query["mount"])
        name = self.files.begin(key)
        if "digest" in query:
            return self._finish(request, grant, key, name)
        return _going_on(key, name, 0)

    def _mounted(self, request: HttpRequest, grant: Grant, key: RepositoryKey, query: dict[str, str]) -> bool:
        """Whether the blob came over from a repository that the session may read; else it is uploaded as usual."""
        digest, source = _digest(query["mount"]), repository_of(query.get("from", ""), key.region)
        if source is None:
            return False
        try:
            self.admission.require(request, grant, source, "BatchCheckLayerAvailability", "GetDownloadUrlForLayer")
            size = self.images.blob_size(source, digest)
        except RegistryRefusal:
            return False
        if size is not None:
            self.images.add_blob(key, digest, size)
        return size is not None

    def _finish(self, request: HttpRequest, grant: Grant, key: RepositoryKey, name: str) -> HttpResponse:
        self.admission.require(request, grant, key, "UploadLayerPart", "CompleteLayerUpload")
        digest = _digest(dict(request.query).get("digest", ""))
        if request.body:
            self.files.append(key, name, request.body, _start(request))
        self.images.add_blob(key, digest, self.files.finish(key, name, digest))
        return _created(key, digest)


def _digest(text: str) -> str:
    if not is_digest(text):
        raise invalid("DIGEST_INVALID", f"'{text[:100]}' is not a SHA-256 digest")
    return text


def _start(request: HttpRequest) -> int | None:
    """Where the sent bytes begin, if the request says it."""
    text = request.headers.get("content-range")
    if text is None:
        return None
    match = _CONTENT_RANGE.fullmatch(text)
    if match is None or int(match["last"]) - int(match["first"]) + 1 != len(request.body):
        raise invalid("BLOB_UPLOAD_INVALID", "Content-Range is not that of the body")
    return int(match["first"])


def _going_on(key: RepositoryKey, name: str, size: int, status: int = 202) -> HttpResponse:
    headers = [
        ("Location", f"/v2/{key.path}/blobs/uploads/{name}"),
        ("Range", f"0-{max(size - 1, 0)}"),
        ("Docker-Upload-UUID", name),
    ]
    return HttpResponse(status, headers)


def _created(key: RepositoryKey, digest: str) -> HttpResponse:
    return HttpResponse(201, [("Location", f"/v2/{key.path}/blobs/{digest}"), ("Docker-Content-Digest", digest)])
