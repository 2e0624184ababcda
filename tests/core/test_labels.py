"""The app's labels: what each is called, its colour, and what it means."""

import re
from dataclasses import replace

import pytest

from ghapp.core import stale
from ghapp.core.backlog import NEEDS
from ghapp.core.incident import ACKNOWLEDGED, ESCALATED, RECOVERED, SNOOZED
from ghapp.core.labels import MAX_DESCRIPTION, Action, LabelChange, LabelSpec, compare, label_set
from ghapp.model.names import Severity
from tests.support import builders

SEV1 = LabelSpec("sev1", "b60205", "The worst")


def names(*sources: str) -> list[str]:
    return [label.name for label in label_set(builders.model(), sources)]


def test_every_label_that_an_incident_can_bear_is_there() -> None:
    expected = {
        *("incident", "sev1", "sev2", "sev3", "sev4", "area/deployment", "area/billing"),
        *("source/gcp", "source/support", "source/backlog", "source/maintenance"),
        *(ACKNOWLEDGED, ESCALATED, RECOVERED, SNOOZED),
    }
    assert expected < set(names("gcp"))
    assert set(names("gcp")) - expected == {"freeze", "handoff", "model", "triage"}


def test_those_of_releases_are_there_when_there_are_releases() -> None:
    more = builders.OWNERS + "release: {cadence: {every: 2w}, gate: {blockers: [stop]}}\n"
    added = [one.name for one in label_set(builders.model(more)) if one.name not in names()]
    assert added == ["release", "stop", "hotfix", "carried-3", "milestone-pinned"]


def test_those_of_the_backlog_are_there_where_it_is_looked_after() -> None:
    tended = builders.model(f"{builders.OWNERS}\nhygiene: {{}}\n")
    more = {label.name for label in label_set(tended, ["gcp"])} - set(names("gcp"))
    priorities = {"priority/p0", "priority/p1", "priority/p2", "priority/p3"}
    assert more == {*NEEDS, stale.LABEL, *priorities}


def test_those_of_the_routines_are_there_when_the_file_asks_for_them() -> None:
    asks = builders.OWNERS.replace("sev2: {", "sev2: {postmortem: 3d, ")
    docs = 'docs: [{path: "docs/**", owner: carol}]\n'
    added = [one.name for one in label_set(builders.model(asks + docs)) if one.name not in names()]
    assert added == ["postmortem", "action", "docs-review"]


def test_no_label_twice() -> None:
    assert len(names("gcp", "support")) == len(set(names("gcp", "support")))


def test_github_takes_every_one() -> None:
    long = builders.OWNERS.replace("owner: carol", f"owner: carol\n    description: {'long ' * 40}")
    for label in label_set(builders.model(long), ["gcp"]):
        assert re.fullmatch(r"[0-9a-f]{6}", label.color)
        assert 0 < len(label.description) <= MAX_DESCRIPTION
        assert "\n" not in label.description


def test_the_team_s_own_words_describe_severities_and_areas() -> None:
    text = builders.OWNERS.replace("{acknowledge: 5m,", "{description: All down, acknowledge: 5m,")
    labels = {label.name: label.description for label in label_set(builders.model(text))}
    assert labels[Severity.SEV1.label] == "All down"
    assert labels[Severity.SEV4.label] != ""
    assert labels["area/billing"] == "Owned by bob"


@pytest.mark.parametrize(
    ("there", "change"),
    [
        ([], LabelChange(Action.CREATE, SEV1)),
        ([SEV1], LabelChange(Action.FINE, SEV1, SEV1)),
        ([replace(SEV1, color="B60205")], Action.FINE),
        ([replace(SEV1, name="SEV1")], Action.FINE),
        ([replace(SEV1, color="ededed")], Action.RECOLOUR),
        ([replace(SEV1, description="")], Action.RECOLOUR),
        ([LabelSpec("bug", "d73a4a", "")], Action.CREATE),
    ],
)
def test_compare(there: list[LabelSpec], change: LabelChange | Action) -> None:
    (found,) = compare([SEV1], there)
    assert change in {found, found.action}
