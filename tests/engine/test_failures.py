import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghapp.engine.failures import (
    ATTEMPTS,
    REASON_LENGTH,
    Backoff,
    OneByOne,
    Park,
    Postpone,
    Retry,
    describe,
    judge,
)

NOW = 1000.0
BUG = ValueError("no such\n field")


@pytest.mark.parametrize(
    ("error", "rows", "attempts", "verdict"),
    [
        pytest.param(Retry(30, "GitHub 503"), 1, 0, Postpone(1030.0, "GitHub 503"), id="retry"),
        pytest.param(Retry(30, "x"), 7, 4, Postpone(1030.0, "x"), id="retry is never counted"),
        pytest.param(Retry(-5, "x"), 1, 0, Postpone(NOW, "x"), id="retry in the past is now"),
        pytest.param(BUG, 2, 0, OneByOne(), id="several rows: find the guilty one"),
        pytest.param(BUG, 1, 0, Backoff(1001.0, "ValueError: no such field"), id="first"),
        pytest.param(BUG, 1, 1, Backoff(1002.0, "ValueError: no such field"), id="second"),
        pytest.param(BUG, 1, 2, Backoff(1004.0, "ValueError: no such field"), id="third"),
        pytest.param(BUG, 1, 3, Backoff(1008.0, "ValueError: no such field"), id="fourth"),
        pytest.param(BUG, 1, 4, Park("ValueError: no such field"), id="fifth and last"),
        pytest.param(TimeoutError(), 1, 4, Park("TimeoutError"), id="an error that says nothing"),
    ],
)
def test_verdicts(error: Exception, rows: int, attempts: int, verdict: object) -> None:
    assert judge(error, rows=rows, attempts=attempts, now=NOW) == verdict


@given(st.text(), st.integers(0, 20))
def test_a_lone_row_always_waits_or_is_parked(text: str, attempts: int) -> None:
    verdict = judge(RuntimeError(text), rows=1, attempts=attempts, now=NOW)
    assert isinstance(verdict, Park) == (attempts + 1 >= ATTEMPTS)
    assert isinstance(verdict, Park | Backoff)
    assert "\n" not in verdict.reason
    assert len(describe(RuntimeError(text))) <= REASON_LENGTH
