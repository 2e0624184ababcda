"""What people read of the routines: short enough, harmless, and valid whatever anybody wrote into a title."""

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings

from ghapp import plugins
from ghapp.core import agenda, agenda_items, docs_review, marker
from ghapp.core.agenda import Item, Part, Section
from ghapp.core.agenda_items import OnCall
from ghapp.core.docs_review import Reviewed, State
from ghapp.core.marker import Marker
from ghapp.core.postmortem import Action, actions
from ghapp.core.report_lines import charts, lines
from ghapp.core.response_times import times
from ghapp.core.statistics import NOTHING
from ghapp.core.timeline import Moment, What, timeline
from ghapp.core.triage import Meeting, current
from ghapp.duties.dated import rewritten
from ghapp.duties.texts import LONGEST_BODY, Markdown, TemplateTexts
from ghapp.model.names import Login, RotationName
from tests.core.test_report_lines import EMPTY, FULL
from tests.support.activity import active, headings
from tests.support.builders import HOME, NOW, model, opened
from tests.support.hostile import PAYLOAD, hostile

TEMPLATES = {
    *("triage_title", "triage_issue", "triage_item", "triage_notes", "triage_over"),
    *("docs_review_title", "docs_review", "docs_review_over", "docs_review_pull"),
    *("docs_review_pull_title", "docs_review_made"),
    *("postmortem_title", "postmortem", "postmortem_sections", "postmortem_due"),
    *("report_title", "report"),
    *("postmortem_open_again", "action_title", "action_issue", "action_made"),
}
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
        "to": ALICE,
        "why": text,
        "parts": parts,
        "times": times([opened()]),
        "releases": [{"name": text, "state": text, "day": date(2026, 11, 24), "open": 3}],
        "rota": [
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
        text = triage((), "", releases=[], rota=[], times=times([]), previous=7)
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


def reviews(count: int, path: str = "docs/runbooks/a.md", why: str = "") -> list[Reviewed]:
    due = date(2026, 11, 22)
    values = {"owner": ALICE, "last": due - timedelta(days=90), "why": why}
    return [
        *(
            Reviewed(path=f"{path}{number}", state=State.OVERDUE, due=due, **values)
            for number in range(count)
        ),
        Reviewed(path=path, owner=ALICE, state=State.PROBLEM, why=why),
    ]


def roll_up(found: list[Reviewed], shown: int = 100) -> str:
    (made,) = docs_review.roll_ups(found)
    return TEXTS.plain(
        "docs_review.md",
        to=made.owner,
        rows=docs_review.rows(made),
        today=date(2026, 11, 22),
        shown=shown,
    )


class TestDocs:
    def test_how_it_reads(self) -> None:
        text = roll_up(reviews(3, why="an incident on 2026-11-08 called for it"), 3)
        assert text.startswith("@alice 4 of your documents are due for review, on 2026-11-22.")
        assert text.count("- [ ] ") == 3
        assert (
            "overdue: 2026-11-22, last 2026-08-24 (an incident on 2026-11-08 called for it)" in text
        )
        assert "… 1 more" in text
        assert "1 of your documents is due" in roll_up(reviews(0))

    @settings(max_examples=30)
    @given(text=hostile)
    def test_paths_and_dates_are_anybodys(self, text: str) -> None:
        words = roll_up(reviews(2, text, text))
        assert active(words.replace("@alice", "alice")) == []

    def test_the_others(self) -> None:
        assert TEXTS.plain("docs_review_title.md", owner=ALICE) == "Documents to review: alice"
        assert "`alice`" in TEXTS.plain("docs_review_over.md", owner=ALICE)
        facts = {"to": ALICE, "path": "docs/a.md"}
        asked = TEXTS.plain("docs_review_pull.md", by=Login("bob"), **facts)
        assert "@alice approves it, as the document's owner. Then" in asked
        own = TEXTS.plain("docs_review_pull.md", by=ALICE, **facts)
        assert "the approval is yours" in own
        title = TEXTS.plain("docs_review_pull_title.md", path="docs/a.md", day=date(2026, 11, 22))
        assert title == "docs: docs/a.md was reviewed on 2026-11-22"
        made = TEXTS.plain("docs_review_made.md", pull=9, to=ALICE)
        assert made == "#9 sets the date; `alice` approves it, as the document's owner."


def postmortem(text: str, shown: int = 100, **changes: Any) -> str:
    incident = replace(opened(), summary=text)
    moments = (*timeline(incident), Moment(NOW, What.UPDATE, ALICE, text))
    values: dict[str, Any] = {
        "notified": (ALICE,),
        "due": date(2026, 11, 25),
        "incident": incident,
        "place": Markdown("#7"),
        "began": NOW,
        "acknowledged": "3m",
        "ended": "",
        "moments": moments,
        "shown": shown,
    }
    return TEXTS.plain("postmortem.md", **{**values, **changes})


class TestPostmortem:
    def test_how_it_reads(self) -> None:
        text = postmortem("Latency is high")
        assert text.startswith(
            "@alice this postmortem is due on **2026-11-25**. It is about #7, sev2"
        )
        assert "| Acknowledged | after 3m |" in text
        assert "| Over | not yet |" in text
        assert "| 2026-11-22 12:00:00 UTC | update | `alice` | Latency is high |" in text
        assert "more, on the incident's issue" in postmortem("x", 1)
        assert "| never |" in postmortem("x", acknowledged="", ended="2h").replace(
            "Acknowledged", ""
        )

    @settings(max_examples=30)
    @given(text=hostile)
    def test_summaries_and_updates_are_anybodys(self, text: str) -> None:
        words = postmortem(text)
        assert [
            what for what in active(words.replace("@alice", "alice")) if what != "a reference"
        ] == []
        assert active(words.replace("@alice", "alice").replace("#7", "7")) == []
        title = TEXTS.plain("postmortem_title.md", title=text)
        assert title.isprintable()

    def test_its_sections_have_no_action_yet(self) -> None:
        text = TEXTS.plain("postmortem_sections.md")
        assert headings(text)[0] == "Impact"
        assert headings(text)[-1] == "Actions"
        assert actions(text) == ()
        assert len(actions(f"{text}\n- [ ] @alice 2026-12-01 add an alert")) == 1

    @settings(max_examples=30)
    @given(text=hostile)
    def test_actions_are_anybodys(self, text: str) -> None:
        again = TEXTS.plain(
            "postmortem_open_again.md", incomplete=[Action(text)], example=date(2026, 12, 1)
        )
        assert "needs an owner and a date" in again
        assert active(again) == []
        made = TEXTS.plain(
            "action_issue.md",
            to=ALICE,
            due=date(2026, 12, 1),
            by=ALICE,
            place=Markdown("#7"),
            text=text,
        )
        assert active(made.replace("@alice", "alice").replace("#7", "7")) == []
        assert TEXTS.plain("action_title.md", text=text).isprintable()

    @pytest.mark.parametrize(
        ("number", "incomplete", "said"),
        [
            (0, 0, "is due today. If"),
            (2, 1, "was due on 2026-11-25. 1 of its actions still needs an"),
            (2, 2, "2 of its actions still need an"),
        ],
    )
    def test_reminders(self, number: int, incomplete: int, said: str) -> None:
        facts = {"notified": (ALICE,), "due": date(2026, 11, 25)}
        text = TEXTS.plain("postmortem_due.md", number=number, incomplete=incomplete, **facts)
        assert text.startswith("@alice this postmortem ")
        assert said in text

    def test_an_action_that_was_made(self) -> None:
        text = TEXTS.plain("action_made.md", issue=9, owner=ALICE, due=date(2026, 12, 1))
        assert text == "#9 is with `alice`, due on 2026-12-01."


def report(text: str, before: bool = True, **changes: Any) -> str:
    late = replace(FULL.releases[1], name=text, rolled_back=True)
    hotfix = replace(FULL.releases[2], name=text, hotfix=True)
    whole = replace(FULL, releases=(FULL.releases[0], late, hotfix))
    values: dict[str, Any] = {
        "cycle": whole.cycle,
        "figures": whole,
        "lines": lines(whole, EMPTY if before else None),
        "charts": charts(whole, EMPTY),
        "has_before": before,
        "shown": 50,
    }
    return TEXTS.plain("report.md", **{**values, **changes})


class TestReport:
    def test_how_it_reads(self) -> None:
        text = report("2026-11-26")
        assert text.startswith(
            "From 2026-11-01 to 2026-11-30, both included, in `Europe/Berlin`.\n\n| | n |"
        )
        assert "| Incidents | 4 | 4 | 0 | \\+4 |" in text
        assert "| sev1 | 2 | 2m, 4m | 1h 30m | 2/2 (100 %) | 1/2 (50 %) |" in text
        assert "| `bob` | 3 | 1/3 (33 %) |" in text
        assert "| rolled back |" in text
        assert "| hotfix |" in text
        assert text.count("```mermaid\n") == 4
        assert headings(text) == ["Incidents", "Calls", "Releases", "Charts", "How it is counted"]
        assert text.index("```mermaid") > text.index("## Releases")

    def test_r02_an_empty_cycle(self) -> None:
        text = report("x", figures=EMPTY, lines=lines(EMPTY, None), charts=(), has_before=False)
        assert "There is no cycle before" in text
        assert f"| First review | 0 | {NOTHING} | {NOTHING} | {NOTHING} |" in text
        assert "None opened." in text
        assert "Nobody was called." in text
        assert "mermaid" not in text

    def test_many_releases(self) -> None:
        assert "… 2 more" in report("x", shown=1)

    @settings(max_examples=30)
    @given(text=hostile)
    def test_r09_names_of_releases_are_anybodys(self, text: str) -> None:
        words = report(text)
        assert active(words) == []
        rows = [line for line in words.splitlines() if line.startswith("|")]
        assert all(len(re.findall(r"(?<!\\)\|", row)) in {4, 5, 6, 7} for row in rows)

    def test_its_title(self) -> None:
        title = TEXTS.plain("report_title.md", cycle=FULL.cycle)
        assert title == "Report 2026-11-01 to 2026-11-30"
