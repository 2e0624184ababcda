"""The open incidents as releases see them."""

from dataclasses import replace

import pytest

from ghapp.core.facts import RepoName
from ghapp.core.incident import Episode, Incident, Member, Phase
from ghapp.core.open_incidents import open_incidents
from ghapp.core.routing import maintenance_fingerprint, storm_fingerprint
from ghapp.model.names import AreaName, Severity
from tests.support.builders import HOME, NOW, opened

SEV2 = opened()
DEPLOYMENT, BILLING = AreaName("deployment"), AreaName("billing")


def seen(*incidents: Incident) -> list[tuple[str, str, str]]:
    return [(one.ref, one.severity.label, one.area) for one in open_incidents(incidents, HOME)]


def member(severity: Severity, area: AreaName) -> Member:
    return Member(summary="It fails", severity=severity, area=area)


STORM = replace(
    SEV2,
    key=storm_fingerprint("gcp"),
    members={
        "a": member(Severity.SEV3, BILLING),
        "b": member(Severity.SEV1, BILLING),
        "c": member(Severity.SEV2, DEPLOYMENT),
    },
    episodes={
        "a\n0": Episode(fired=NOW),
        "b\n0": Episode(fired=NOW),
        "c\n0": Episode(fired=NOW, ended=NOW),
    },
)


@pytest.mark.parametrize(
    ("incident", "expected"),
    [
        pytest.param(SEV2, [("#7", "sev2", "deployment")], id="open"),
        pytest.param(
            replace(SEV2, phase=Phase.RECOVERED),
            [("#7", "sev2", "deployment")],
            id="recovered, not resolved",
        ),
        pytest.param(replace(SEV2, phase=Phase.CLOSED), [], id="closed"),
        pytest.param(
            replace(SEV2, repo=RepoName("acme/shop")),
            [("acme/shop#7", "sev2", "deployment")],
            id="elsewhere",
        ),
        pytest.param(
            STORM, [("#7", "sev1", "billing")], id="a storm: the worst that fires in each area"
        ),
        pytest.param(
            replace(STORM, episodes={}), [("#7", "sev2", "deployment")], id="a storm that is calm"
        ),
        pytest.param(replace(SEV2, key=maintenance_fingerprint(BILLING)), [], id="a maintenance"),
    ],
)
def test_open_incidents(incident: Incident, expected: list[tuple[str, str, str]]) -> None:
    assert seen(incident) == expected


def test_they_come_in_the_order_of_their_issues() -> None:
    others = [replace(SEV2, number=n, repo=r) for n, r in ((9, HOME), (3, RepoName("acme/shop")))]
    assert [ref for ref, _, _ in seen(*others, SEV2)] == ["#7", "#9", "acme/shop#3"]
