"""OWNERS.yaml with one more override: nothing else of the text changes."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghapp.model.edit import NewOverrides, NotEditableError, by_hand, with_overrides
from ghapp.model.load import load
from ghapp.model.names import Login, RotationName
from ghapp.model.people import Override

PLATFORM = RotationName("platform")
FROM, TO = datetime(2026, 11, 24, 10), datetime(2026, 11, 27, 18)
HEAD = "version: 1\nareas: {api: {owner: alice}}\nfallback_area: api\n"


def override(person: str = "bob", start: datetime = FROM, end: datetime = TO) -> Override:
    return Override(person=Login(person), from_=start, to=end)


def new(*overrides: Override) -> NewOverrides:
    return NewOverrides(PLATFORM, overrides or (override(),))


@dataclass(frozen=True)
class Case:
    """The lines of a file's rotations, and what they are afterwards."""

    before: str
    after: str


CASES = {
    "a list of one-liners": Case(
        """\
rotations:
  platform:   # the first
    people: [alice, bob]
    start: 2026-01-05T10:00   # first handoff
    overrides:
      # holidays
      - {person: alice, from: 2026-12-24, to: 2026-12-27}   # thanks!
      # nobody else

  # the second
  other: {people: [alice], start: 2026-01-05}
""",
        """\
rotations:
  platform:   # the first
    people: [alice, bob]
    start: 2026-01-05T10:00   # first handoff
    overrides:
      # holidays
      - {person: alice, from: 2026-12-24, to: 2026-12-27}   # thanks!
      - {person: bob, from: 2026-11-24T10:00, to: 2026-11-27T18:00}
      # nobody else

  # the second
  other: {people: [alice], start: 2026-01-05}
""",
    ),
    "a list of blocks, its dashes not indented, in quotes": Case(
        """\
rotations:
  platform:
    overrides:
    -   person: 'alice'
        from: "2026-12-24"
        to: "2026-12-27"
    people: ['alice', 'bob']
    start: 2026-01-05
""",
        """\
rotations:
  platform:
    overrides:
    -   person: 'alice'
        from: "2026-12-24"
        to: "2026-12-27"
    -   person: 'bob'
        from: "2026-11-24T10:00"
        to: "2026-11-27T18:00"
    people: ['alice', 'bob']
    start: 2026-01-05
""",
    ),
    "a dash on a line of its own": Case(
        """\
rotations:
  platform:
    people: [alice, bob]
    start: 2026-01-05
    overrides:
      -
        person: alice
        from: 2026-12-24
        to: 2026-12-27
""",
        """\
rotations:
  platform:
    people: [alice, bob]
    start: 2026-01-05
    overrides:
      -
        person: alice
        from: 2026-12-24
        to: 2026-12-27
      - person: bob
        from: 2026-11-24T10:00
        to: 2026-11-27T18:00
""",
    ),
    "none yet, behind a comment, before the next": Case(
        """\
rotations:
  platform:
    people: [alice, bob]
    start: 2026-01-05   # a Monday

# What we own
""",
        """\
rotations:
  platform:
    people: [alice, bob]
    start: 2026-01-05   # a Monday
    overrides:
      - {person: bob, from: 2026-11-24T10:00, to: 2026-11-27T18:00}

# What we own
""",
    ),
    "none yet, in a file whose dashes are not indented": Case(
        """\
rotations:
    platform:
        people:
        - alice
        - bob  # new
        start: 2026-01-05
""",
        """\
rotations:
    platform:
        people:
        - alice
        - bob  # new
        start: 2026-01-05
        overrides:
        - {person: bob, from: 2026-11-24T10:00, to: 2026-11-27T18:00}
""",
    ),
    "none yet, behind a list": Case(
        """\
rotations:
  platform:
    start: 2026-01-05
    people:
      - alice
      - bob  # new
      # carol, soon
""",
        """\
rotations:
  platform:
    start: 2026-01-05
    people:
      - alice
      - bob  # new
    overrides:
      - {person: bob, from: 2026-11-24T10:00, to: 2026-11-27T18:00}
      # carol, soon
""",
    ),
    "none yet, behind a text of several lines": Case(
        """\
rotations:
  platform:
    people: [alice, bob]
    start: 2026-01-05
    description: |
      Who is called
        first

  other: {people: [alice], start: 2026-01-05}
""",
        """\
rotations:
  platform:
    people: [alice, bob]
    start: 2026-01-05
    description: |
      Who is called
        first
    overrides:
      - {person: bob, from: 2026-11-24T10:00, to: 2026-11-27T18:00}

  other: {people: [alice], start: 2026-01-05}
""",
    ),
    "none yet, behind an alias": Case(
        """\
teams: {all: &all [alice, bob]}
rotations:
  platform:
    start: 2026-01-05
    people: *all   # all of them
""",
        """\
teams: {all: &all [alice, bob]}
rotations:
  platform:
    start: 2026-01-05
    people: *all   # all of them
    overrides:
      - {person: bob, from: 2026-11-24T10:00, to: 2026-11-27T18:00}
""",
    ),
    "a rotation in one line": Case(
        "rotations:\n  platform: {people: [alice, bob], start: 2026-01-05 } # x\n",
        "rotations:\n  platform: {people: [alice, bob], start: 2026-01-05, overrides: "
        "[{person: bob, from: 2026-11-24T10:00, to: 2026-11-27T18:00}] } # x\n",
    ),
    "a rotation in one line with overrides": Case(
        "rotations: {platform: {overrides: [{person: alice, from: 2026-01-05, to: 2026-01-06}, ], "
        "people: [alice], start: 2026-01-05}}\n",
        "rotations: {platform: {overrides: [{person: alice, from: 2026-01-05, to: 2026-01-06}, "
        "{person: bob, from: 2026-11-24T10:00, to: 2026-11-27T18:00}, ], "
        "people: [alice], start: 2026-01-05}}\n",
    ),
    "an empty list": Case(
        """\
rotations:
  platform:
    people: [alice, bob]
    overrides: []   # none yet
    start: 2026-01-05
""",
        """\
rotations:
  platform:
    people: [alice, bob]
    overrides: [{person: bob, from: 2026-11-24T10:00, to: 2026-11-27T18:00}]   # none yet
    start: 2026-01-05
""",
    ),
    "brackets over several lines": Case(
        """\
rotations:
  platform:
    people: [alice, bob]
    overrides: [
      {person: alice, from: 2026-12-24, to: 2026-12-27}   # thanks!
    ]
    start: 2026-01-05
""",
        """\
rotations:
  platform:
    people: [alice, bob]
    overrides: [
      {person: alice, from: 2026-12-24, to: 2026-12-27},   # thanks!
      {person: bob, from: 2026-11-24T10:00, to: 2026-11-27T18:00}
    ]
    start: 2026-01-05
""",
    ),
    "brackets over several lines, a comma behind each": Case(
        """\
rotations:
  platform:
    people: [alice, bob]
    overrides: [
      {person: alice, from: 2026-12-24, to: 2026-12-27},   # thanks!
    ]
    start: 2026-01-05
""",
        """\
rotations:
  platform:
    people: [alice, bob]
    overrides: [
      {person: alice, from: 2026-12-24, to: 2026-12-27},   # thanks!
      {person: bob, from: 2026-11-24T10:00, to: 2026-11-27T18:00},
    ]
    start: 2026-01-05
""",
    ),
    "as JSON": Case(
        '{"rotations": {"platform": {"people": ["alice", "bob"], "start": "2026-01-05"}}, '
        '"version": 1, "areas": {"api": {"owner": "alice"}}, "fallback_area": "api"}',
        '{"rotations": {"platform": {"people": ["alice", "bob"], "start": "2026-01-05", '
        '"overrides": [{"person": "bob", "from": "2026-11-24T10:00", "to": "2026-11-27T18:00"}]}}, '
        '"version": 1, "areas": {"api": {"owner": "alice"}}, "fallback_area": "api"}',
    ),
    "document markers": Case(
        "%YAML 1.2\n---\n" + HEAD + "rotations:\n  platform:\n    people: [alice, bob]\n"
        "    start: 2026-01-05\n...\n",
        "%YAML 1.2\n---\n" + HEAD + "rotations:\n  platform:\n    people: [alice, bob]\n"
        "    start: 2026-01-05\n    overrides:\n"
        "      - {person: bob, from: 2026-11-24T10:00, to: 2026-11-27T18:00}\n...\n",
    ),
}


