"""CodeBuild's operations that the local cloud answers itself."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from alphaswarm_local.aws.messages import HttpResponse
from alphaswarm_local.aws.operations import ApiCall
from alphaswarm_local.aws.protocols import Protocol
from alphaswarm_local.aws.translation import to_cbor
from alphaswarm_local.builds.operations import Builds
from alphaswarm_local.builds.projects import Projects


class CodeBuild:
    """Answers a call with the document of its operation; None: moto answers.

    Args:
        builds: The operations on builds.
    """

    def __init__(self, builds: Builds) -> None:
        projects = Projects()
        self._operations: Mapping[str, Callable[[ApiCall], dict[str, Any]]] = {
            "BatchGetProjects": projects.get,
            "CreateProject": projects.create,
            "UpdateProject": projects.update,
            **builds.table,
        }

    def __call__(self, call: ApiCall) -> HttpResponse | None:
        """The answer to `call`.

        Raises:
            AwsFault: in CodeBuild's words.
        """
        operation = self._operations.get(call.operation.name)
        if operation is None:
            return None
        return answered(call, operation(call))


def answered(call: ApiCall, document: dict[str, Any]) -> HttpResponse:
    """The document in the protocol that the caller speaks: JSON, or CBOR."""
    response = HttpResponse(200, [("Content-Type", "application/x-amz-json-1.1")], json.dumps(document).encode())
    return to_cbor(response, call.operation) if call.operation.protocol is Protocol.CBOR else response
