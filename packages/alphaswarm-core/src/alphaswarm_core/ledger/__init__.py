"""The ledger: runs, approvals and the hash-chained entries that prove them.

Records, the transition table, the chain and its verification are pure. `alphaswarm_core.ledger.store` keeps them in
SQLite or PostgreSQL.
"""
