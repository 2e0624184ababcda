"""What an issue's text names as its blockers, and circles of them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghapp.core.blocking import MOST_CYCLES, Ref, blockers, cycles
from ghapp.core.facts import RepoName

REPO = RepoName("Acme/ops")


def names(body: str) -> list[str]:
    return [f"{one.repo}#{one.number}" for one in blockers(REPO, body)]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Blocked by #12", ["acme/ops#12"]),
        ("It is blocked by: #12.", ["acme/ops#12"]),
        ("Depends on Other/Repo#3", ["other/repo#3"]),
        ("blocked by https://github.com/Other/repo/issues/4", ["other/repo#4"]),
        ("blocked by https://github.example/o/r/pull/4#issue", ["o/r#4"]),
        ("blocked by #1, #2 and other/x#3 & #4", ["acme/ops#1", "acme/ops#2", "other/x#3", "acme/ops#4"]),
        ("Blocked by #1.\nBlocked by #1", ["acme/ops#1"]),
        ("- [ ] #5 the first step\n- [x] #6\n- [ ] write it down", ["acme/ops#5"]),
        ("1. [ ] other/x#5", ["other/x#5"]),
        ("`blocked by #9`", []),
        ("```\nblocked by #9\n```", []),
        ("> blocked by #9", []),
        ("<!-- blocked by #9 -->", []),
        ("blocked by <b>#9</b>", ["acme/ops#9"]),
        ("**Blocked by:** #9", ["acme/ops#9"]),
        ("unblocked by #9", []),
        ("blocked by the release", []),
        ("see #9", []),
        ("", []),
    ],
)  # fmt: skip
def test_blockers(body: str, expected: list[str]) -> None:
    assert names(body) == expected


def test_a_text_may_name_a_hundred() -> None:
    assert len(names("\n".join(f"blocked by #{number}" for number in range(1, 300)))) == 100


@given(
    body=st.text()
    | st.lists(st.sampled_from(["blocked by ", "#1", "a/b#2", "- [ ] ", "\n", "`", ","])).map(
        "".join
    )
)
def test_any_text_will_do(body: str) -> None:
    assert all(re.fullmatch(r"[^/]+/[^/]+", one.repo) for one in blockers(REPO, body))
    assert len(set(blockers(REPO, body))) == len(blockers(REPO, body))


@pytest.mark.parametrize(
    ("edges", "found"),
    [
        pytest.param({1: [2], 2: [1]}, ((1, 2),), id="H10 two"),
        pytest.param({3: [1], 1: [2], 2: [3]}, ((1, 2, 3),), id="H10 three, from the smallest on"),
        pytest.param({1: [1]}, ((1,),), id="H10 itself"),
        pytest.param({1: [2], 2: [1], 3: [4], 4: [3]}, ((1, 2), (3, 4)), id="H10 two circles"),
        pytest.param({1: [2], 2: [3]}, (), id="a row is none"),
        pytest.param({1: [2], 3: [2]}, (), id="nor is a fork"),
        pytest.param({}, (), id="nothing"),
    ],
)  # fmt: skip
def test_circles(edges: dict[int, list[int]], found: tuple[tuple[int, ...], ...]) -> None:
    assert cycles(edges) == found


def test_of_very_many_circles_some_are_told() -> None:
    assert len(cycles({number: [number] for number in range(100)})) == MOST_CYCLES


@given(
    edges=st.dictionaries(st.integers(1, 12), st.lists(st.integers(1, 12), max_size=4), max_size=12)
)
def test_h10_circles_are_told_once_and_are_true(edges: dict[int, list[int]]) -> None:
    found = cycles(edges)
    assert found == cycles(dict(reversed(edges.items())))
    for circle in found:
        assert circle[0] == min(circle)
        for one, following in zip(circle, (*circle[1:], circle[0]), strict=True):
            assert following in edges[one]
    numbers = [number for circle in found for number in circle]
    assert len(numbers) == len(set(numbers))
    gone = set(numbers)
    assert (
        cycles({k: [w for w in v if w not in gone] for k, v in edges.items() if k not in gone})
        == ()
    )


def test_references_are_values() -> None:
    assert Ref("a/b", 1) == Ref("a/b", 1)
