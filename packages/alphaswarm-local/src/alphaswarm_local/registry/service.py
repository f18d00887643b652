"""ECR's operations that the local cloud answers itself: tokens, images by the API, and who refers to an image.

Source: Amazon ECR API reference.
"""

import base64
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from alphaswarm_local.access.bearer_tokens import BearerTokens
from alphaswarm_local.aws.faults import AwsFault
from alphaswarm_local.aws.messages import HttpResponse
from alphaswarm_local.aws.operations import ApiCall
from alphaswarm_local.registry.admission import TOKEN_SECONDS, USER, Grant
from alphaswarm_local.registry.errors import RegistryRefusal
from alphaswarm_local.registry.images import Images
from alphaswarm_local.registry.manifests import read_manifest
from alphaswarm_local.registry.names import RepositoryKey, is_digest, is_tag

_FAULTS = {
    "NAME_UNKNOWN": "RepositoryNotFoundException",
    "MANIFEST_BLOB_UNKNOWN": "LayersNotFoundException",
    "TAG_INVALID": "ImageTagAlreadyExistsException",
}
Document = dict[str, Any]


class Ecr:
    """Answers a call with the document of its operation; None: moto answers.

    Args:
        images: The repositories.
        tokens: Where tokens are kept.
        now: Seconds since the epoch.
    """

    def __init__(self, images: Images, tokens: BearerTokens[Grant], now: Callable[[], float] = time.time) -> None:
        self._images, self._tokens, self._now = images, tokens, now
        self._operations: Mapping[str, Callable[[ApiCall], Document]] = {
            "GetAuthorizationToken": self._give_token,
            "PutImage": self._put,
            "ListImageReferrers": self._referrers,
        }

    def __call__(self, call: ApiCall) -> HttpResponse | None:
        """The answer to `call`.

        Raises:
            AwsFault: in ECR's words.
        """
        operation = self._operations.get(call.operation.name)
        if operation is None:
            return None
        try:
            document = operation(call)
        except RegistryRefusal as problem:
            code = _FAULTS.get(problem.code, "InvalidParameterException")
            raise AwsFault(code, 400, problem.message) from problem
        return HttpResponse(200, [("Content-Type", "application/x-amz-json-1.1")], json.dumps(document).encode())

    def _give_token(self, call: ApiCall) -> Document:
        """`GetAuthorizationToken`: good for every registry that the caller's policies reach, as on AWS."""
        named = call.operation.parameters.get("registryIds") or [call.identity.account_id]
        ends = self._now() + TOKEN_SECONDS
        token = self._tokens.issue(Grant(call.identity, ends))
        data = {
            "authorizationToken": base64.b64encode(f"{USER}:{token}".encode()).decode(),
            "expiresAt": ends,
        }
        hosts = (f"https://{each}.dkr.ecr.{call.region}.amazonaws.com" for each in named)
        return {"authorizationData": [{**data, "proxyEndpoint": each} for each in hosts]}

    def _put(self, call: ApiCall) -> Document:
        """`PutImage`: what the registry would refuse is refused here too."""
        given, key = call.operation.parameters, _repository(call)
        text, tag = str(given.get("imageManifest", "")), given.get("imageTag")
        if tag is not None and not (isinstance(tag, str) and is_tag(tag)):
            raise AwsFault("InvalidParameterException", 400, "Invalid parameter at 'imageTag'")
        manifest = read_manifest(text.encode(), str(given.get("imageManifestMediaType") or _media_type(text)))
        if given.get("imageDigest", manifest.digest) != manifest.digest:
            raise AwsFault("ImageDigestDoesNotMatchException", 400, f"The digest of the manifest is {manifest.digest}")
        self._images.require(key)
        if tag in self._images.tags(key) and self._images.find(key, str(tag)).digest == manifest.digest:
            sentence = f"Image with digest '{manifest.digest}' and tag '{tag}' already exists in '{key.name}'"
            raise AwsFault("ImageAlreadyExistsException", 400, sentence)
        self._images.put(key, manifest, tag)
        identity = {"imageDigest": manifest.digest, **({"imageTag": tag} if tag else {})}
        about = {"registryId": key.account, "repositoryName": key.name, "imageId": identity, "imageManifest": text}
        return {"image": {**about, "imageManifestMediaType": manifest.media_type}}

    def _referrers(self, call: ApiCall) -> Document:
        """`ListImageReferrers`."""
        given, key = call.operation.parameters, _repository(call)
        subject = given.get("subjectId") or {}
        digest = subject.get("imageDigest", "") if isinstance(subject, Mapping) else ""
        if not is_digest(str(digest)):
            raise AwsFault("InvalidParameterException", 400, "Invalid parameter at 'subjectId'")
        wanted = (given.get("filter") or {}).get("artifactTypes")
        found = (
            each for each in self._images.referrers(key, str(digest)) if not wanted or each.artifact_type in wanted
        )
        referrers = [
            {
                "digest": each.digest,
                "mediaType": each.media_type,
                "artifactType": each.artifact_type,
                "size": len(each.content),
                "annotations": dict(each.annotations),
                "artifactStatus": "ACTIVE",
            }
            for each in found
            if not wanted or each.artifact_type in wanted
        ]
        return {"referrers": referrers}


def _repository(call: ApiCall) -> RepositoryKey:
    given = call.operation.parameters
    owner = str(given.get("registryId") or call.identity.account_id)
    if owner != call.identity.account_id:
        raise AwsFault("RepositoryNotFoundException", 400, "The local cloud's ECR API speaks of the caller's account")
    return RepositoryKey(owner, call.region, str(given.get("repositoryName", "")))


def _media_type(text: str) -> str:
    try:
        document = json.loads(text)
    except ValueError:
        return ""
    return str(document.get("mediaType", "")) if isinstance(document, dict) else ""
