"""From a call to the ARNs that it acts on."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from alphaswarm_local.access.inputs import Inputs
from alphaswarm_local.access.moto_state import MotoState
from alphaswarm_local.access.resource_table import DEFAULTS, EC2_MADE, EC2_TYPES, NAMED
from alphaswarm_local.aws.operations import ApiCall

_PLACE = re.compile(r"\{(?P<name>@?\w+)(?:!(?P<writing>\w+))?\}")
_EC2_ID = re.compile(r"(?P<prefix>[a-z]{1,8})-(?:[0-9a-f]{8}|[0-9a-f]{17}|security-group|[0-9a-f]+)")
_READS = re.compile(r"(List|Describe|Get|BatchGet|Search|Filter)[A-Z].*")


@dataclass(frozen=True, slots=True)
class Resources:
    """The ARNs, or `*`. `known` is whether that is what AWS takes; where it is not, nothing is guessed."""

    arns: tuple[str, ...]
    known: bool


def resources_of(call: ApiCall, inputs: Inputs, state: MotoState) -> Resources:
    """What `call` acts on (S3 and IAM, which have rules of their own, excepted)."""
    service, operation = call.operation.service, call.operation.name
    if service.name == "ec2":
        return _ec2(call, inputs)
    rows = next((row for row in NAMED.get(service.name, ()) if re.fullmatch(row[0], operation)), None)
    named = list(_from_rows(call, inputs, state, rows[1])) if rows is not None else []
    if not named:
        named = _named_by_arn(call, inputs)
    if named:
        return Resources(tuple(dict.fromkeys(named)), known=True)
    return Resources(("*",), known=(rows is not None and not rows[1]) or bool(_READS.fullmatch(operation)))


def _from_rows(call: ApiCall, inputs: Inputs, state: MotoState, templates: tuple[str, ...]) -> Iterator[str]:
    """The resources of the templates; of several that begin alike (a log group and its stream) the first."""
    seen: set[str] = set()
    for template in templates:
        kind = template.partition("{")[0]
        if kind in seen and kind.startswith("log-group:"):
            continue
        for arn in _filled(template, call, inputs, state):
            seen.add(kind)
            yield arn


def _filled(template: str, call: ApiCall, inputs: Inputs, state: MotoState) -> Iterator[str]:
    prefix = f"arn:aws:{call.operation.service.iam_prefix}:{call.region}:{call.identity.account_id}:"
    places = list(_PLACE.finditer(template))
    choices = [_values(place["name"], call, inputs) for place in places]
    for values in product(*choices):
        if places and values[-1].startswith("arn:") and places[-1]["writing"] in (None, "tail", "cluster", "lower"):
            yield values[-1]
            continue
        filled, position = "", 0
        for place, value in zip(places, values, strict=True):
            written = WRITINGS[place["writing"] or "plain"](value, call, state)
            filled += template[position : place.start()] + written
            position = place.end()
        filled += template[position:]
        yield filled if filled.startswith("arn:") else prefix + filled


def _values(name: str, call: ApiCall, inputs: Inputs) -> list[str]:
    if name == "@account":
        return [call.identity.account_id]
    found = inputs.texts(name)
    return found or ([DEFAULTS[name]] if name in DEFAULTS else [])


def _named_by_arn(call: ApiCall, inputs: Inputs) -> list[str]:
    """ARNs of the called service among the top-level parameters, such as `TopicArn` and `ResourceArns`."""
    service = call.operation.service
    prefixes = (f"arn:aws:{service.iam_prefix}:", f"arn:aws:{service.signing_name}:")
    return [text for _, text in inputs.top_level() if text.startswith(prefixes)]


def _ec2(call: ApiCall, inputs: Inputs) -> Resources:
    """Every id among the parameters, and what is to be made. `Describe…` has no resource."""
    operation = call.operation.name
    if operation.startswith(("Describe", "Get")):
        return Resources(("*",), known=True)
    prefix = f"arn:aws:ec2:{call.region}:{call.identity.account_id}:"
    found = [f"{EC2_MADE[operation]}/*"] if operation in EC2_MADE else []
    for _, text in inputs.named_texts():
        match = _EC2_ID.fullmatch(text)
        if match is not None and match["prefix"] in EC2_TYPES:
            found.append(f"{EC2_TYPES[match['prefix']]}/{text}")
    return Resources(tuple(prefix + each for each in dict.fromkeys(found)) or ("*",), known=bool(found))


def _parameter(value: str, _call: ApiCall, _state: MotoState) -> str:
    """A parameter without its first slash, and without the version or label that may follow."""
    return value.split(":parameter/", 1)[-1].lstrip("/").partition(":")[0]


def _bus(value: str, _call: ApiCall, _state: MotoState) -> str:
    name = value.rpartition("/")[2]
    return "" if name == "default" else f"{name}/"


def _build_project(value: str, _call: ApiCall, _state: MotoState) -> str:
    """The project of a build: `PROJECT:UUID`, or the ARN of one."""
    return value.partition(":build/")[2].partition(":")[0] if value.startswith("arn:") else value.partition(":")[0]


Writing = Callable[[str, ApiCall, MotoState], str]
WRITINGS: Mapping[str, Writing] = {
    "plain": lambda value, _call, _state: value,
    "lower": lambda value, _call, _state: value.lower(),
    "tail": lambda value, _call, _state: value.rpartition("/")[2],
    "cluster": lambda value, _call, _state: value.rpartition("/")[2],
    "balancer": lambda value, _call, _state: {"network": "net", "gateway": "gwy"}.get(value, "app"),
    "build": _build_project,
    "bus": _bus,
    "eventbus": lambda value, _call, _state: value.rpartition("/")[2],
    "topic": lambda value, _call, _state: ":".join(value.split(":")[:6]),
    "parameter": _parameter,
    "key": lambda value, call, state: state.key_arn(call.identity.account_id, call.region, value),
    "secret": lambda value, call, state: state.secret_arn(call.identity.account_id, call.region, value),
}
"""How a value is written in an ARN."""
