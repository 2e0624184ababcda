"""The list of a postmortem's actions: lines are added and boxes ticked, and nothing else moves."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghapp.core.action_list import line_of, with_line, with_ticks
from ghapp.core.postmortem import Action, actions
from ghapp.model.names import Login
from tests.support.hostile import hostile

BOB = Login("bob")
DUE = date(2026, 12, 1)
SEAL = '<!-- ghapp {"kind":"postmortem","key":"acme/ops#7"} -->'


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        pytest.param("## Actions\n\n- [ ] a\n\nmore", "## Actions\n\n- [ ] a\nNEW\n\nmore", id="last"),
        pytest.param("# Actions\n- [ ] a\n  why\n# B", "# Actions\n- [ ] a\n  why\nNEW\n# B", id="goes on"),
        pytest.param("## Actions\n\n## B", "## Actions\n\nNEW\n\n## B", id="none yet"),
        pytest.param(f"## Actions\n\n{SEAL}", f"## Actions\n\nNEW\n\n{SEAL}", id="before the marker"),
        pytest.param(f"text\n\n{SEAL}", f"text\n\n## Actions\n\nNEW\n\n{SEAL}", id="no section"),
        pytest.param("## Actions\r\n\r\n- [ ] a", "## Actions\n\n- [ ] a\nNEW", id="ends of lines"),
        pytest.param("", "\n## Actions\n\nNEW\n", id="empty"),
    ],
)  # fmt: skip
def test_where_a_line_goes(body: str, wanted: str) -> None:
    assert with_line(body, "NEW") == wanted


@given(
    text=hostile, body=st.sampled_from(["", "## Actions", "## Actions\n- [ ] a\n\nb", "x\n\n# Y"])
)
def test_what_was_added_is_read_again(text: str, body: str) -> None:
    found = actions(with_line(body, line_of(BOB, DUE, 12, text or "x")))
    assert (found[-1].owner, found[-1].due, found[-1].issue, found[-1].done) == (
        BOB,
        DUE,
        12,
        False,
    )
    assert found[:-1] == actions(body)


def test_a_text_that_names_others_mentions_nobody() -> None:
    assert line_of(BOB, DUE, 12, "ask @alice of #5") == (
        "- [ ] @bob 2026-12-01 #12 ask @&#8203;alice of #&#8203;5"
    )


def test_boxes_are_ticked_whose_issue_is_done() -> None:
    body = (
        "- [ ] #1\n## Actions\n- [ ] @bob 2026-12-01 #1 a\n- [ ] #2 b\n- [x] #1\n```\n- [ ] #1\n```"
    )
    after = with_ticks(body, {1, 3})
    assert after == body.replace("- [ ] @bob", "- [x] @bob")
    assert with_ticks(after, {1, 3}) == after
    assert actions(after)[0] == Action("#1 a", BOB, DUE, done=True, issue=1)
