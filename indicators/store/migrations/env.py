"""How Alembic reaches the database: on the connection and in the transaction it is given."""

from alembic import context

from indicators.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
)
context.run_migrations()