def whole(text: str) -> str:
    return text if "version" in text else HEAD + text


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("final", [True, False], ids=["ended", "unended"])
def test_only_the_new_lines_are_new(case: Case, newline: str, final: bool) -> None:
    before, after = (whole(text).replace("\n", newline) for text in (case.before, case.after))
    if not final:
        before, after = before.rstrip("\r\n"), after.rstrip("\r\n")
    assert with_overrides(before, new()) == after


def test_several_go_behind_each_other() -> None:
    text = f"{HEAD}rotations:\n  platform:\n    people: [alice, bob]\n    start: 2026-01-05\n"
    swap = new(override("bob"), override("alice", TO, TO + timedelta(days=1)))
    lines = with_overrides(text, swap).splitlines()
    assert lines[-3:] == [
        "    overrides:",
        "      - {person: bob, from: 2026-11-24T10:00, to: 2026-11-27T18:00}",
        "      - {person: alice, from: 2026-11-27T18:00, to: 2026-11-28T18:00}",
    ]
    three = new(*(override(end=TO + timedelta(seconds=n)) for n in (1, 2)))
    assert with_overrides("\n".join(lines), three).splitlines()[-2:] == [
        "      - {person: bob, from: 2026-11-24T10:00, to: 2026-11-27T18:00:01}",
        "      - {person: bob, from: 2026-11-24T10:00, to: 2026-11-27T18:00:02}",
    ]


