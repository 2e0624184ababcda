"""What people read: calm, complete, and harmless whatever a sender or a stranger wrote into it."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from ghapp import plugins
from ghapp.core import marker
from ghapp.core.decide import on_first_signals
from ghapp.core.effects import Open, Say
from ghapp.core.facts import Alert, Link, Paged, Signal
from ghapp.core.incident import Ack, Incident, Phase, from_state
from ghapp.core.marker import Marker
from ghapp.core.routing import storm_fingerprint
from ghapp.duties.templates import templates_folder
from ghapp.duties.texts import BEGIN, END, LONGEST_BODY, TemplateTexts
from ghapp.model.names import AreaName, Login, Severity
from ghapp.model.problem import Problem
from tests.duties.test_texts_releases import TEMPLATES as RELEASES
from tests.duties.test_texts_routines import TEMPLATES as ROUTINES
from tests.support.activity import active, headings
from tests.support.builders import HOME, KEY, NOW, OWNERS, firing, model, opened
from tests.support.hostile import PAYLOAD, hostile

OURS = Login("alice")
"""A login that the model names: the app mentions it on purpose."""


def texts(text: str = OWNERS) -> TemplateTexts:
    found = model(text)
    return TemplateTexts(
        lambda: found, plugins.commands, lambda path: f"https://git.example/{path}"
    )


TEXTS = texts()


def alert(text: str = PAYLOAD, **changes: Any) -> Signal:
    """A signal in which everything that a sender may write is this text."""
    values: dict[str, Any] = {
        "summary": text,
        "documentation": text,
        "links": (Link(text, "https://github.com/acme/ops/issues/1"), Link("x", "javascript:x")),
        "where": {text: text, "resource": text},
        "alerts": (
            Alert(text, Severity.SEV1, NOW, "javascript:x"),
            Alert(text, url=f"https://x.example/{text}"),
        ),
        "fields": {text: [text, {"policy_name": text}]},
        "started_at": NOW,
    }
    return firing(**{**values, **changes})


def raised(*signals: Signal, storm: bool = False) -> tuple[Incident, Open]:
    key = storm_fingerprint("gcp") if storm else KEY
    decision = on_first_signals(key, HOME, signals, model(), NOW)
    assert decision is not None
    (effect,) = decision.effects
    assert isinstance(effect, Open)
    return decision.incident, effect


def sealed(body: str, incident: Incident) -> bool:
    """Whether the one marker is the last line, and the state is the incident's."""
    lines = body.splitlines()
    ours = [line for line in lines if line.startswith("<!-- ghapp {")]
    state = marker.find_state(body)
    return (
        ours == lines[-1:]
        and marker.find(body) == Marker("incident", incident.key)
        and sum(line.startswith("<!-- ghapp-state") for line in lines) == 1
        and state is not None
        and from_state(state) is not None
    )


def says(text: str) -> Mapping[str, Mapping[str, Any]]:
    """The facts of every comment, with a stranger's text wherever one may come in."""
    tried = (
        Paged(OURS, NOW, "pager", (text,)),
        Paged(OURS, NOW, "", (text, text)),
        Paged(OURS, NOW),
    )
    before = replace(opened(alert(text)), ack=Ack(OURS, NOW), pages=tried)
    return {
        "ack_expired": {"by": OURS, "notified": (OURS,), "before": before},
        "again": {"notified": (OURS,), "before": before, "signal": alert(text)},
        "escalated": {"notified": (OURS,), "before": before, "by": OURS, "reason": text},
        "exhausted": {"before": before},
        "handoff": {"to": OURS, "by": OURS, "note": text, "before": before},
        "freeze_begun": {"until": NOW, "yours": "Fri 2026-11-27 18:00 Europe/Berlin"},
        "gate_refused": {"name": "go", "by": OURS, "why": "This release is signed off by `bob`."},
        "help": {},
        "hygiene_done": {"asks": []},
        "hygiene_guide": {"asks": [(text, text), (text, text)]},
        "hygiene_reminder": {
            "notified": (OURS,),
            "text": text,
            "then": text,
            "others": (),
            "rule": "idle_pull",
        },
        "maintenance": {"by": OURS, "until": NOW, "reason": text},
        "maintenance_begun": {"place": AreaName("billing"), "until": NOW},
        "maintenance_over": {"notified": (OURS,)},
        "misused": {"name": "sev", "usage": "/sev 1-4 [reason]"},
        "oncall": {"rows": [(AreaName("billing"), (OURS,))]},
        "override": {
            "rotation": "platform",
            "rows": [[OURS, "UTC", "Fri 2026-11-27 18:00", "Sat 2026-11-28 18:00"]],
            "commit": "",
            "pull": 0,
        },
        "paged": {"results": tried},
        "recovered": {"ended": NOW, "waits": True},
        "refused": {"name": "ack", "why": "It is closed. `/reopen` it."},
        "review_due": {"to": OURS, "since": NOW},
        "runbook": {"runbook": "docs/runbooks/deployment.md"},
        "severity": {"before": before},
        "snooze_over": {"before": before},
        "stale_closed": {"to": OURS, "since": NOW, "is_pull": False},
        "stale_warning": {
            "to": OURS,
            "since": NOW,
            "is_pull": True,
            "draft": False,
            "close_after": timedelta(days=14),
        },
        "unfreeze_begun": {},
        "update_due": {"to": (OURS,), "since": NOW, "taken": True},
    }


