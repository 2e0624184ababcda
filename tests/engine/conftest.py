"""A fresh database for each test, of both kinds, and an engine over it."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from ghapp.engine.database import open_engine
from ghapp.engine.inbox import Inbox
from ghapp.engine.queue import Engine
from ghapp.engine.store import Store
from ghapp.engine.tables import create_tables
from tests.engine.rig import Recorder, Rig
from tests.support.postgres import NoPostgresError, cluster

BOTH = [
    "sqlite",
    pytest.param("postgresql", marks=[pytest.mark.postgres, pytest.mark.enable_socket]),
]

FILLED_TABLES = """
SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
WHERE schemaname IN ('public', 'dbos') AND tablename <> 'dbos_migrations'
"""


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    # Not below pytest's own folder, which the cluster's user may not enter.
    folder = Path("/tmp") / tmp_path_factory.getbasetemp().name / f"postgres-{id(object())}"
    folder.parent.mkdir(exist_ok=True)
    try:
        with cluster(folder) as url:
            yield url
    except NoPostgresError as error:
        pytest.skip(str(error))


@pytest.fixture(params=BOTH)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ghapp.sqlite'}"
    server: str = request.getfixturevalue("postgres_server")
    with psycopg.connect(server, autocommit=True) as connection:
        names = connection.execute(FILLED_TABLES).fetchall()
        if names:
            connection.execute(
                f"TRUNCATE {', '.join(name for (name,) in names)} RESTART IDENTITY".encode()
            )
    return server


@pytest.fixture
def empty_db(url: str) -> Iterator[sa.Engine]:
    engine = open_engine(url)
    yield engine
    engine.dispose()


@pytest.fixture
def db(empty_db: sa.Engine) -> sa.Engine:
    create_tables(empty_db)
    return empty_db


@pytest.fixture
async def inbox(db: sa.Engine) -> AsyncIterator[Inbox]:
    inbox = Inbox(db)
    await inbox.start()
    yield inbox
    await inbox.stop()


@pytest.fixture
def store(db: sa.Engine) -> Iterator[Store]:
    store = Store(db)
    yield store
    store.close()


@pytest.fixture
def running(db: sa.Engine, inbox: Inbox, store: Store) -> Callable[..., object]:
    @asynccontextmanager
    async def run(recorder: Recorder | None = None, **options: float) -> AsyncIterator[Rig]:
        rig = Rig(db, inbox, store, Engine(db, inbox, store, **options), recorder or Recorder())
        await rig.engine.start(rig.recorder)
        try:
            yield rig
        finally:
            await rig.engine.stop()

    return run
