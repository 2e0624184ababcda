"""Whether a process serves from a database now."""

from pathlib import Path

import sqlalchemy as sa

from ghapp.engine.database import open_engine
from ghapp.engine.lease import open_lease
from ghapp.engine.serving import is_served


async def test_a_sqlite_database_is_served_while_its_lease_is_held(tmp_path: Path) -> None:
    db = open_engine(f"sqlite:///{tmp_path / 'x.sqlite'}")
    lease = open_lease(db, lambda: None)
    assert not await is_served(db)
    await lease.take()
    assert await is_served(db)
    await lease.give_back()
    assert not await is_served(db)
    db.dispose()


async def test_several_may_serve_from_postgresql() -> None:
    db = sa.create_engine("postgresql+psycopg://nobody@127.0.0.1:9/none")
    assert not await is_served(db)
