"""The registry on the wire: `/v2/ACCOUNT/REPOSITORY/…`. Source: OCI Distribution Specification 1.1."""

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from alphaswarm_local.aws.file_answers import has
from alphaswarm_local.aws.messages import HttpRequest, HttpResponse
from alphaswarm_local.registry.admission import Admission, Grant
from alphaswarm_local.registry.errors import RegistryRefusal, answer_of, invalid, not_found, unsupported
from alphaswarm_local.registry.images import Images
from alphaswarm_local.registry.manifests import OCI_INDEX, Manifest, read_manifest
from alphaswarm_local.registry.names import Place, is_digest, is_tag, place_of
from alphaswarm_local.registry.uploading import Blobs

REGISTRY_PATH = "/v2"
"""Bucket names have three letters or more, so the registry shares the address with AWS."""

_MOST_TAGS = 1000
_LOG = logging.getLogger("alphaswarm_local.registry")
_Answer = Callable[[HttpRequest, Grant, Place], HttpResponse]


class Registry:
    """Answers clients of the distribution API.

    Args:
        hosts: The values of `Host` that are ours.
        region: The one region of the cloud.
        images: The repositories.
        blobs: Answers requests for blobs.
        admission: Decides who may.
    """

    def __init__(
        self, hosts: frozenset[str], region: str, *, images: Images, blobs: Blobs, admission: Admission
    ) -> None:
        self._hosts, self._region, self._images, self._admission = hosts, region, images, admission
        self._answers: Mapping[str, _Answer] = {
            "blobs": blobs.blob,
            "uploads": blobs.upload,
            "manifests": self._manifest,
            "referrers": self._referrers,
            "tags": self._tags,
        }

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer to `request`: never an exception."""
        host = request.headers.get("host", "")
        try:
            response = self._answer(request, host)
        except RegistryRefusal as problem:
            response = answer_of(problem, host)
        except Exception:  # noqa: BLE001 - the client gets a 500, the log the traceback
            _LOG.exception("a request to the registry failed in the local cloud itself")
            response = answer_of(RegistryRefusal(500, "UNKNOWN", "The local cloud failed; its log says why"), host)
        response.set_header("Docker-Distribution-Api-Version", "registry/2.0")
        return response

    def _answer(self, request: HttpRequest, host: str) -> HttpResponse:
        if host.lower() not in self._hosts:
            raise invalid("UNSUPPORTED", "This is the local cloud; it answers only under its own address")
        grant = self._admission.grant(request)
        path = request.raw_path.removeprefix(REGISTRY_PATH).removeprefix("/")
        if not path:
            return _json({})
        place = place_of(path, self._region)
        if place is None:
            raise not_found("NAME_INVALID", "There is nothing at this address: names are ACCOUNT/REPOSITORY")
        return self._answers[place.kind](request, grant, place)

    def _manifest(self, request: HttpRequest, grant: Grant, place: Place) -> HttpResponse:
        key, reference = place.repository, place.reference
        if not is_tag(reference) and not is_digest(reference):
            raise invalid("MANIFEST_INVALID", f"'{reference[:100]}' is neither a tag nor a SHA-256 digest")
        if request.method == "PUT":
            self._admission.require(request, grant, key, "PutImage")
            return self._put(request, place)
        if request.method not in {"GET", "HEAD"}:
            raise unsupported("Images are deleted with ecr:BatchDeleteImage")
        self._admission.require(request, grant, key, "BatchGetImage")
        return _manifest_answer(request, self._images.find(key, reference))

    def _put(self, request: HttpRequest, place: Place) -> HttpResponse:
        key, reference = place.repository, place.reference
        manifest = read_manifest(request.body, request.media_type)
        if is_digest(reference) and reference != manifest.digest:
            raise invalid("DIGEST_INVALID", f"The digest of the manifest is {manifest.digest}, not {reference}")
        self._images.put(key, manifest, None if is_digest(reference) else reference)
        _LOG.info("pushed %s to %s", manifest.digest, key.path)
        headers = [
            ("Location", f"/v2/{key.path}/manifests/{manifest.digest}"),
            ("Docker-Content-Digest", manifest.digest),
        ]
        if manifest.subject is not None:
            headers.append(("OCI-Subject", manifest.subject))
        return HttpResponse(201, headers)

    def _referrers(self, request: HttpRequest, grant: Grant, place: Place) -> HttpResponse:
        _only_get(request)
        self._admission.require(request, grant, place.repository, "BatchGetImage")
        if not is_digest(place.reference):
            raise invalid("DIGEST_INVALID", f"'{place.reference[:100]}' is not a SHA-256 digest")
        wanted = [value for name, value in request.query if name == "artifactType"]
        found = self._images.referrers(place.repository, place.reference)
        listed = [_described(each) for each in found if not wanted or each.artifact_type in wanted]
        answer = _json({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": listed}, OCI_INDEX)
        if wanted:
            answer.set_header("OCI-Filters-Applied", "artifactType")
        return answer

    def _tags(self, request: HttpRequest, grant: Grant, place: Place) -> HttpResponse:
        _only_get(request)
        key, query = place.repository, dict(request.query)
        self._admission.require(request, grant, key, "ListImages")
        number = query.get("n", str(_MOST_TAGS))
        if not number.isascii() or not number.isdigit() or len(number) > 6:  # noqa: PLR2004 - a page, not a flood
            raise invalid("PAGINATION_NUMBER_INVALID", "n is a number")
        size = min(int(number), _MOST_TAGS)
        rest = [tag for tag in self._images.tags(key) if tag > query.get("last", "")]
        answer = _json({"name": key.path, "tags": rest[:size]})
        if 0 < size < len(rest):
            place_of_next = f"/v2/{key.path}/tags/list?n={size}&last={quote(rest[size - 1])}"
            answer.set_header("Link", f'<{place_of_next}>; rel="next"')
        return answer


def _only_get(request: HttpRequest) -> None:
    if request.method not in {"GET", "HEAD"}:
        raise unsupported("This is read only")


def _manifest_answer(request: HttpRequest, manifest: Manifest) -> HttpResponse:
    etag = f'"{manifest.digest}"'
    headers = [
        ("Docker-Content-Digest", manifest.digest),
        ("ETag", etag),
        ("Content-Type", manifest.media_type),
        ("Content-Length", str(len(manifest.content))),
    ]
    if has(request, etag):
        return HttpResponse(304, headers)
    return HttpResponse(200, headers, manifest.content)


def _described(manifest: Manifest) -> dict[str, Any]:
    described: dict[str, Any] = {
        "mediaType": manifest.media_type,
        "digest": manifest.digest,
        "size": len(manifest.content),
    }
    if manifest.artifact_type:
        described["artifactType"] = manifest.artifact_type
    if manifest.annotations:
        described["annotations"] = dict(manifest.annotations)
    return described


def _json(document: Mapping[str, Any], kind: str = "application/json") -> HttpResponse:
    return HttpResponse(200, [("Content-Type", kind)], json.dumps(document).encode())
