"""Writes the catalogue: what moto implements, less what we refuse.

`python -m alphaswarm_local.aws.survey` writes `supported.json` anew; a test fails when it is not what this module
would write. An operation counts as implemented when moto has a method of its name that does not just raise
NotImplementedError; Amazon S3 is listed by hand, because moto's S3 is older than that convention.
"""

import inspect
import json
import re
from collections.abc import Iterator, Mapping
from importlib import import_module, metadata
from typing import Any

from alphaswarm_local.aws.catalogue import SUPPORTED
from alphaswarm_local.aws.choices import (
    BACKENDS,
    EC2_NOUNS,
    IAM_PREFIXES,
    OWN_OPERATIONS,
    REFUSED,
    S3_OPERATIONS,
    UNNECESSARY,
)
from alphaswarm_local.aws.protocols import Protocol


def survey() -> dict[str, Any]:
    """The content of `supported.json`."""
    return {
        "moto": metadata.version("moto"),
        "regions": _regions(),
        "services": {name: _entry(name) for name in BACKENDS},
    }


def rendered(document: Mapping[str, Any]) -> str:
    """The document as it is written: stable order, one line a value."""
    return json.dumps(document, indent=1, ensure_ascii=True) + "\n"


def _entry(name: str) -> dict[str, Any]:
    model = _model(name)
    about = model["metadata"]
    refused = _refused(name, model["operations"])
    return {
        "signing_name": about.get("signingName", about["endpointPrefix"]),
        "iam_prefix": IAM_PREFIXES.get(name, about.get("signingName", about["endpointPrefix"])),
        "backend": BACKENDS[name],
        "protocols": _protocols(name, about),
        "target_prefix": about.get("targetPrefix", ""),
        "api_version": about["apiVersion"],
        "operations": sorted(_implemented(name, model["operations"]) - set(refused)),
        "refused": refused,
        "total": len(model["operations"]),
    }


def _protocols(name: str, about: Mapping[str, Any]) -> list[str]:
    if name == "s3":
        return [Protocol.S3.value]
    return list(about.get("protocols", [about["protocol"]]))


def _refused(service: str, operations: Mapping[str, Any]) -> dict[str, str]:
    reasons = {
        operation: reason
        for pattern, reason in REFUSED.get(service, {}).items()
        for operation in sorted(operations)
        if re.fullmatch(pattern, operation)
    }
    own = OWN_OPERATIONS.get(service, ())
    public = {name: UNNECESSARY for name, op in operations.items() if op.get("authtype") == "none" and name not in own}
    return dict(sorted({**public, **reasons}.items()))


def _implemented(service: str, operations: Mapping[str, Any]) -> set[str]:
    if service == "s3":
        return set(S3_OPERATIONS)
    methods = _moto_methods(service)
    found = {name for name in operations if _does_something(methods.get(_snake(name)))}
    found |= set(OWN_OPERATIONS.get(service, ()))
    if service == "ec2":
        found = {name for name in found if re.search(EC2_NOUNS, name)}
    return found


def _moto_methods(service: str) -> dict[str, Any]:
    from moto.core.responses import BaseResponse  # noqa: PLC0415 - heavy, and only for the survey

    if not BACKENDS[service]:
        return {}
    module = import_module(f"moto.{BACKENDS[service].replace('-', '')}.responses")
    classes: Iterator[type] = (
        each for _, each in inspect.getmembers(module, inspect.isclass) if issubclass(each, BaseResponse)
    )
    return {
        name: method
        for each in classes
        if each is not BaseResponse
        for name, method in inspect.getmembers(each, inspect.isfunction)
    }


def _snake(operation: str) -> str:
    from moto.core.utils import camelcase_to_underscores  # noqa: PLC0415

    return str(camelcase_to_underscores(operation))


def _does_something(method: object) -> bool:
    return inspect.isfunction(method) and "NotImplementedError" not in inspect.getsource(method)


def _model(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = _loader().load_service_model(name, "service-2")
    return loaded


def _regions() -> list[str]:
    partitions = _loader().load_data("partitions")["partitions"]
    commercial = next(partition for partition in partitions if partition["id"] == "aws")
    return sorted(name for name in commercial["regions"] if not name.startswith("aws-"))


def _loader() -> Any:
    from botocore.loaders import Loader  # noqa: PLC0415

    return Loader(include_default_search_paths=True)


if __name__ == "__main__":
    SUPPORTED.write_text(rendered(survey()), encoding="utf-8")
