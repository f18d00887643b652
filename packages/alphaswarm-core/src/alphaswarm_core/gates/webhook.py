"""A webhook of GitHub's, from bytes that anybody could have sent to a request that is worth an answer. Pure.

The order is that of trust: size, signature, and only then what the body says. Of what it says nothing is used as an
address: `deployment_callback_url` has to be the one that we would write ourselves (else a token would go wherever a
forger wants it), and the answer goes to the address that we write.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from alphaswarm_core.errors import ConfigurationError
from alphaswarm_core.gates.webhook_errors import (
    WebhookForgedError,
    WebhookRefusedError,
    WebhookStaleError,
    WebhookTooLargeError,
)
from alphaswarm_core.ledger.records import Delivery
from alphaswarm_core.settings import Settings

LARGEST_BODY = 512 * 1024
EVENT, ACTION, PING = "deployment_protection_rule", "requested", "ping"
TRIGGERS = frozenset({"push", "workflow_dispatch", "repository_dispatch", "schedule"})
"""The events whose workflow runs may deploy; a pull request's never do."""
_SHORTEST_SECRET = 24
_LONGEST_SHOWN = 200
_CLOCK_SKEW = timedelta(minutes=2)
_SIGNATURE = re.compile(r"sha256=([0-9a-f]{64})")
_DELIVERY = re.compile(r"[0-9A-Za-z-]{8,64}")


@dataclass(frozen=True, slots=True)
class WebhookRules:
    """What is accepted.

    Attributes:
        secrets: The webhook's secret; while it is being changed, the old one too.
        api_url: GitHub's API, without a slash at the end.
        repositories: `owner/name` → numeric id.
        environments: The environments that are declared.
        longest_age: How long ago the deployment may have been asked for.
    """

    secrets: Sequence[str] = field(repr=False)
    api_url: str
    repositories: Mapping[str, int]
    environments: frozenset[str]
    longest_age: timedelta = timedelta(hours=1)

    def __post_init__(self) -> None:
        if not self.secrets or any(len(each) < _SHORTEST_SECRET for each in self.secrets):
            raise ConfigurationError(
                f"The webhook's secret has less than {_SHORTEST_SECRET} characters",
                why="whoever guesses it speaks as GitHub",
                fix="Make one: python3 -c 'import secrets; print(secrets.token_hex(32))'",
            )


def rules_of(settings: Settings, secrets: Sequence[str], api_url: str) -> WebhookRules:
    """The rules for what `alphaswarm.toml` declares."""
    repositories = {each.name: each.id for each in settings.github.repositories.values()}
    return WebhookRules(secrets, api_url.rstrip("/"), repositories, frozenset(settings.environments))


def verified(headers: Mapping[str, str], body: bytes, rules: WebhookRules, now: datetime) -> Delivery | None:
    """The request in a webhook; None for GitHub's greeting (`ping`).

    Args:
        headers: With names in lower case.
        body: As it came: the signature is over the bytes.
        rules: What is accepted.
        now: The moment.

    Raises:
        WebhookRefusedError: one of its subclasses, by what is wrong.
    """
    if len(body) > LARGEST_BODY:
        raise WebhookTooLargeError(f"A webhook of {len(body)} bytes", why=f"{LARGEST_BODY} are the most")
    _require_signature(headers.get("x-hub-signature-256", ""), body, rules.secrets)
    delivery, event = headers.get("x-github-delivery", ""), headers.get("x-github-event", "")
    if not _DELIVERY.fullmatch(delivery):
        raise WebhookRefusedError("A webhook has no delivery id of GitHub's form")
    document = _document(headers.get("content-type", ""), body)
    if event == PING:
        return None
    if (event, document.get("action")) != (EVENT, ACTION):
        raise WebhookRefusedError(
            f"The webhook is about '{event}', action '{_shown(document.get('action'))}'",
            why=f"only {EVENT}, action {ACTION}, is answered here",
            fix="Subscribe the GitHub App to 'Deployment protection rule' alone",
        )
    return _request(document, delivery, hashlib.sha256(body).hexdigest(), rules, now)


