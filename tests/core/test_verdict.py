"""Trees of reasons: which is foremost, what fits a title, and nothing said twice."""

import pytest

from ghapp.core.verdict import TITLE, Reason, State, foremost, note, title_of, without_echoes


def reason(text: str, *children: Reason, state: State = State.REFUSED) -> Reason:
    return Reason("rule", state, text, text, children=children)


@pytest.mark.parametrize(
    ("states", "worst"),
    [
        ([State.SATISFIED, State.SKIPPED], None),
        ([State.PENDING, State.UNKNOWN, State.REFUSED], State.REFUSED),
        ([State.PENDING, State.UNKNOWN], State.UNKNOWN),
        ([State.SATISFIED, State.PENDING], State.PENDING),
    ],
    ids=["all well", "a refusal", "what could not be told", "what is waited for"],
)
def test_the_worst_is_foremost(states: list[State], worst: State | None) -> None:
    found = foremost([reason("a", state=state) for state in states])
    assert (None if found is None else found.state) == worst


def test_of_equals_the_first_is_foremost() -> None:
    first, second = reason("first"), reason("second")
    assert foremost([first, second]) is first


def test_a_title_is_one_line_of_what_github_shows() -> None:
    assert title_of("two\n lines") == "two lines"
    assert len(title_of("word " * 30)) == TITLE


def test_what_only_repeats_its_parent_is_left_out() -> None:
    deep = reason("deep")
    tree = reason("a", reason("a", deep), reason("b", note("rule", "b"), note("rule", "c")))
    (told,) = without_echoes([tree])
    assert told == reason("a", deep, reason("b", note("rule", "c")))
    assert without_echoes([told]) == (told,)
