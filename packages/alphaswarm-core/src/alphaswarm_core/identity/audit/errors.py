"""Errors of the audit. What is wrong in an audited file is a finding; an error is a call that cannot be carried out."""

from alphaswarm_core.errors import AlphaSwarmError, ExitCode


class UnreadableSourceError(AlphaSwarmError):
    """A document that the audit cannot take in. `audit_paths` turns it into a finding on the file.

    Args:
        what: The rule of the format, or the bound, that the document breaks.
        line: Where, counted from 1.
    """

    code = "AS-AUD-001"
    exit_code = ExitCode.REFUSED
    summary = "A document is malformed, or larger than the audit reads, so nothing is known of it"

    def __init__(self, what: str, *, line: int = 1) -> None:
        super().__init__(what, fix="Correct the document; the audit judges only what it can read whole")
        self.line = line


class AuditPathError(AlphaSwarmError):
    """A path given to the audit does not exist or is neither a file nor a directory."""

    code = "AS-AUD-002"
    exit_code = ExitCode.USAGE
    summary = "A path to audit does not exist"