def _require_signature(signature: str, body: bytes, secrets: Sequence[str]) -> None:
    found = _SIGNATURE.fullmatch(signature)
    if found is None:
        raise WebhookForgedError("A webhook without X-Hub-Signature-256, or with one that is none")
    # every secret is tried, whichever fits: the time says nothing about any
    fits = [hmac.compare_digest(hmac.digest(each.encode(), body, "sha256").hex(), found[1]) for each in secrets]
    if not any(fits):
        raise WebhookForgedError(
            "The signature of a webhook does not hold",
            why="whoever sent it does not know the secret, or the body was changed on its way",
            fix="If it is GitHub: set the same secret in the GitHub App and here",
        )


def _document(content_type: str, body: bytes) -> Mapping[str, Any]:
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise WebhookRefusedError(
            "The webhook is not JSON", why=f"its type is '{_shown(content_type)}'", fix="Content type: application/json"
        )
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise WebhookRefusedError("The webhook's body is not JSON") from None
    if not isinstance(document, dict):
        raise WebhookRefusedError("The webhook's body is not an object")
    return document


def _request(document: Mapping[str, Any], delivery: str, digest: str, rules: WebhookRules, now: datetime) -> Delivery:
    repository = _repository(document.get("repository"), rules)
    environment, trigger = (_text(document.get(name)) for name in ("environment", "event"))
    if environment not in rules.environments:
        raise WebhookRefusedError(
            f"There is no environment '{_shown(environment)}'", fix="Declare it, or take off its rule"
        )
    if trigger not in TRIGGERS:
        raise WebhookRefusedError(f"A workflow run started by '{_shown(trigger)}' does not deploy")
    _require_fresh(document.get("deployment"), rules.longest_age, now)
    return Delivery(
        body_digest=digest,
        delivery_id=delivery,
        event=EVENT,
        repository=repository,
        github_run=_run_of_callback(document.get("deployment_callback_url"), repository, rules.api_url),
        environment=environment,
        received_at="",
    )


def _repository(document: object, rules: WebhookRules) -> str:
    """Name and number have to fit: a name can be given up and taken by somebody else."""
    found = document if isinstance(document, Mapping) else {}
    name = found.get("full_name")
    if not isinstance(name, str) or name not in rules.repositories or found.get("id") != rules.repositories[name]:
        raise WebhookRefusedError(
            f"The repository '{_shown(name)}' with the id {_shown(found.get('id'))} is not declared",
            fix="Declare it in [github.repositories], with its numeric id",
        )
    return name


def _run_of_callback(url: object, repository: str, api_url: str) -> int:
    before, after = f"{api_url}/repos/{repository}/actions/runs/", "/deployment_protection_rule"
    number = url[len(before) : -len(after)] if isinstance(url, str) else ""
    if url != f"{before}{number}{after}" or not re.fullmatch(r"[1-9][0-9]{0,17}", number):
        raise WebhookRefusedError(
            f"The callback '{_shown(url)}' is not one of {repository}",
            why=f"it would be {before}RUN{after}; an answer elsewhere would give the token away",
        )
    return int(number)


def _require_fresh(deployment: object, longest_age: timedelta, now: datetime) -> None:
    """By the time in the signed body: headers are signed by nobody."""
    text = deployment.get("created_at") if isinstance(deployment, Mapping) else None
    try:
        asked = datetime.fromisoformat(str(text))
        age = now - asked
    except (ValueError, TypeError):
        raise WebhookStaleError("The webhook does not say when its deployment was asked for") from None
    if not -_CLOCK_SKEW <= age <= longest_age:
        raise WebhookStaleError(
            f"The webhook's deployment was asked for at {asked.isoformat()}, and it is {now.isoformat()}",
            why=f"{longest_age} is the most",
            fix="Run the job again",
        )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _shown(value: object) -> str:
    """What a stranger wrote, for a message: bounded, and nothing that a terminal or log would obey."""
    text = str(value)
    cut = "…" if len(text) > _LONGEST_SHOWN else ""
    return "".join(each if each.isprintable() else "?" for each in text[:_LONGEST_SHOWN]) + cut