EVERY_COMMENT = sorted(says(""))


def test_every_template_is_proven_here() -> None:
    others = {
        "incident",
        "incident_title",
        "status",
        "converted",
        "model_problem",
        "handoff_title",
        "handoff_issue",
        "handoff_over",
        "handoff_state",
        "handoff_next",
        "edit_pull",
        "check",
        "freeze_title",
        "freeze_issue",
    }
    found = {path.stem for path in templates_folder().glob("*.md")}
    assert found - ROUTINES - RELEASES == {*EVERY_COMMENT, *others}


class TestHostileText:
    @settings(max_examples=30)
    @given(text=hostile)
    def test_in_a_new_incident(self, text: str) -> None:
        incident, effect = raised(alert(text))
        body = TEXTS.body(effect)
        assert active(body) == []
        assert headings(body) == ["What", "What to do"]
        assert sealed(body, incident)

    @settings(max_examples=30)
    @given(text=hostile)
    def test_in_a_title(self, text: str) -> None:
        title = TEXTS.title(opened(alert(text)))
        assert title.startswith("[sev3]")
        assert len(title) <= 256
        assert title.isprintable()
        assert not re.search(r"(?<!\w)@\w|#\d|\bgh-\d", title, re.ASCII | re.IGNORECASE)

    @settings(max_examples=30)
    @given(text=hostile)
    def test_in_a_storm(self, text: str) -> None:
        signals = [alert(text, key=f"gcp:{number}") for number in range(3)]
        incident, effect = raised(*signals, storm=True)
        body = TEXTS.body(effect)
        assert active(body) == []
        assert sealed(body, incident)

    @settings(max_examples=30)
    @given(text=hostile)
    def test_in_an_updated_body(self, text: str) -> None:
        incident, effect = raised(alert(text))
        noted = replace(incident, note=text, reason=text, severity=Severity.SEV1)
        body = TEXTS.updated(TEXTS.body(effect), noted)
        assert active(body) == []
        assert body.count(BEGIN) == body.count(END) == 1
        assert sealed(body, noted)

    @settings(max_examples=30)
    @given(text=hostile)
    def test_in_a_carrier(self, text: str) -> None:
        incident = replace(opened(alert(text)), opened_by=OURS, reason=text, note=text)
        carrier = TEXTS.carrier(incident)
        assert [what for what in active(carrier) if what != "a mention"] == []
        assert "@bob" in carrier
        assert active(carrier.replace("@bob", "bob")) == []
        assert sealed(carrier, incident)

    @pytest.mark.parametrize("template", EVERY_COMMENT)
    @settings(max_examples=30)
    @given(text=hostile)
    def test_in_a_comment(self, template: str, text: str) -> None:
        incident = replace(opened(alert(text)), note=text, reason=text)
        words = TEXTS.comment(Say("key", template, says(text)[template]), incident)
        quiet = words.replace("@alice", "alice").replace("@bob", "bob")
        assert active(quiet) == []
        assert marker.find(words) is None

    @settings(max_examples=30)
    @given(text=hostile)
    def test_in_a_complaint_about_the_file(self, text: str) -> None:
        problem = Problem("OWNERS.yaml", 3, 1, text, text, text)
        words = TEXTS.plain(
            "model_problem.md",
            problems=[problem],
            templates=[replace(problem, file=text)],
            file="OWNERS.yaml",
            folder=".github/ghapp",
            in_force=True,
            more=0,
        )
        assert active(words) == []

    def test_templates_are_no_place_to_run_code_in(self) -> None:
        _, effect = raised(alert("{{ 7*7 }}{% raw %}"))
        assert "49" not in TEXTS.body(effect)