@pytest.mark.parametrize("name", ["null", "1", "true", "0x1f"])
def test_names_that_are_something_else_in_yaml_are_quoted(name: str) -> None:
    text = f'{HEAD}rotations: {{"{name}": {{people: ["{name}"], start: 2026-01-05}}}}\n'
    edited = with_overrides(text, NewOverrides(RotationName(name), (override(name),)))
    assert f'person: "{name}"' in edited
    plain = text.replace("people: [", "people: [alice, ")
    assert f'person: "{name}"' in with_overrides(
        plain, NewOverrides(RotationName(name), (override(name),))
    )


PLAIN = CASES["a list of one-liners"]


class TestWhatIsThere:
    def test_is_not_added_again(self) -> None:
        once = with_overrides(whole(PLAIN.before), new())
        assert with_overrides(once, new()) == once

    def test_only_what_is_missing_is_added(self) -> None:
        once = with_overrides(whole(PLAIN.before), new())
        later = override("alice", TO, TO + timedelta(hours=1))
        twice = with_overrides(once, new(override(), later))
        assert twice == with_overrides(once, new(later))

    def test_counts_no_longer_when_a_later_one_hides_it(self) -> None:
        once = with_overrides(whole(PLAIN.before), new())
        hidden = with_overrides(once, new(override("alice", TO - timedelta(hours=1), TO)))
        again = with_overrides(hidden, new())
        assert again.count("person: bob") == 2

    def test_still_counts_beside_a_later_one(self) -> None:
        once = with_overrides(whole(PLAIN.before), new())
        beside = with_overrides(once, new(override("alice", TO, TO + timedelta(hours=1))))
        assert with_overrides(beside, new()) == beside


