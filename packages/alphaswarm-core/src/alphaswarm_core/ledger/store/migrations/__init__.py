"""The ledger's migrations, run by Alembic. A migration that was released is never edited."""
