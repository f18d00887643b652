"""Alembic's entry: migrates over the connection, and in the transaction, that `store.schema` hands in."""

from alembic import context

from alphaswarm_core.ledger.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
