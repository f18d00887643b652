"""An upload as twine and `uv publish` send it: a form with metadata and the file. Nothing in it is believed unchecked.

Source: the Warehouse legacy upload API; PyPA specification of core metadata.
"""

import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass

from alphaswarm_local.aws.messages import HttpRequest
from alphaswarm_local.packages.admission import RefusedRequestError
from alphaswarm_local.packages.files import (
    CoreMetadata,
    UnreadableFileError,
    core_metadata,
    same_version,
    version_in,
)
from alphaswarm_local.packages.names import is_package_name, normalized

_MOST_FIELD_BYTES = 8 * 1024 * 1024
_MOST_PARTS = 2000
_DIGESTS = {"md5_digest": "md5", "sha256_digest": "sha256", "blake2_256_digest": "blake2b"}
_STRONG = ("sha256_digest", "blake2_256_digest")
_SINGLE = (":action", "name", "version", "filetype", *_DIGESTS)
_KINDS = {"bdist_wheel": ".whl", "sdist": ".tar.gz"}


@dataclass(frozen=True, slots=True)
class Upload:
    """A checked upload: the file is what the form says, and the form is about what the file says.

    Attributes:
        package: The normalised name.
        version: As the file's own metadata writes it.
    """

    package: str
    version: str
    filename: str
    content: bytes
    metadata: CoreMetadata


def read_upload(request: HttpRequest) -> Upload:
    """The upload in `request`.

    Raises:
        RefusedRequestError: 400 and what does not hold.
    """
    form, filename, content = _form(request)
    if form.get(":action") != "file_upload":
        raise RefusedRequestError(400, "The form's :action is not file_upload")
    name = form.get("name", "")
    if not is_package_name(name):
        raise RefusedRequestError(400, f"'{name}' is not a name that a Python package may have")
    suffix = _KINDS.get(form.get("filetype", ""))
    if suffix is None or not filename.endswith(suffix):
        raise RefusedRequestError(
            400, "The file is neither a wheel nor a source distribution, or not the one announced"
        )
    package, version = normalized(name), form.get("version", "")
    named = version_in(filename, package)
    if named is None or not same_version(named, version):
        raise RefusedRequestError(400, f"The file name {filename} does not say {name} {version}")
    _check_digests(form, content)
    metadata = _metadata(filename, content)
    if metadata.name != package or not same_version(metadata.version, version):
        raise RefusedRequestError(400, f"{filename} says that it is {metadata.name} {metadata.version}")
    return Upload(package, named, filename, content, metadata)


def _form(request: HttpRequest) -> tuple[Mapping[str, str], str, bytes]:
    """The fields, the file's name and its bytes."""
    from werkzeug.formparser import FormDataParser  # noqa: PLC0415 - only uploads need it
    from werkzeug.http import parse_options_header  # noqa: PLC0415

    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != "multipart/form-data" or not options.get("boundary"):
        raise RefusedRequestError(400, "An upload is a multipart/form-data request")
    parser = FormDataParser(max_form_memory_size=_MOST_FIELD_BYTES, max_form_parts=_MOST_PARTS, silent=False)
    try:
        _, fields, files = parser.parse(io.BytesIO(request.body), kind, len(request.body), options)
    except Exception as error:  # werkzeug raises HTTP errors and ValueError alike
        raise RefusedRequestError(400, "The form cannot be read") from error
    contents = [(key, each) for key, each in files.items(multi=True) if key == "content"]
    if len(contents) != 1:
        raise RefusedRequestError(400, "The form holds not exactly one file")
    if doubled := [key for key in _SINGLE if len(fields.getlist(key)) > 1]:
        # What is there twice could be read differently by two readers: one checks, the other stores.
        raise RefusedRequestError(400, f"The form has {doubled[0]} twice")
    return fields.to_dict(), contents[0][1].filename or "", contents[0][1].read()


def _check_digests(form: Mapping[str, str], content: bytes) -> None:
    if not any(form.get(name) for name in _STRONG):
        raise RefusedRequestError(400, "The form has neither a SHA-256 nor a BLAKE2 digest of the file")
    for name, algorithm in _DIGESTS.items():
        if form.get(name) and form[name].lower() != _digest(algorithm, content):
            raise RefusedRequestError(400, f"The file is not the one of the form's {name}")


def _digest(algorithm: str, content: bytes) -> str:
    if algorithm == "blake2b":
        return hashlib.blake2b(content, digest_size=32).hexdigest()
    return hashlib.new(algorithm, content, usedforsecurity=False).hexdigest()


def _metadata(filename: str, content: bytes) -> CoreMetadata:
    try:
        return core_metadata(filename, content)
    except UnreadableFileError as error:
        raise RefusedRequestError(400, str(error)) from error
