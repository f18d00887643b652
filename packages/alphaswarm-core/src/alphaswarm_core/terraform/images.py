"""Which images a plan would run, and which a state runs: all by digest, all verified, or the run ends.

A stack says in its output `images` what it runs, by service: the definitions of tasks often hold something that is
known only after the apply, and then nothing in them is. What is known counts besides, and after the apply the state.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from alphaswarm_core.errors import AlphaSwarmError, RefusedError
from alphaswarm_core.ledger.records import Run
from alphaswarm_core.terraform.errors import PlanMismatchError

_OUTPUT = "images"
_TASKS, _FUNCTIONS = "aws_ecs_task_definition", "aws_lambda_function"
_PLACES = {_TASKS: "container_definitions", _FUNCTIONS: "image_uri"}
_BY_DIGEST = re.compile(r"[^@]+@sha256:[0-9a-f]{64}")


class ImageByTagError(RefusedError):
    """An image is named by a tag: what it means can change after the review."""

    code = "AS-IMG-020"
    summary = "The stack would run an image by its tag; images are deployed by digest"


class ImageNotKnownError(RefusedError):
    """The plan does not say which image it runs, so nothing could be verified."""

    code = "AS-IMG-021"
    summary = "The plan does not say which images it would run"


class NobodyVerifiesError(RefusedError):
    """The program was put together without anything that verifies images."""

    code = "AS-IMG-022"
    summary = "Nothing here verifies images, and the plan would run some"


class UnverifiedDeployError(AlphaSwarmError):
    """After the apply the state runs an image that nobody verified."""

    code = "AS-IMG-023"
    summary = "The apply brought an image that was not in its plan; nobody verified it"


class ImageVerifier(Protocol):
    """Somebody who knows whether an image may run."""

    def require(self, environment: str, images: Sequence[str]) -> None:
        """Let pass only images (`REPOSITORY@sha256:…`) that may run in `environment`.

        Raises:
            RefusedError: a check says no to one of them; the error names the check.
            UnavailableError: it cannot be found out.
        """


class NobodyVerifies:
    """The verifier of a program that has none: fails closed."""

    def require(self, environment: str, images: Sequence[str]) -> None:
        """See `ImageVerifier.require`."""
        if images:
            raise NobodyVerifiesError(
                f"Nothing here can verify the images of {environment}",
                why=", ".join(images),
                fix="Deploy with: alphaswarm deploy",
            )


def planned_images(document: Mapping[str, Any]) -> tuple[str, ...]:
    """The images that run after the plan in `document` (`terraform show -json PLANFILE`) was applied, sorted.

    Raises:
        ImageByTagError: one has no digest.
        ImageNotKnownError: something runs an image that the plan does not name.
    """
    planned = document.get("planned_values", {})
    declared = list(_declared(planned.get("outputs", {}).get(_OUTPUT, {})))
    found = set(declared)
    for resource in _resources(planned.get("root_module", {})):
        if resource.get("mode") == "managed":
            found |= set(_of_resource(resource.get("type"), resource.get("values", {}), str(resource.get("address"))))
    unknown = [str(each.get("address")) for each in document.get("resource_changes", ()) if _is_unknown(each)]
    if unknown and not declared:
        raise ImageNotKnownError(
            f"The images of {', '.join(unknown)} are known only after the apply",
            why="the stack has no output 'images' that says which they are",
            fix='Declare output "images": the images by service, as repository@sha256:…',
        )
    return _all_by_digest(found)


def state_images(content: bytes) -> tuple[str, ...]:
    """The images that a state (`terraform state pull`) runs, sorted.

    Raises:
        ImageByTagError: one has no digest.
        ImageNotKnownError: it cannot be read.
    """
    try:
        state = json.loads(content)
        found = set(_declared(state.get("outputs", {}).get(_OUTPUT, {})))
        for resource in state.get("resources", ()):
            for instance in resource["instances"] if resource.get("mode") == "managed" else ():
                found |= set(_of_resource(resource["type"], instance["attributes"], str(resource.get("name"))))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ImageNotKnownError("The state does not say which images it runs", why=str(error)) from error
    return _all_by_digest(found)


def require_expected(running: Sequence[str], planned: Sequence[str]) -> None:
    """Refuse what runs and was not planned, and so not verified.

    Raises:
        UnverifiedDeployError: so it is; it runs already.
    """
    if unexpected := sorted(set(running) - set(planned)):
        raise UnverifiedDeployError(
            f"{', '.join(unexpected)} runs and was not in the plan",
            why="the configuration names another image in its output 'images' than it runs: nobody verified this one",
            fix="Look at who wrote that, correct it, and deploy again; until then the image runs",
        )


def images_of_plan(planned: Run) -> tuple[str, ...]:
    """The images of a plan, from its row.

    Raises:
        PlanMismatchError: nobody looked for any when the plan was made.
    """
    if not isinstance(planned.images, list | tuple):
        raise PlanMismatchError(
            f"The plan {planned.id} does not say which images it would run",
            why="an older version made it",
            fix="Plan again: alphaswarm deploy plan",
        )
    return tuple(str(each) for each in planned.images)


def _declared(output: Mapping[str, Any]) -> Iterator[str]:
    """The images in the output; a service without one has null."""
    value = output.get("value")
    if value is None:
        return
    if not isinstance(value, Mapping) or not all(each is None or isinstance(each, str) for each in value.values()):
        raise ImageNotKnownError("The output 'images' is not a map of images by service")
    yield from (each for each in value.values() if each is not None)


def _resources(module: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from module.get("resources", ())
    for child in module.get("child_modules", ()):
        yield from _resources(child)


def _of_resource(kind: Any, values: Mapping[str, Any], name: str) -> Iterable[str]:
    value = values.get(_PLACES.get(str(kind), ""))
    if not value:
        return ()
    return [str(value)] if kind == _FUNCTIONS else _of_containers(value, name)


def _of_containers(definitions: Any, name: str) -> list[str]:
    try:
        containers = json.loads(definitions) if isinstance(definitions, str) else definitions
        return [str(each["image"]) for each in containers]
    except (ValueError, KeyError, TypeError) as error:
        raise ImageNotKnownError(f"The containers of {name} cannot be read, or one has no image") from error


def _is_unknown(change: Mapping[str, Any]) -> bool:
    place = _PLACES.get(str(change.get("type")))
    return place is not None and bool((change.get("change", {}).get("after_unknown") or {}).get(place))


def _all_by_digest(images: Iterable[str]) -> tuple[str, ...]:
    ordered = sorted(images)
    for each in ordered:
        if not _BY_DIGEST.fullmatch(each):
            raise ImageByTagError(
                f"The stack would run {each}",
                why="a tag can be pointed at another image after everybody looked",
                fix="Name the image by digest: repository@sha256:…",
            )
    return tuple(ordered)
