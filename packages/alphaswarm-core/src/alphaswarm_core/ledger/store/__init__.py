"""The ledger kept in SQLite or PostgreSQL: the only door to its database.

At run time the store speaks plain SQL through the databases' own drivers: a command that asks one question of the
ledger must not wait for an object-relational mapper to load. SQLAlchemy describes the tables and Alembic migrates them;
both are imported only when a schema has to change.
"""

from alphaswarm_core.ledger.store.ledger import Ledger

__all__ = ["Ledger"]
