"""Who is signed in, what that person may do, and how to sign in."""

from enum import StrEnum
from typing import Literal

from pydantic import Field

from alphaswarm_admin.contract.common import Model, Moment
from alphaswarm_core.target import Target


class Role(StrEnum):
    """What a person is to the console; somebody may have several."""

    viewer = "viewer"
    operator = "operator"
    approver = "approver"
    administrator = "administrator"


class Permission(StrEnum):
    """What somebody may do here."""

    read = "read"
    export_ledger = "export_ledger"
    request_approval = "request_approval"
    decide = "decide"
    waive = "waive"
    halt = "halt"
    lift_halt = "lift_halt"
    redeploy = "redeploy"
    scale = "scale"


class Person(Model):
    """Who is signed in.

    `subject` is the identity provider's. `key` is the human that the gate counts, `github:<id>`, None where the person
    is not declared: then the person may look, and decides nothing.
    """

    subject: str
    name: str
    email: str | None
    key: str | None
    declared_name: str | None


class SignIn(Model):
    """How to sign in: a page to go to (`url`), or, in development, one of the people to be."""

    kind: Literal["load_balancer", "development"]
    url: str
    people: list[str] = Field([], description="Whom one may be; in development only.")


class Session(Model):
    """The state of this browser's sign-in.

    Everything but `signed_in` and `sign_in` is empty before the sign-in. `csrf_token` goes into the header
    `X-CSRF-Token` of everything but GET. A sign-in is fresh until `fresh_until`; actions that need a fresh one
    answer with `AS-ADM-005` afterwards: go to `step_up_url` and come back.
    """

    signed_in: bool
    sign_in: SignIn
    person: Person | None = None
    roles: list[Role] = Field(default_factory=list)
    permissions: list[Permission] = Field(default_factory=list)
    csrf_token: str | None = None
    signed_in_at: Moment | None = None
    fresh_until: Moment | None = None
    expires_at: Moment | None = None
    step_up_url: str | None = None


class DevelopmentSignIn(Model):
    """Somebody to be, on a machine where nothing is at stake."""

    person: str = Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._-]+$")
    roles: list[Role] = Field([Role.viewer], min_length=1, max_length=4)


class SignedOut(Model):
    """Where to go now; None to stay."""

    redirect_to: str | None


class ConsoleInfo(Model):
    """What this console is about. Environments are in the order of promotion."""

    project: str
    version: str
    target: Target
    region: str
    environments: list[str]
    trees: list[str]
    repositories: list[str]


class Health(Model):
    """The process lives."""

    status: Literal["ok"] = "ok"
    version: str
