"""Descriptions: what the template asks for."""

from typing import Any

import pytest

from ghapp.core.verdict import Reason, State, Unread
from ghapp.rules.description import RULE, Description
from tests.support.reviews import DAVE, facts, pull

TEMPLATE = "## Why\n<!-- say it -->\n## Tests\n## Notes (optional)\n"


def said(body: str, template: str | Unread | None = TEMPLATE, **settings: Any) -> Reason:
    reason = RULE.check(facts(pull=pull(body=body), template=template), Description(**settings))
    assert reason is not None
    return reason


@pytest.mark.parametrize(
    ("body", "template", "settings", "short"),
    [
        pytest.param("## Why\nIt hurts.\n## Tests\nYes.", TEMPLATE, {}, "", id="written"),
        pytest.param("## Why\nIt hurts.", TEMPLATE, {}, "Description lacks “Tests”", id="a part"),
        pytest.param(TEMPLATE, TEMPLATE, {}, "Description lacks “Why”", id="untouched"),
        pytest.param("It hurts.", None, {}, "", id="no template"),
        pytest.param("<!-- -->", None, {}, "The description is empty", id="nothing at all"),
        pytest.param("Say why.", "Say why.", {}, "The description is empty", id="no headings"),
        pytest.param(
            "## Why\nIt hurts.", TEMPLATE, {"sections": ("Why",)}, "", id="the team's own headings"
        ),
        pytest.param(
            "It hurts.",
            None,
            {"sections": ("Risk",)},
            "Description lacks “Risk”",
            id="without a template",
        ),
    ],
)
def test_what_it_says(body: str, template: str, settings: dict[str, Any], short: str) -> None:
    reason = said(body, template, **settings)
    if short:
        assert (reason.state, reason.short, reason.who) == (State.REFUSED, short, (DAVE,))
    else:
        assert reason.state is State.SATISFIED


def test_all_that_is_missing_is_said() -> None:
    assert said("").text == "Nothing is written under “Why”, “Tests”."


def test_a_template_that_could_not_be_read() -> None:
    assert said("text", Unread("GitHub does not answer")).state is State.UNKNOWN
