from pathlib import Path

import pytest
import sqlalchemy as sa

from ghapp.engine.database import DatabaseUrlError, open_engine, sqlite_module


@pytest.mark.parametrize(
    ("url", "said"),
    [
        pytest.param("sqlite://", "in memory", id="memory"),
        pytest.param("sqlite:///:memory:", "in memory", id="memory by name"),
        pytest.param("mysql://host/db", "mysql is not supported", id="other database"),
        pytest.param("no url", "unreadable", id="not a URL"),
    ],
)
def test_a_database_that_cannot_serve_is_refused_with_what_to_write(url: str, said: str) -> None:
    with pytest.raises(DatabaseUrlError, match=said) as error:
        open_engine(url)
    assert "write sqlite:///path" in str(error.value)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_uses_the_same_driver(scheme: str) -> None:
    assert open_engine(f"{scheme}://u:p@host/db").url.drivername == "postgresql+psycopg"


def test_sqlite_connections_commit_durably(tmp_path: Path) -> None:
    db = open_engine(f"sqlite:///{tmp_path / 'a.sqlite'}")
    with db.connect() as connection:
        said = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    db.dispose()
    assert said == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 30000,
    }


def test_sqlite_is_new_enough_for_the_queue() -> None:
    assert sqlite_module().sqlite_version_info >= (3, 42)


def test_nothing_is_created_before_first_use(tmp_path: Path) -> None:
    open_engine(f"sqlite:///{tmp_path / 'a.sqlite'}")
    assert not list(tmp_path.iterdir())


def test_the_url_keeps_its_query() -> None:
    url = open_engine("postgresql://host/db?sslmode=require").url
    assert sa.make_url(url).query == {"sslmode": "require"}
