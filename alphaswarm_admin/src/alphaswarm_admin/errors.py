"""What the console refuses or cannot do, besides what the core says.

RefusedError
├── NotSignedInError          AS-ADM-001   nobody is signed in, or not any more
├── PermissionMissingError    AS-ADM-002   the person's roles do not include it
├── ForeignRequestError       AS-ADM-003   the request does not come from the console's own pages
├── FreshSignInNeededError    AS-ADM-005   the sign-in is too long ago for this
├── PlanChangedError          AS-ADM-006   it is another plan than the one that was looked at
└── IdentityForgedError       AS-ADM-012   what should prove who asks does not hold
UsageError
├── NotFoundError             AS-ADM-004   there is no such thing
├── ConfirmationMissingError  AS-ADM-007   the environment's name was not typed
└── TooLargeError             AS-ADM-008   the request has a body that nobody needs
UnavailableError
├── NotKeptHereError          AS-ADM-009   a log or plan is not where this console can read it
└── TooManyStreamsError       AS-ADM-011   more people watch than this process can serve
ConfigurationError
└── ConsoleSettingsError      AS-ADM-010   it would not be safe to start
"""

from alphaswarm_core.errors import ConfigurationError, RefusedError, UnavailableError, UsageError


class NotSignedInError(RefusedError):
    """Nobody is signed in."""

    code = "AS-ADM-001"
    summary = "Nobody is signed in to the console"


class PermissionMissingError(RefusedError):
    """The person is known and may not do this."""

    code = "AS-ADM-002"
    summary = "The person's roles in the console do not include that"


class ForeignRequestError(RefusedError):
    """Another site made the browser send this, or it is meant for another host."""

    code = "AS-ADM-003"
    summary = "The request does not come from the console's own pages"


class NotFoundError(UsageError):
    """There is no such thing."""

    code = "AS-ADM-004"
    summary = "The console has nothing of that name"


class FreshSignInNeededError(RefusedError):
    """Whoever sits at an unlocked screen must not approve."""

    code = "AS-ADM-005"
    summary = "The action needs a sign-in that is fresh"


class PlanChangedError(RefusedError):
    """What is approved is what was looked at."""

    code = "AS-ADM-006"
    summary = "The plan is not the one that was looked at"


class IdentityForgedError(RefusedError):
    """A header or token that should prove who asks is forged, over, or about somebody else."""

    code = "AS-ADM-012"
    summary = "What should prove who asks does not hold"


class ConfirmationMissingError(UsageError):
    """Where two people are asked for, the environment's name is typed."""

    code = "AS-ADM-007"
    summary = "The environment's name was not typed, or another one"


class TooLargeError(UsageError):
    """Nothing that the console takes is that large."""

    code = "AS-ADM-008"
    summary = "The request's body is too large"


class NotKeptHereError(UnavailableError):
    """A log or a plan's changes are not where this console can read them."""

    code = "AS-ADM-009"
    summary = "The run's log or plan is not kept where the console can read it"


class TooManyStreamsError(UnavailableError):
    """More streams are open than this process serves; pages still answer."""

    code = "AS-ADM-011"
    summary = "Too many streams are open"


class ConsoleSettingsError(ConfigurationError):
    """It would not be safe to start like this."""

    code = "AS-ADM-010"
    summary = "The console's settings do not go together"
