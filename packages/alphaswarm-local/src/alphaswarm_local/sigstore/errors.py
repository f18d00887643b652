"""Refusals of the authority and the log."""


class RefusedError(Exception):
    """The request gets `status`, and a document with a sentence.

    Args:
        status: Of HTTP.
        code: What Fulcio and Rekor put into the document: gRPC's number, or HTTP's.
        message: One sentence.
    """

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message
