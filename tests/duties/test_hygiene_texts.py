"""What people read of the backlog's upkeep, word for word."""

from datetime import timedelta
from typing import Any

import pytest

from ghapp import plugins
from ghapp.core.backlog import Backlog
from ghapp.core.effects import Say, Stick
from ghapp.core.history import What
from ghapp.core.hygiene import Act, check, decide
from ghapp.core.item import Item
from ghapp.duties.texts import TemplateTexts
from tests.support.activity import active
from tests.support.builders import model
from tests.support.items import ALICE, DAVE, ago, backlog, happening, item

RULES = plugins.hygiene_rules()
TEXTS = TemplateTexts(model, plugins.commands, str)
TIDY = frozenset({"area/billing", "priority/p3"})


def words(one: Item, around: Backlog | None = None) -> str:
    """The first thing that the app says on an item."""
    there = around or backlog()
    return said(decide(one, there, check(one, there, RULES)).acts[0])


def said(act: Act) -> str:
    assert isinstance(act, Say | Stick)
    return TEXTS.comment(Say(act.key, act.template, act.facts), None)


def test_guidance() -> None:
    assert words(item()) == (
        "Before this can be planned, something is missing:\n"
        "\n"
        "- It has no area, so nobody answers for it. Add one of the labels area/deployment, area/billing.\n"
        "- It has no priority. Add one of the labels priority/p0, priority/p1, priority/p2, priority/p3.\n"
        "\n"
        "**Next:** set the labels, or ask somebody who may. This comment says so when all is there."
    )


def test_guidance_that_is_no_longer_needed() -> None:
    done = said(Stick("key", "hygiene_done", {"asks": []}))
    assert done == "All is there that this needs to be planned. Thank you."


def test_a_reminder() -> None:
    idle = item(assignees=(ALICE,), labels=TIDY)
    assert words(idle) == (
        "@alice: It is assigned to alice, who has not touched it for 14 days.\n"
        "\n"
        "**Next:** Say how it stands, or unassign yourself, so that somebody else can take it.\n"
        "\n"
        "`hygiene.rules.idle_assignee` in OWNERS.yaml sets this reminder."
    )


def test_a_reminder_that_names_others_and_calls_nobody() -> None:
    facts = {
        "notified": (),
        "text": "This:",
        "then": "Look.",
        "others": (3, 4),
        "rule": "duplicate",
    }
    assert said(Say("key", "hygiene_reminder", facts)).startswith("This: #3 #4\n\n**Next:** Look.")


@pytest.mark.parametrize(
    ("section", "changes", "expected"),
    [
        pytest.param(
            "hygiene: {stale: {}}",
            {},
            "@dave this waits for you, and nothing has happened since 2026-08-14 12:00:00 UTC.\n\n"
            "**Next:** a comment keeps it open. Without one it is closed, 2w after this warning at the earliest.",
            id="an issue",
        ),
        pytest.param(
            "hygiene: {stale: {close_after: null}}",
            {"is_pull": True},
            "@dave this waits for you, and nothing has happened since 2026-08-14 12:00:00 UTC.\n\n"
            "**Next:** a comment or a push keeps it open.",
            id="a pull request that is never closed",
        ),
        pytest.param(
            "hygiene: {stale: {drafts: 30d, close_after: 10d}}",
            {"is_pull": True, "draft": True},
            "@dave this draft has had no push since 2026-05-06 12:00:00 UTC.\n\n"
            "**Next:** a comment or a push keeps it open."
            " Without one it is closed, 10d after this warning at the earliest.",
            id="a draft",
        ),
    ],
)
def test_the_warning(section: str, changes: dict[str, Any], expected: str) -> None:
    one = item(happening(What.COMMENTED, 100, ALICE), labels=TIDY, **changes)
    there = backlog(section.replace("}}", "}, rules: {idle_pull: {mode: 'off'}}}"))
    assert words(one, there) == expected


def test_the_last_word() -> None:
    facts = {"to": DAVE, "since": ago(0) - timedelta(days=80), "is_pull": False}
    assert said(Say("key", "stale_closed", facts)) == (
        "@dave this is closed: nothing has happened since 2026-09-03 12:00:00 UTC, and the warning was not"
        " answered. Nothing is lost.\n\n"
        "**Next:** if it still matters, comment `/reopen`."
    )


def test_labels_of_people_stay_harmless() -> None:
    labels = TIDY | {"@everyone", "fixes #1 <!-- x --> | `"}
    groups = "[['@everyone', 'fixes #1 <!-- x --> | `']]"
    section = f"hygiene: {{rules: {{exclusive_labels: {{groups: {groups}}}}}}}"
    text = words(item(labels=labels), backlog(section))
    assert "which exclude one another" in text
    assert active(text) == []
