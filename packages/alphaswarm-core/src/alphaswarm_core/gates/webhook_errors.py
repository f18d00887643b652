"""What is wrong with a webhook, or with an answer to one.

RefusedError
├── WebhookRefusedError       AS-HOOK-001   its form, or it is about what is not declared here
│   ├── WebhookForgedError    AS-HOOK-002   its signature does not hold
│   ├── WebhookStaleError     AS-HOOK-003   it is too old, or from the future
│   ├── WebhookReplayedError  AS-HOOK-004   it came before, under another id or with another body
│   └── WebhookTooLargeError  AS-HOOK-005   nobody reads that much before it knows from whom
└── AnswerNotTakenError       AS-HOOK-006   GitHub does not wait for the answer any more
"""

from alphaswarm_core.errors import RefusedError


class WebhookRefusedError(RefusedError):
    """A webhook is not in its form, or asks about what is not declared here."""

    code = "AS-HOOK-001"
    summary = "A webhook is refused: its form, event, repository, environment or callback"


class WebhookForgedError(WebhookRefusedError):
    """Whoever sent it does not know the secret."""

    code = "AS-HOOK-002"
    summary = "The signature of a webhook is missing or does not hold"


class WebhookStaleError(WebhookRefusedError):
    """What it asks about happened too long ago, or has not happened yet."""

    code = "AS-HOOK-003"
    summary = "A webhook is too old, or from the future"


class WebhookReplayedError(WebhookRefusedError):
    """The same body under another id, or another body under the same id."""

    code = "AS-HOOK-004"
    summary = "A webhook was replayed"


class WebhookTooLargeError(WebhookRefusedError):
    """Nobody reads that much before it knows from whom it comes."""

    code = "AS-HOOK-005"
    summary = "A webhook is too large"


class AnswerNotTakenError(RefusedError):
    """GitHub does not wait for this answer: it was given already, or the workflow run is over."""

    code = "AS-HOOK-006"
    summary = "GitHub does not take the answer to its deployment protection rule"
