from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from ghapp.engine.database import DatabaseUnavailableError, open_engine
from ghapp.engine.tables import SchemaTooNewError, create_tables, metadata, version


def test_several_processes_may_create_the_tables_at_once(url: str) -> None:
    engines = [open_engine(url) for _ in range(6)]
    metadata.drop_all(engines[0])
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(create_tables, engines))
    with engines[0].connect() as connection:
        assert connection.execute(sa.select(version.c.version)).scalars().all() == [1]
        assert set(sa.inspect(connection).get_table_names()) >= set(metadata.tables)
    for engine in engines:
        engine.dispose()


def test_a_database_of_a_newer_version_is_left_alone(db: sa.Engine) -> None:
    with db.begin() as connection:
        connection.execute(version.update().values(version=99))
    with pytest.raises(SchemaTooNewError, match="99"):
        create_tables(db)


def test_a_database_that_does_not_answer_is_named_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnavailableError, match=r"nowhere/a.sqlite .* unable to open"):
        create_tables(open_engine(f"sqlite:///{tmp_path}/nowhere/a.sqlite"))
    missing = open_engine(f"postgresql://u:hidden@/db?host={tmp_path}")
    with pytest.raises(DatabaseUnavailableError, match="does not answer") as error:
        create_tables(missing)
    assert "hidden" not in str(error.value)
