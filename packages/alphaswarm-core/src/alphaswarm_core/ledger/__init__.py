"""The ledger: runs, approvals and the hash-chained entries that prove them."""
