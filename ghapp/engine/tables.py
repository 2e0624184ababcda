"""The app's own tables; every time in them is in seconds since 1970, UTC."""

from typing import Any

import sqlalchemy as sa

from ghapp.engine.database import DatabaseError, DatabaseUnavailableError, is_sqlite

SCHEMA_VERSION = 1
CREATE_LOCK = 0x6768_6170_7001
"""PostgreSQL advisory lock under which one instance at a time creates the tables."""

metadata = sa.MetaData()

_Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _time(name: str, **options: Any) -> sa.Column[float]:
    return sa.Column(name, sa.Double(), **options)


def _text(name: str, **options: Any) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, **options)


version = sa.Table("ghapp_schema", metadata, sa.Column("version", sa.Integer, primary_key=True))

inbox = sa.Table(
    "inbox",
    metadata,
    sa.Column("id", _Id, primary_key=True),
    _text("source"),
    _text("delivery_id"),
    _text("conversation"),
    _text("kind"),
    sa.Column("payload", sa.LargeBinary),
    _text("request_id"),
    _time("received_at", nullable=False),
    _text("state", server_default="waiting"),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    _time("not_before", nullable=False, server_default="0"),
    _text("reason", server_default=""),
    sa.UniqueConstraint("source", "delivery_id"),
)

sa.Index(
    "inbox_waiting",
    inbox.c.conversation,
    inbox.c.id,
    sqlite_where=inbox.c.state == "waiting",
    postgresql_where=inbox.c.state == "waiting",
)
sa.Index(
    "inbox_parked",
    inbox.c.id,
    sqlite_where=inbox.c.state == "parked",
    postgresql_where=inbox.c.state == "parked",
)

memory = sa.Table(
    "memory",
    metadata,
    _text("kind", primary_key=True),
    _text("key", primary_key=True),
    _text("value"),
    _time("updated_at", nullable=False),
)

ledger = sa.Table(
    "ledger",
    metadata,
    _text("key", primary_key=True),
    _text("state"),
    _text("result", server_default=""),
    _time("at", nullable=False, index=True),
)

spend = sa.Table(
    "spend",
    metadata,
    sa.Column("id", _Id, primary_key=True),
    _time("at", nullable=False, index=True),
)

slots = sa.Table(
    "slots",
    metadata,
    _text("kind", primary_key=True),
    _text("key", primary_key=True),
    _text("source"),
    _time("at", nullable=False),
    sa.Column("own", sa.Boolean, nullable=False),
    sa.Index("slots_recent", "kind", "source", "at"),
)


class SchemaTooNewError(DatabaseError):
    """The database was written by a newer version of the app."""


def create_tables(db: sa.Engine) -> None:
    """Create what is missing; safe when several processes start at once, and when repeated.

    Raises:
        SchemaTooNewError: a newer version of the app has changed the tables.
        DatabaseUnavailableError: the database can't be reached, or the file not be opened.
    """
    try:
        _create(db)
    except sa.exc.OperationalError as error:
        said = str(error.orig).strip().splitlines()[0]
        where = db.url.render_as_string(hide_password=True)
        raise DatabaseUnavailableError(f"the database {where} does not answer: {said}") from error


def _create(db: sa.Engine) -> None:
    with db.begin() as connection:
        if is_sqlite(db):
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(CREATE_LOCK)))
        metadata.create_all(connection)
        found = connection.execute(sa.select(version.c.version)).scalar()
        if found is None:
            connection.execute(version.insert().values(version=SCHEMA_VERSION))
        elif found > SCHEMA_VERSION:
            raise SchemaTooNewError(
                f"the database has schema version {found}, this ghapp knows {SCHEMA_VERSION}"
            )
