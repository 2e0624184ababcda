"""Checklists: what is seen to be done, and which boxes hold a release back."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghapp.core.checklist import (
    Box,
    Boxes,
    Line,
    after_release,
    before_release,
    box,
    boxes,
    heading,
)
from ghapp.core.facts import Sha
from ghapp.core.gate import Gate
from ghapp.core.release import ReleaseFacts
from ghapp.core.verdict import Reason, State, note
from ghapp.model.names import Login

BODY = """
Release of Tuesday.

- [ ] nobody's

## Before release

- [x] Notes are written
* [ ] Support knows of it
### Of the database
  1. [ ] The index is built
- no box
- [] none either
```
- [ ] code
~~~
````

## After release

- [ ] Dashboards are quiet
- [X] Customers are told

## Notes

- [ ] again nobody's
"""


def test_g09_only_what_is_before_the_release_is_open() -> None:
    found = boxes(BODY)
    assert found.open == ("Support knows of it", "The index is built")
    assert found == Boxes(
        (Box("Notes are written", True), Box("Support knows of it", False), Box("The index is built", False)),
        (Box("Dashboards are quiet", False), Box("Customers are told", True)),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("body", "before", "after"),
    [
        pytest.param("", 0, 0, id="nothing"),
        pytest.param("- [ ] a", 0, 0, id="without a heading"),
        pytest.param(
            "# before\r\n- [ ] a\r\n# AFTER\r\n- [ ] b", 1, 1, id="any case, any line end"
        ),
        pytest.param("## Before release ##\n- [ ] a", 1, 0, id="a closed heading"),
        pytest.param("# After\n## Before lunch\n- [ ] a", 0, 1, id="a heading below another"),
        pytest.param("## After\n# Before\n- [ ] a", 1, 0, id="a heading above another"),
        pytest.param("# Beforehand\n- [ ] a", 0, 0, id="another word"),
        pytest.param("# Before\n~~~\n- [ ] a\n~~~ x\n- [ ] b", 0, 0, id="code without an end"),
        pytest.param("# Before\n- [ ] ", 0, 0, id="an empty box"),
    ],
)
def test_sections(body: str, before: int, after: int) -> None:
    found = boxes(body)
    assert (len(found.before), len(found.after)) == (before, after)


@given(st.text(alphabet="# \n-[]xbefore`~after1.", max_size=200))
def test_any_text_is_read(body: str) -> None:
    found = boxes(body)
    assert len(found.open) <= len(found.before)


def test_g09_what_the_gate_sees_comes_before_the_release() -> None:
    gate = Gate(
        (
            Reason("milestone", State.REFUSED, "Blocked by #12", "Open blockers: #12."),
            Reason("checks", State.SATISFIED, "", "All checks succeeded."),
            Reason("incidents", State.UNKNOWN, "", "Could not evaluate open incidents: 502"),
            Reason("checklist", State.PENDING, "", "Open before the release: 2."),
            note("soak", "OWNERS.yaml asks for no soak."),
        )
    )
    assert before_release(gate) == (
        Line("Open blockers: #12.", False),
        Line("All checks succeeded.", True),
        Line("Could not evaluate open incidents: 502", None),
    )


def test_g09_what_follows_it_comes_after() -> None:
    at = datetime(2026, 11, 24, tzinfo=UTC)
    planned = ReleaseFacts(
        key="2026-11-24",
        name="v1.3.0",
        tag_name="v1.3.0",
        at=at,
        opens_at=at,
        captain=Login("alice"),
        next_captain=Login("bob"),
        milestone=3,
        milestone_open=True,
    )
    assert after_release(planned) == (
        Line("Tag v1.3.0", False),
        Line("GitHub Release", False),
        Line("Unfinished issues moved on", False),
        Line("Milestone closed", False),
        Line("bob leads the next release", False),
    )
    done = replace(
        planned, tag=Sha("a" * 40), published=True, milestone_open=False, handed_over=True
    )
    assert all(line.done for line in after_release(done))
    hotfix = replace(planned, milestone=None, hotfix=True)
    assert len(after_release(hotfix)) == 2
    assert len(after_release(replace(planned, carries_over=False, next_captain=None))) == 3


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("# Before", (1, "Before")),
        ("   ###\tAfter the release ##  ", (3, "After the release")),
        ("## #1", (2, "#1")),
        ("# ", (1, "")),
        ("#Before", None),
        ("    # code", None),
        ("####### seven", None),
    ],
)
def test_headings(line: str, found: tuple[int, str] | None) -> None:
    assert heading(line) == found


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("- [ ] a", Box("a", ticked=False)),
        ("  12) [X]   b \t", Box("b", ticked=True)),
        ("- [ ]", None),
        ("- [ ]   ", None),
        ("- [y] a", None),
    ],
)
def test_lines_with_a_box(line: str, found: Box | None) -> None:
    assert box(line) == found


@pytest.mark.parametrize(
    "line", ["# " + "#" * 60_000 + "x", "- [ ]" + " " * 60_000, "# " + " " * 60_000 + "\x00"]
)
def test_a_hostile_line_is_read_in_a_moment(line: str) -> None:
    """Each of them takes minutes when it is read in quadratic time."""
    assert boxes(line) == Boxes()