class TestLength:
    """GitHub refuses what is longer; then nobody would be told at all."""

    LONG = pytest.mark.parametrize(
        "text",
        [
            pytest.param("x" * 300_000, id="letters"),
            pytest.param("@" * 100_000, id="what is longer when escaped"),
            pytest.param("\N{FIRE}" * 50_000, id="what is longer as JSON"),
            pytest.param("```\n" * 30_000, id="fences"),
        ],
    )

    @LONG
    @pytest.mark.parametrize("place", ["summary", "documentation", "fields", "where", "links"])
    def test_of_any_field(self, text: str, place: str) -> None:
        value = {
            "fields": {"f": text},
            "where": {f"{number} {text[:90]}": text for number in range(300)},
            "links": tuple(Link(text, f"https://x.example/{n}") for n in range(300)),
        }.get(place, text)
        incident, effect = raised(firing(**{place: value}))
        body = TEXTS.body(effect)
        assert len(body) <= LONGEST_BODY
        assert sealed(body, incident)
        assert "| Acknowledge by |" in body
        later = TEXTS.updated(body, replace(incident, count=2_000_000, ack=Ack(OURS, NOW)))
        assert len(later) <= LONGEST_BODY
        assert sealed(later, incident)

    @LONG
    def test_of_a_group(self, text: str) -> None:
        alerts = tuple(Alert(text, url=f"https://x.example/{'y' * 2000}") for _ in range(300))
        incident, effect = raised(firing(alerts=alerts))
        for body in (TEXTS.body(effect), TEXTS.updated(TEXTS.body(effect), incident)):
            assert len(body) <= LONGEST_BODY
            assert sealed(body, incident)
            assert "Firing now:" in body
            assert "more." in body

    @LONG
    def test_of_a_storm(self, text: str) -> None:
        signals = [firing(key=f"gcp:{number}", summary=text[:2_000]) for number in range(1_000)]
        incident, effect = raised(*signals, storm=True)
        for body in (TEXTS.body(effect), TEXTS.updated(TEXTS.body(effect), incident)):
            assert len(body) <= LONGEST_BODY
            assert sealed(body, incident)
            assert "1000 different alerts" in body
            assert body.count(BEGIN) == body.count(END) == 1

    @LONG
    def test_of_what_people_write(self, text: str) -> None:
        incident = replace(opened(), note=text[:60_000], reason=text[:60_000], opened_by=OURS)
        assert len(TEXTS.carrier(incident)) <= LONGEST_BODY
        body = TEXTS.updated(f"{text[:60_000]}\n\n{BEGIN}\n{END}", incident)
        assert len(body) <= LONGEST_BODY
        assert sealed(body, incident)
        for template, facts in says(text[:60_000]).items():
            assert len(TEXTS.comment(Say("key", template, facts), incident)) <= LONGEST_BODY

    def test_of_many_episodes(self) -> None:
        episodes = [firing(occurrence=f"{number}{'x' * 250}") for number in range(1_000)]
        incident, effect = raised(*episodes)
        assert len(TEXTS.body(effect)) <= LONGEST_BODY
        assert sealed(TEXTS.body(effect), incident)

    def test_an_ordinary_alert_is_shown_whole(self) -> None:
        fields = {"policy_name": "Latency", "nested": {"n": list(range(1_000))}}
        _, effect = raised(firing(fields=fields, documentation="Look here.\n" * 300))
        body = TEXTS.body(effect)
        assert "… cut" not in body
        assert "999" in body


