"""What a call to Amazon S3 needs: actions on buckets and objects.

Source: "Required permissions for Amazon S3 API operations" and "Actions, resources, and condition keys for Amazon S3".
"""

import re
from collections.abc import Iterator
from urllib.parse import unquote
from xml.sax.saxutils import unescape

from alphaswarm_local.access.request_facts import Facts
from alphaswarm_local.aws.operations import ApiCall

_ARN = "arn:aws:s3:::"
_DELETED = re.compile(rb"<Object[^>]*>(?P<item>.*?)</Object\s*>", re.DOTALL)
_KEY = re.compile(r"<Key[^>]*>(?P<key>.*?)</Key\s*>", re.DOTALL)
_ROLE = re.compile(rb"<Role[^>]*>\s*(?P<arn>arn:aws:iam::[^<\s]+)\s*</Role\s*>")
_WRITES = frozenset({"PutObject", "CopyObject", "CreateMultipartUpload"})
_WITH_HEADER = {
    "x-amz-tagging": "s3:PutObjectTagging",
    "x-amz-acl": "s3:PutObjectAcl",
    "x-amz-object-lock-mode": "s3:PutObjectRetention",
    "x-amz-object-lock-legal-hold": "s3:PutObjectLegalHold",
}
_HEADER_KEYS = (
    "x-amz-acl",
    "x-amz-copy-source",
    "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-aws-kms-key-id",
    "x-amz-storage-class",
)
_QUERY_KEYS = {
    "prefix": "s3:prefix",
    "delimiter": "s3:delimiter",
    "max-keys": "s3:max-keys",
    "versionId": "s3:VersionId",
}
_GRANTS = "x-amz-grant-"


def s3_needs(call: ApiCall) -> Iterator[tuple[str, str]]:
    """Pairs of an action and an ARN; all are needed."""
    operation, labels = call.operation, call.operation.parameters
    bucket, key = labels.get("Bucket"), labels.get("Key")
    if bucket is None:
        yield operation.action, "*"
        return
    if operation.name == "DeleteObjects":
        yield from _deletions(call, bucket)
        return
    target = f"{_ARN}{bucket}/{key}" if key is not None else f"{_ARN}{bucket}"
    yield operation.action, target
    yield from ((action, target) for action in _additional(call, key))
    source = call.request.headers.get("x-amz-copy-source")
    if source is not None:
        path, _, query = unquote(source).lstrip("/").partition("?")
        yield ("s3:GetObjectVersion" if "versionId=" in query else "s3:GetObject"), f"{_ARN}{path}"


def passed_roles(call: ApiCall) -> list[str]:
    """The roles in a bucket's replication configuration."""
    return [match["arn"].decode("latin-1") for match in _ROLE.finditer(call.request.body)]


def s3_facts(call: ApiCall) -> Facts:
    """The condition keys of S3 that the request has."""
    headers, query = call.request.headers, dict(call.request.query)
    facts: Facts = {f"s3:{name}": (headers[name],) for name in _HEADER_KEYS if name in headers}
    facts.update({key: (query[name],) for name, key in _QUERY_KEYS.items() if name in query})
    return facts


def _additional(call: ApiCall, key: str | None) -> Iterator[str]:
    headers, name = call.request.headers, call.operation.name
    granting = "x-amz-acl" in headers or any(each.startswith(_GRANTS) for each in headers)
    if name in _WRITES:
        yield from (action for header, action in _WITH_HEADER.items() if header in headers)
        if granting and "x-amz-acl" not in headers:
            yield "s3:PutObjectAcl"
    elif name == "CreateBucket" and granting:
        yield "s3:PutBucketAcl"
    if name == "GetObjectAttributes":
        yield "s3:GetObject"
    if headers.get("x-amz-bypass-governance-retention", "").lower() == "true" and key is not None:
        yield "s3:BypassGovernanceRetention"


def _deletions(call: ApiCall, bucket: str) -> Iterator[tuple[str, str]]:
    """AWS answers for each object; here one that may not be deleted refuses the whole call."""
    found = False
    for match in _DELETED.finditer(call.request.body):
        item = match["item"].decode(errors="replace")
        named = _KEY.search(item)
        action = "s3:DeleteObjectVersion" if "<VersionId" in item else "s3:DeleteObject"
        found = True
        yield action, f"{_ARN}{bucket}/{unescape(named['key']) if named else '*'}"
    if not found:
        yield "s3:DeleteObject", f"{_ARN}{bucket}/*"
