"""C1 codebuild-webhook-filter: A webhook's filter is not anchored."""

from collections.abc import Iterator

from alphaswarm_core.identity.audit.model import AppliesTo, Hit, Rule, Severity, undecided
from alphaswarm_core.identity.audit.nodes import HOLE, text_of
from alphaswarm_core.identity.audit.reading.hcl_tree import Block
from alphaswarm_core.identity.audit.subjects.terraform import TerraformModule


def detect(module: TerraformModule) -> Iterator[Hit]:
    """Webhooks without filters and patterns that fit more than they say."""
    for webhook in module.blocks("resource", "aws_codebuild_webhook"):
        groups = [*webhook.body.of_type("filter_group")]
        for dynamic in webhook.body.of_type("dynamic", "filter_group"):
            yield undecided(dynamic.line, f"{webhook.address}: its filters are not known", webhook.path)
        if not groups and not any(webhook.body.of_type("dynamic")):
            yield Hit(webhook.line, f"{webhook.address} builds on every event", path=webhook.path)
        for group in groups:
            for each in group.body.of_type("filter"):
                yield from _filter(module, webhook, each)


def _filter(module: TerraformModule, webhook: Block, each: Block) -> Iterator[Hit]:
    kind, pattern = text_of(each.body.value("type")), each.body.value("pattern")
    text = text_of(module.resolved(pattern)) if pattern is not None else ""
    if kind == "EVENT":
        return
    if not anchored(text):
        message = f"{webhook.address}: the pattern {text.replace(HOLE, '…')!r} of {kind} is not anchored"
        yield Hit(each.line, message, path=each.path)
    elif HOLE in text:
        yield undecided(each.line, f"{webhook.address}: the pattern of {kind} has unknown parts", each.path)


def anchored(pattern: str) -> bool:
    """Whether a regular expression as a whole stands between `^` and `$`: no alternative at its top level."""
    depth, escaped, in_class = 0, False, False
    for letter in pattern:
        if not escaped and not in_class:
            depth += (letter == "(") - (letter == ")")
            if letter == "|" and depth == 0:
                return False
        in_class = not escaped and (letter == "[" or (in_class and letter != "]"))
        escaped = letter == "\\" and not escaped
    return pattern.startswith("^") and pattern.endswith("$") and not escaped and not pattern.endswith("\\$")


RULE = Rule(
    id="codebuild-webhook-filter",
    reference="C1",
    severity=Severity.HIGH,
    applies_to=AppliesTo.TERRAFORM,
    subject=TerraformModule,
    title="A webhook's filter is not anchored",
    what="Every webhook has filter groups, and every pattern but that of EVENT is `^…$` as a whole.",
    why=(
        "Patterns are searched for, not matched: the account id 123 fits inside 91234. CodeBreach took over "
        "builds of AWS's own repositories that way."
    ),
    source="Wiz, CodeBreach (2026-01); AWS CodeBuild User Guide, GitHub webhook events",
    fix="Anchor with ^( … )$; better: no webhook, and builds started by the pipeline only.",
    detect=detect,
)
