"""What all models share, and the one envelope for errors."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

LONGEST_TEXT = 2000
"""Characters of a comment or reason."""


class Model(BaseModel):
    """A value on the wire. Unknown fields are refused: a misspelt one must not be ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
"""A time, RFC 3339 in UTC."""

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256: 64 hexadecimal digits."""

ImageDigest = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]
"""The digest of an image."""

Reason = Annotated[str, Field(min_length=3, max_length=LONGEST_TEXT, pattern=r"\S")]
"""Why somebody does something; recorded."""


class Problem(Model):
    """One thing that is wrong with a request. `where` is for example `query.limit` or `body.reason`."""

    where: str
    what: str


class ErrorDetail(Model):
    """An error with the code of the command line's. `problems` only for requests that do not fit their form."""

    code: str
    what: str
    why: str | None = None
    fix: str | None = None
    exit_code: int
    request_id: str
    problems: list[Problem] = []


class ErrorEnvelope(Model):
    """The body of every answer that is no success."""

    error: ErrorDetail
