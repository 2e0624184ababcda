"""What people read of the routines: short enough, harmless, and valid whatever anybody wrote into a title."""

from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings

from ghapp import plugins
from ghapp.core import agenda, agenda_items, marker
from ghapp.core.agenda import Item, Part, Section
from ghapp.core.agenda_items import OnCall
from ghapp.core.marker import Marker
from ghapp.core.response_times import times
from ghapp.core.triage import Lead, Meeting, current
from ghapp.duties.dated import rewritten
from ghapp.duties.texts import LONGEST_BODY, TemplateTexts
from ghapp.model.names import Login, RotationName
from tests.support.activity import active, headings
from tests.support.builders import HOME, NOW, model, opened
from tests.support.hostile import PAYLOAD, hostile

TEMPLATES = {"triage_title", "triage_issue", "triage_notes", "triage_over"}
"""Those that are proven here."""

MODEL = model()
TEXTS = TemplateTexts(lambda: MODEL, plugins.commands, lambda path: f"https://git.example/{path}")
WEB = "https://github.com"
ALICE = Login("alice")


def meeting() -> Meeting:
    found = current(MODEL.triage, NOW)
    assert found is not None
    return found


def triage(parts: tuple[Part, ...], text: str = "x", **changes: Any) -> str:
    values: dict[str, Any] = {
        "meeting": meeting(),
        "lead": Lead(ALICE, why=text),
        "parts": parts,
        "times": times([opened()]),
        "releases": [{"name": text, "state": text, "day": date(2026, 11, 24), "open": 3}],
        "on_call": [
            OnCall(RotationName("platform"), ALICE, NOW, NOW + timedelta(days=7), text),
            OnCall(RotationName("platform"), None, NOW, NOW, text),
        ],
        "previous": None,
    }
    return TEXTS.plain("triage_issue.md", **{**values, **changes})


def items(count: int, text: str = "Login is slow", note: str = "p1 for 9d") -> list[Item]:
    return [
        Item(
            key=f"{HOME}#{number}",
            text=text,
            ref=f"ops {number}",
            url=agenda.issue_url(WEB, HOME, number),
            note=note,
            weeks=number % 3,
        )
        for number in range(1, count + 1)
    ]


def parts(count: int, text: str = "Login is slow") -> tuple[Part, ...]:
    search = agenda.search_url(WEB, HOME, 'is:open label:"needs-triage"')
    return tuple(
        Part(section, tuple(items(count, text, text)), search=search) for section in Section
    )


class TestTriage:
    def test_t02_its_title(self) -> None:
        title = TEXTS.plain("triage_title.md", meeting=meeting())
        assert title == "Triage 2026-11-16 (2026-W47)"

    def test_how_it_reads(self) -> None:
        text = triage(agenda.shown(parts(1)[:1]), "covers")
        assert text.splitlines()[0].startswith(
            "@alice leads this triage: 2026-11-16 09:30:00 UTC. Why"
        )
        assert "- [ ] [ops 1](https://redirect.github.com/acme/ops/issues/1) Login is slow" in text
        assert "<!-- ghapp:item acme/ops#1 1 --> · Login is slow · open since 1 triage" in text
        assert "**Incidents:** 1 · acknowledged after \N{EN DASH}" in text
        assert "| `platform` | " in text
        assert headings(text) == [
            "Incidents since the last triage",
            "On call until the next triage",
        ]

    def test_t05_nine_hundred_are_twenty_five_and_a_search(self) -> None:
        text = agenda.fitting(parts(900)[4:5], triage, 58_000)
        assert text.count("- [ ] ") == 25
        assert (
            "… 875 more: [see them all](https://github.com/acme/ops/issues"
            "?q=is%3Aopen+label%3A%22needs-triage%22)" in text
        )

    def test_t05_ten_full_sections_of_the_worst_titles_fit(self) -> None:
        text = agenda.fitting(parts(900, "@" * 300), triage, 58_000)
        body = rewritten("", text, Marker("triage", "2026-W47"))
        assert len(body) < LONGEST_BODY
        assert "… 9" not in body
        assert "… 8" in body

    @settings(max_examples=30)
    @given(text=hostile)
    def test_t05_nobody_is_mentioned_but_who_leads_and_nothing_refers_anywhere(
        self, text: str
    ) -> None:
        words = triage(parts(2, text), text, releases=[])
        assert words.count("@alice") == 1
        assert active(words.replace("@alice", "alice")) == []
        assert marker.find(words) is None

    @settings(max_examples=30)
    @given(text=hostile)
    def test_t04_ticks_are_found_again_in_what_is_written(self, text: str) -> None:
        words = triage(agenda.shown(parts(3, text)[:1]), text)
        ticked = words.replace("- [ ] ", "- [x] ", 1)
        found = agenda.items_in(ticked)
        assert [one.key for one in found] == [one.key for one in items(3)]
        assert [one.ticked for one in found] == [True, False, False]
        (part,) = agenda.assemble({Section.INCIDENTS: items(3, text)}, here=ticked)
        assert [one.ticked for one in part.items] == [True, False, False]

    def test_t06_zero_items_says_so(self) -> None:
        text = triage((), "", releases=[], on_call=[], times=times([]), previous=7)
        assert "**Nothing to talk about:**" in text
        assert text.endswith("The triage before: #7")
        assert "Why you" not in text

    def test_t06_the_one_before_links_on(self) -> None:
        assert "goes on in #8" in TEXTS.plain("triage_over.md", new=8)
        assert TEXTS.plain("triage_over.md", new=None) == "This triage is over."

    def test_people_have_a_place_to_write(self) -> None:
        notes = TEXTS.plain("triage_notes.md")
        assert headings(notes) == ["Notes"]
        assert agenda.unfinished(notes) == ()


def test_a_payload_in_every_fact_of_an_incident() -> None:
    (item,) = agenda_items.incidents([opened()], WEB)
    words = triage((Part(Section.INCIDENTS, (item,)),), PAYLOAD)
    assert active(words.replace("@alice", "alice")) == []
