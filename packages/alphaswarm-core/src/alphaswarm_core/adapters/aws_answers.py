"""What AWS answers instead of doing what was asked, told in a door's own errors. The SDK is loaded when it is asked."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

_DENIED = ("AccessDenied", "UnauthorizedOperation", "ExpiredToken", "UnrecognizedClient", "InvalidClientTokenId")


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error that AWS answered with.

    Attributes:
        code: AWS's own, such as `AccessDeniedException`.
        message: AWS's own; it may be empty.
        operation: What was asked, such as `StartBuild`.
        text: Code, operation and message in botocore's sentence.
        response: The whole answer.
    """

    code: str
    message: str
    operation: str
    text: str
    response: Mapping[str, Any]

    @classmethod
    def of(cls, error: Any) -> "Refusal":
        """From a `botocore.exceptions.ClientError`."""
        said = error.response.get("Error", {})
        return cls(
            str(said.get("Code", "")), str(said.get("Message", "")), error.operation_name, str(error), error.response
        )

    @property
    def told(self) -> str:
        """Code and message."""
        return f"{self.code}: {self.message}"

    @property
    def is_denial(self) -> bool:
        """Whether it is about the caller: what it may do, or whether it is somebody at all."""
        return self.code.startswith(_DENIED)


@contextmanager
def asking(refused: Callable[[Refusal], Exception], unanswered: Callable[[str], Exception]) -> Iterator[None]:
    """Ask AWS in the block.

    Args:
        refused: The error for an answer that is one.
        unanswered: The error where there is no answer: no network, no credentials, a call that cannot be made.

    Raises:
        Exception: what `refused` or `unanswered` makes.
    """
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - slow to load

    try:
        yield
    except ClientError as error:
        raise refused(Refusal.of(error)) from error
    except BotoCoreError as error:
        raise unanswered(str(error)) from error
