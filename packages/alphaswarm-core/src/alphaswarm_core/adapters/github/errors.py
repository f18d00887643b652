"""What GitHub's REST API answers when it does not do what it was asked, by what a caller can do about it."""

from alphaswarm_core.errors import AlphaSwarmError, ConfigurationError, RefusedError, UnavailableError


class GithubApiError(AlphaSwarmError):
    """GitHub does not take a request; no other class of this module says it better.

    Args:
        what: One sentence.
        status: The HTTP status; None when there was no answer.
        why: GitHub's own message.
        fix: What to do now.
    """

    code = "AS-GH-010"
    summary = "GitHub's API does not take a request"

    def __init__(self, what: str, *, status: int | None = None, why: str | None = None, fix: str | None = None) -> None:
        super().__init__(what, why=why, fix=fix)
        self.status = status


class GithubUnavailableError(GithubApiError, UnavailableError):
    """GitHub cannot be reached, or answers with a failure of its own, after every attempt."""

    code = "AS-GH-011"
    summary = "GitHub's API does not answer, or fails"


class GithubRateLimitedError(GithubApiError, UnavailableError):
    """The limit is used up, and it lasts longer than we are willing to wait."""

    code = "AS-GH-012"
    summary = "GitHub's rate limit is used up"


class GithubForbiddenError(GithubApiError, RefusedError):
    """The token is missing, invalid, or lacks a permission."""

    code = "AS-GH-013"
    summary = "GitHub refuses the token, or the token lacks a permission"


class GithubNotFoundError(GithubApiError):
    """There is no such thing, or the token may not know of it: GitHub does not say which."""

    code = "AS-GH-014"
    summary = "GitHub has no such thing, or does not show it to this token"


class GithubConflictError(GithubApiError):
    """GitHub understood, and what was asked for does not go with what is there (409, 422)."""

    code = "AS-GH-015"
    summary = "GitHub refuses a request as invalid or in conflict"


class GithubForeignHostError(RefusedError):
    """An address, a link or a redirect leads the token away from the API that it belongs to."""

    code = "AS-GH-016"
    summary = "A GitHub token would have been sent to another host"


class GithubTokenError(ConfigurationError):
    """There is no token, or the key of an app is not usable."""

    code = "AS-GH-017"
    summary = "No GitHub token, or no usable one"


class GithubAddressError(ConfigurationError):
    """The address of the API is not one that a token may be sent to."""

    code = "AS-GH-018"
    summary = "The address of GitHub's API cannot be used"


class GithubAnswerError(GithubApiError):
    """The answer is not what GitHub's API gives: no JSON, too large, or of another shape."""

    code = "AS-GH-019"
    summary = "An answer of GitHub's API cannot be read"