REFUSED = {
    "broken": (HEAD.replace("fallback_area", "fallbackarea") + PLAIN.before, "has problems"),
    "no YAML": ("{", "has problems"),
    "empty": ("", "has problems"),
    "the rotation is gone": (HEAD, "no such rotation"),
    "two rotations share their text": (
        HEAD
        + "rotations:\n  other: &o\n    people: [alice]\n    start: 2026-01-05\n  platform: *o\n",
        "can't be added to",
    ),
    "a rotation in one line ends with an alias": (
        HEAD + "teams: {all: &a [alice]}\nrotations: {platform: {start: 2026-01-05, people: *a}}\n",
        "can't be added to",
    ),
    "the overrides come from another rotation": (
        HEAD + "rotations:\n  other: &o\n    people: [alice]\n    start: 2026-01-05\n"
        "    overrides: [{person: alice, from: 2026-12-24, to: 2026-12-25}]\n"
        "  platform:\n    <<: *o\n",
        "can't be added to",
    ),
    "the rotation itself is merged in": (
        HEAD + "rotations:\n  <<: {platform: {people: [alice], start: 2026-01-05}}\n",
        "can't be added to",
    ),
    "blank lines at the end are part of a text": (
        HEAD + "rotations:\n  platform:\n    people: [alice]\n    start: 2026-01-05\n"
        "    description: |+\n      Kept\n\n\n",
        "can't be added to",
    ),
}


@pytest.mark.parametrize(("text", "why"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_edited_safely_is_left_alone(text: str, why: str) -> None:
    with pytest.raises(NotEditableError, match=why):
        with_overrides(text, new())


def test_the_lines_for_doing_it_by_hand_say_the_same() -> None:
    text = f"{HEAD}{by_hand(new())}\n    people: [alice, bob]\n    start: 2026-01-05\n"
    model = load(text).model
    assert model is not None
    assert model.rotations[PLATFORM].overrides == (override(),)


comments = st.sampled_from(["", "  # why", "\t# tab", "  #", "  # 'quoted\" {not: this}"])
blanks = st.sampled_from(["", "\n", "    # a line\n", "# left\n\n"])
quoted = st.sampled_from(["bob", "'bob'", '"bob"'])
values = st.sampled_from(
    [
        "description: plain text # not a comment",
        "description: 'it''s'",
        'description: "a\\tb: {c}"',
        "description: >-\n      folded\n\n      text",
        "description: |\n      # kept\n      text",
        "description: several\n      lines of\n      text",
        "days: [mon, tue]",
        "days:\n    - mon\n    - tue",
        "days:\n      - mon # x\n      # y\n      - tue",
        "overrides:\n      - {person: bob, from: 2026-01-05, to: 2026-01-06}",
        "overrides:\n    - person: bob\n      from: 2026-01-05\n      to: 2026-01-06",
        "overrides: [{person: bob, from: 2026-01-05, to: 2026-01-06}]",
        "overrides: [\n      {person: bob,\n       from: 2026-01-05, to: 2026-01-06} ,\n    ]",
        "overrides: []",
    ]
)


@given(st.data())
def test_whatever_the_style_only_insertions_and_exactly_one_more_override(
    data: st.DataObject,
) -> None:
    extra = data.draw(st.lists(values, max_size=2, unique_by=lambda one: one.partition(":")[0]))
    people = f"people: [alice, {data.draw(quoted)}]"
    fields = data.draw(st.permutations([people, "start: 2026-01-05T10:00", *extra]))
    lines = "".join(f"    {field}{data.draw(comments)}\n{data.draw(blanks)}" for field in fields)
    after = data.draw(st.sampled_from(["", "  other: {people: [alice], start: 2026-01-05}\n"]))
    text = f"{HEAD}rotations:\n  platform:{data.draw(comments)}\n{lines}{after}"
    newline = data.draw(st.sampled_from(["\n", "\r\n"]))
    text = text.replace("\n", newline)
    model = load(text).model
    if model is None:
        return
    edited = with_overrides(text, new())
    after_edit = load(edited).model
    assert after_edit is not None
    assert after_edit.rotations[PLATFORM].overrides == (
        *model.rotations[PLATFORM].overrides,
        override(),
    )
    rest = iter(edited)
    assert all(char in rest for char in text)
    assert edited.count("\n") == edited.count(newline)
    unchanged = [line for line in edited.splitlines() if line in text.splitlines()]
    assert len(text.splitlines()) - len(unchanged) <= 1
