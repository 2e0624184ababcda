"""How measurements are summed up."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghapp.core.statistics import NOTHING, Share, Spread, length, share, spread, trend

minutes = st.integers(0, 100_000).map(lambda count: timedelta(minutes=count))


def of(*values: int) -> Spread:
    return spread(timedelta(minutes=value) for value in values)


class TestSpread:
    @pytest.mark.parametrize(
        ("values", "said"),
        [
            pytest.param((), NOTHING, id="R02 nothing"),
            pytest.param((90,), "1h 30m", id="R02 one"),
            pytest.param((4, 1, 3, 2), "1m, 2m, 3m, 4m", id="R02 four are listed"),
            pytest.param((5, 4, 3, 2, 1), "p50 3m, p90 5m", id="R02 five have percentiles"),
            pytest.param(range(1, 11), "p50 5m, p90 9m", id="ten: the fifth and the ninth"),
            pytest.param(range(1, 101), "p50 50m, p90 1h 30m", id="a hundred"),
        ],
    )
    def test_said(self, values: tuple[int, ...], said: str) -> None:
        assert of(*values).said == said
        assert of(*values).n == len(values)

    def test_the_mean(self) -> None:
        assert of(1, 2, 6).mean == timedelta(minutes=3)
        assert of().mean is None

    @given(st.lists(minutes, min_size=5), st.integers(1, 100))
    def test_a_percentile_is_the_least_value_that_so_many_do_not_exceed(
        self, values: list[timedelta], percent: int
    ) -> None:
        found = spread(values).percentile(percent)
        assert found is not None
        assert found in values
        assert 100 * sum(value <= found for value in values) >= percent * len(values)
        assert 100 * sum(value < found for value in values) < percent * len(values)

    @given(st.lists(minutes), st.randoms(use_true_random=False))
    def test_the_order_does_not_matter(self, values: list[timedelta], random: object) -> None:
        shuffled = list(values)
        random.shuffle(shuffled)  # type: ignore[attr-defined]
        assert spread(shuffled) == spread(values)


class TestShare:
    @pytest.mark.parametrize(
        ("part", "whole", "said"),
        [(0, 0, NOTHING), (8, 10, "8/10 (80 %)"), (1, 3, "1/3 (33 %)"), (1, 8, "1/8 (13 %)"), (0, 4, "0/4 (0 %)")],
    )  # fmt: skip
    def test_said(self, part: int, whole: int, said: str) -> None:
        assert Share(part, whole).said == said

    def test_counted(self) -> None:
        assert share([True, False, True]) == Share(2, 3)


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(0), "0s"),
        (timedelta(seconds=59.9), "59s"),
        (timedelta(minutes=5), "5m"),
        (timedelta(hours=2, minutes=5, seconds=9), "2h 5m"),
        (timedelta(days=3, hours=4, minutes=59), "3d 4h"),
        (timedelta(days=3, minutes=59), "3d"),
        (timedelta(minutes=-90), "-1h 30m"),
        (timedelta(microseconds=5), "0s"),
    ],
    ids=str,
)
def test_a_length(span: timedelta, said: str) -> None:
    assert length(span) == said


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        (5, 2, "+3"),
        (2, 5, "-3"),
        (2, 2, "="),
        (None, 2, NOTHING),
        (2, None, NOTHING),
        (0.5, 0.25, "+0.25"),
    ],
)
def test_trend(now: float | None, before: float | None, said: str) -> None:
    assert trend(now, before) == said