class TestUpdates:
    def body(self, incident: Incident) -> str:
        return TEXTS.body(Open(incident, firing(), ()))

    def test_what_people_wrote_around_it_stays(self) -> None:
        before = self.body(opened())
        edited = f"Above, by Carol.\n\n{before}\n\nBelow, by Bob."
        after = TEXTS.updated(edited, replace(opened(), count=5))
        assert after.startswith("Above, by Carol.\n\n<!-- ghapp:status -->")
        assert "Below, by Bob." in after
        assert "Seen | 5 times" in after
        assert after.count("Seen |") == 1
        assert sealed(after, opened())

    def test_again_it_changes_nothing(self) -> None:
        incident = replace(opened(), count=5)
        once = TEXTS.updated(self.body(opened()), incident)
        assert TEXTS.updated(once, incident) == once

    @pytest.mark.parametrize("line_end", ["\n", "\r\n"])
    def test_line_ends_of_a_browser_are_fine(self, line_end: str) -> None:
        edited = self.body(opened()).replace("\n", line_end)
        after = TEXTS.updated(edited, opened())
        assert after.count(BEGIN) == 1
        assert sealed(after, opened())

    @pytest.mark.parametrize("gone", [BEGIN, END, f"{BEGIN}\n", "<!-- ghapp"])
    def test_a_person_who_deleted_our_marks_gets_them_back_at_the_top(self, gone: str) -> None:
        after = TEXTS.updated(self.body(opened()).replace(gone, ""), replace(opened(), count=5))
        assert after.startswith(BEGIN)
        assert "Seen | 5 times" in after
        assert sealed(after, opened())

    def test_an_emptied_body_is_filled_again(self) -> None:
        assert sealed(TEXTS.updated("", opened()), opened())


class TestWords:
    @pytest.mark.parametrize(
        ("changes", "line"),
        [
            pytest.param(
                {},
                "| Acknowledge by | 2026-11-22 12:15:00 UTC, then level 2 is called |",
                id="open",
            ),
            pytest.param(
                {"ack": Ack(OURS, NOW)},
                "| Acknowledged | by `alice`, 2026-11-22 12:00:00 UTC |",
                id="ack",
            ),
            pytest.param(
                {"snoozed_until": NOW + timedelta(hours=1)},
                "| State | snoozed until 2026-11-22 13:00:00 UTC |",
                id="snoozed",
            ),
            pytest.param(
                {"phase": Phase.RECOVERED},
                "| State | the alert is over; `/resolve` when you have seen why |",
                id="recovered",
            ),
            pytest.param(
                {"phase": Phase.CLOSED, "closed_at": NOW},
                "| State | closed 2026-11-22 12:00:00 UTC |",
                id="closed",
            ),
            pytest.param(
                {"pinned": True}, "| Severity | sev2 (set by a person)", id="set by a person"
            ),
            pytest.param({"previous": 3}, "| Happened before | #3 |", id="linked"),
            pytest.param({"note": "a | b"}, "| Latest update | a &#124; b |", id="a note"),
        ],
    )
    def test_the_state_in_a_line(self, changes: dict[str, Any], line: str) -> None:
        incident = replace(opened(), **changes)
        assert line in TEXTS.body(Open(incident, firing(), ()))

    def test_without_a_runbook_it_says_how_to_add_one(self) -> None:
        billing = replace(opened(), area=AreaName("billing"))
        assert "none yet: add `runbook:` to the area `billing`" in TEXTS.body(
            Open(billing, firing(), ())
        )

    def test_times_are_the_teams_too(self) -> None:
        berlin = texts(OWNERS.replace("version: 1", "version: 1\ntimezone: Europe/Berlin"))
        recovered = Say("key", "recovered", {"ended": NOW, "waits": False})
        words = berlin.comment(recovered, opened())
        assert words.startswith("The alert is over since 2026-11-22 12:00:00 UTC (13:00 CET).")

    def test_everybody_who_was_tried_is_named_without_being_called(self) -> None:
        escalated = says("")["escalated"]
        words = TEXTS.comment(Say("key", "escalated", escalated), opened())
        assert words.startswith("@alice this sev2 needs you: `alice` asks for help.")
        assert "- `bob`, since 2026-11-22 12:00:00 UTC" in words

    def test_an_area_that_has_left_the_file(self) -> None:
        gone = replace(opened(), area=AreaName("gone"))
        assert "| Area | gone, owned by `carol` |" in TEXTS.body(Open(gone, firing(), ()))

    def test_a_repository_may_bring_its_own_words(self, tmp_path: Path) -> None:
        for path in templates_folder().glob("*.md"):
            (tmp_path / path.name).write_text(path.read_text())
        (tmp_path / "refused.md").write_text("Nope. {{ why }}")
        own = TemplateTexts(model, plugins.commands, str, folder=tmp_path)
        assert own.comment(Say("key", "refused", {"why": "Closed."}), None) == "Nope. Closed."
