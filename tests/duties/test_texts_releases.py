"""What people read of a release: harmless whatever anybody wrote into a title, a reason or a name."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings

from ghapp import plugins
from ghapp.core import marker
from ghapp.core.facts import Sha
from ghapp.core.marker import Marker
from ghapp.core.milestone import AsSet, Milestone, described
from ghapp.core.release import Phase
from ghapp.core.release_notes import safe
from ghapp.core.release_state import Carried, GateSaid, ReleaseState, RolledBack
from ghapp.core.routing import BACKLOG
from ghapp.duties.dated import rewritten
from ghapp.duties.release_texts import (
    PULL_KIND,
    ReleaseTexts,
    Trouble,
    is_kept,
    notes_in,
    resolved_since,
    shown,
)
from ghapp.duties.release_view import GivenUp, Seen
from ghapp.duties.texts import TemplateTexts
from ghapp.model.names import Login
from tests.support.activity import active
from tests.support.builders import model, opened
from tests.support.hostile import hostile

TEMPLATES = {
    *("release_title", "release_issue", "release_checklist", "release_cancelled", "release_told"),
    *("release_pull_title", "release_pull", "release_notes", "release_rolled_back"),
    *("carried", "handed_over"),
}
"""Those that are proven here."""

MODEL = model()
TEXTS = ReleaseTexts(
    TemplateTexts(lambda: MODEL, plugins.commands, lambda path: f"https://git.example/{path}"),
    "https://git.example/acme/ops",
)
AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
HEAD = Sha("a" * 40)
CAROL = Login("carol")


def seen(text: str = "v1.4.0", **state: object) -> Seen:
    """A release with everything that people can write in it."""
    made = Seen(
        key="2026-11-24",
        planned=date(2026, 11, 24),
        at=AT,
        opens_at=AT,
        captain=CAROL,
        state=ReleaseState(
            name=text,
            title=text,
            since=text,
            pull=42,
            gate=GateSaid(passed=False, title=text, head=HEAD),
            left_out=(text,),
            orphans=(48, 49),
            rolled_back=RolledBack(reason=text, by=CAROL, at=AT),
        ),
        milestone=Milestone(
            number=3, title=text, description=described("2026-11-24", AsSet(text, None))
        ),
        duplicates=(44,),
        surplus=True,
    )
    made.state = replace(made.state, **state)  # type: ignore[arg-type]
    made.facts = replace(made.stands(), published=True)
    return made


def trouble(text: str) -> Trouble:
    incident = replace(opened(), summary=text, number=47)
    return Trouble(resolved=(incident,), open=(incident,), blockers=(45,))


@settings(max_examples=30, deadline=None)
@given(text=hostile)
def test_what_anybody_wrote_does_nothing(text: str) -> None:
    release = seen(text)
    release.cancelled = GivenUp(by=Login(text))
    phases = [phase.value for phase in Phase]
    words = [
        TEXTS.issue(release),
        TEXTS.boxes(release),
        TEXTS.pull(release, "", safe(f"* {text}"), trouble(text), HEAD),
        TEXTS.taken_back(release, ""),
        *(
            TEXTS.plain("release_told.md", seen=release, phase=phase, to="", hotfix=text)
            for phase in phases
        ),
        TEXTS.plain(
            "carried.md",
            moves=[Carried(number=44, times=2, blocks=True)],
            target=release.milestone,
            stranded=(45,),
        ),
        TEXTS.plain("handed_over.md", seen=release, next=release, to=""),
    ]
    for one in words:
        assert active(re.sub(r"#4[0-9]\b", "ours", one)) == []
        assert [line for line in one.splitlines() if line.startswith("<!-- ghapp {")] in (
            [],
            [marker.render(Marker(PULL_KIND, release.key))],
        )
    assert "\n" not in TEXTS.title(replace_key(release)) + TEXTS.pull_title(release)


def replace_key(release: Seen) -> Seen:
    """The same as a hotfix."""
    release.key = "hotfix:12"
    return release


@pytest.mark.parametrize(
    ("given_up", "said"),
    [
        (GivenUp(), "cancelled: somebody closed its milestone."),
        (GivenUp(by=CAROL), "cancelled: `carol` closed its milestone."),
        (GivenUp(by=CAROL, deleted=True), "cancelled: `carol` deleted its milestone."),
        (GivenUp(off_cadence=True), "cancelled: its date is none of the cadence any more."),
        (GivenUp(pull=12), "cancelled: #12 was closed without being merged."),
        (GivenUp(pull=12, unlabeled=True), "cancelled: #12 is no hotfix any more."),
    ],
)
def test_why_it_is_cancelled_and_whether_that_can_be_taken_back(
    given_up: GivenUp, said: str
) -> None:
    release = seen()
    release.cancelled = given_up
    words = TEXTS.plain(
        "release_told.md", seen=release, phase="cancelled", to=CAROL, hotfix="hotfix"
    )
    assert said in words
    assert ("open it again" in words) is not given_up.final
    release.state = replace(release.state, rolled_back=None)
    assert f"**Cancelled**: {said.removeprefix('cancelled: ')}" in TEXTS.issue(release)


def test_the_captain_is_called_when_something_is_to_do() -> None:
    words = TEXTS.plain("release_told.md", seen=seen(), phase="missed", to=CAROL, hotfix="hotfix")
    assert words.startswith("@carol this release was missed")


class TestThePullRequest:
    def test_its_notes_are_found_again_with_the_head_that_they_are_of(self) -> None:
        body = TEXTS.pull(seen(), "Ours.", "### More\n\n- a", trouble("x"), HEAD)
        assert notes_in(body) == ("### More\n\n- a", HEAD)
        assert is_kept(body)
        assert body.endswith(marker.render(Marker(PULL_KIND, "2026-11-24")))
        assert "Ours." in body

    @pytest.mark.parametrize("body", ["", "By hand.", "<!-- ghapp:notes -->x"])
    def test_what_people_wrote_has_none(self, body: str) -> None:
        assert notes_in(body) == ("", None)
        assert not is_kept(body)

    def test_without_notes_it_says_since_when(self) -> None:
        body = TEXTS.pull(seen(), "", "", Trouble(), HEAD)
        assert "Whatever was merged since `v1.4.0`." in body
        assert notes_in(body) == ("", HEAD)

    def test_state_that_is_too_long_to_be_cut_stands_first(self) -> None:
        body = TEXTS.pull(seen(), "", "- long\n" * 20_000, trouble("x"), HEAD)
        assert notes_in(body)[1] == HEAD
        assert len(body) <= 65_536


def test_a_release_that_is_taken_back_says_so_once_above_its_notes() -> None:
    release = seen("it broke")
    once = TEXTS.taken_back(release, "- a")
    assert TEXTS.taken_back(release, once) == once
    assert once.index("Rolled back") < once.index("- a")
    assert rewritten(once, "", Marker(PULL_KIND, release.key)).count("- a") == 1


def test_incidents_that_only_list_others_are_not_shown() -> None:
    one = replace(opened(), number=2, closed_at=AT)
    other = replace(one, number=1)
    assert shown([one, replace(one, key=BACKLOG), other]) == [other, one]
    assert resolved_since([one, replace(one, closed_at=None)], AT) == [one]
    assert resolved_since([one], None) == []
