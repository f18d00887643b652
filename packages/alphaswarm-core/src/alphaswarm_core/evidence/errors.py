"""What can be wrong with a request for evidence."""

from alphaswarm_core.errors import RefusedError, UsageError


class EvidenceRequestError(UsageError):
    """Dates, controls, key or output are not what an export can be made of."""

    code = "AS-EVD-001"
    summary = "The evidence that is asked for cannot be exported so"


class UnprovedLedgerError(RefusedError):
    """The ledger does not verify, so nothing is signed as evidence."""

    code = "AS-EVD-002"
    summary = "The ledger does not verify: no evidence is made of it"
