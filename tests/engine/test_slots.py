from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from ghapp.engine.database import open_engine
from ghapp.engine.slots import Claim, claim, release
from ghapp.engine.tables import create_tables

WINDOW = 300.0


def ask(db: sa.Engine, key: str, at: float, threshold: int = 3, source: str = "gcp") -> bool:
    return claim(db, Claim("incident", key, source, at, WINDOW, threshold))


def test_only_so_many_keys_of_a_source_get_their_own(db: sa.Engine) -> None:
    assert [ask(db, f"k{n}", 1000.0 + n) for n in range(5)] == [True, True, True, False, False]
    assert ask(db, "k9", 1005.0, source="stripe")


def test_the_window_moves_on(db: sa.Engine) -> None:
    assert [ask(db, f"k{n}", 1000.0 + n) for n in range(4)] == [True, True, True, False]
    assert not ask(db, "k4", 1000.0 + WINDOW)
    assert ask(db, "k5", 1003.0 + WINDOW)


def test_the_same_question_has_the_same_answer_until_released(db: sa.Engine) -> None:
    first = [ask(db, f"k{n}", 1000.0 + n) for n in range(5)]
    assert [ask(db, f"k{n}", 1000.0 + n) for n in range(5)] == first
    release(db, "k0")
    assert not ask(db, "k4", 1004.0)
    release(db, "k4")
    release(db, "k3")
    assert ask(db, "k4", 1004.0)


def test_a_key_that_opens_again_later_is_asked_anew(db: sa.Engine) -> None:
    assert [ask(db, f"k{n}", 1000.0) for n in range(4)] == [True, True, True, False]
    assert ask(db, "k3", 1000.0 + WINDOW)
    assert [ask(db, f"k{n}", 1000.0 + WINDOW) for n in (0, 1, 2)] == [True, True, False]


def test_instances_that_ask_at_once_do_not_exceed_the_threshold(db: sa.Engine, url: str) -> None:
    engines = [open_engine(url) for _ in range(4)]
    turns = count()

    def one(n: int) -> bool:
        return ask(engines[next(turns) % 4], f"k{n}", 1000.0, threshold=10)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(one, range(40))) == 10
    for engine in engines:
        engine.dispose()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 900)), max_size=25), st.integers(1, 4))
def test_claims_agree_with_a_plain_count(asked: list[tuple[int, int]], threshold: int) -> None:
    with TemporaryDirectory() as folder:
        db = open_engine(f"sqlite:///{Path(folder) / 'a.sqlite'}")
        create_tables(db)
        opened: dict[str, tuple[int, bool]] = {}
        for number, at in asked:
            key = f"k{number}"
            others = [k for k, (t, _) in opened.items() if k != key and abs(at - t) < WINDOW]
            known = opened.get(key)
            expected = known[1] if known and known[0] == at else len(others) < threshold
            assert ask(db, key, at, threshold) == expected
            opened[key] = (at, expected)
        db.dispose()
