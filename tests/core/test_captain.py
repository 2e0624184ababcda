"""Who leads a release, on the date for which it is planned."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from ghapp.core.captain import captain, is_away
from ghapp.model.names import Login
from tests.support.builders import model

ALICE, BOB, CAROL = Login("alice"), Login("bob"), Login("carol")
DUE = datetime(2026, 11, 24, 9, tzinfo=UTC)

OWNERS = """
version: 1
timezone: Europe/Berlin
people:
  alice: {away: [{from: 2026-11-24, to: 2026-11-24}]}
  bob: {timezone: America/New_York}
  carol: {}
teams: {platform: [alice, bob]}
rotations:
  platform: {people: [alice, bob], shift: weekly, start: 2026-11-02T00:00}
  later: {people: [alice], start: 2030-01-01}
areas: {app: {owner: carol}}
fallback_area: app
release: {cadence: {every: 2w}, captain: CAPTAIN}
"""


class TestCaptain:
    def of(self, who: str, at: str) -> Login:
        moment = datetime.fromisoformat(at).replace(tzinfo=ZoneInfo("Europe/Berlin"))
        return captain(model(OWNERS.replace("CAPTAIN", who)), moment)

    @pytest.mark.parametrize(
        ("who", "at", "expected"),
        [
            pytest.param("rotation:platform", "2026-11-17T10:00", ALICE, id="G15 whose turn it is on the planned date"),
            pytest.param("rotation:platform", "2026-11-10T10:00", BOB, id="G15 a week before it is another's"),
            pytest.param("rotation:platform", "2026-12-01T10:00", ALICE, id="G15 a week after absence"),
            pytest.param("rotation:later", "2026-11-24T10:00", CAROL, id="G15 nobody's turn: the owner"),
            pytest.param("team:platform", "2026-11-23T10:00", ALICE, id="the first of a team"),
            pytest.param("team:platform", "2026-11-24T10:00", BOB, id="G15 who is not away"),
            pytest.param("alice", "2026-11-23T10:00", ALICE, id="a person"),
            pytest.param("alice", "2026-11-24T10:00", CAROL, id="G15 away: the owner"),
        ],
    )  # fmt: skip
    def test_who_leads_it(self, who: str, at: str, expected: Login) -> None:
        assert self.of(who, at) == expected

    def test_nobody_is_said(self) -> None:
        whole = model(OWNERS.replace(", captain: CAPTAIN", ""))
        assert captain(whole, DUE) == CAROL
        assert captain(whole.model_copy(update={"release": None}), DUE) == CAROL

    def test_g15_an_override_applies(self) -> None:
        override = "overrides: [{person: carol, from: 2026-11-17, to: 2026-11-18}]"
        text = OWNERS.replace("start: 2026-11-02T00:00", f"start: 2026-11-02T00:00, {override}")
        whole = model(text.replace("CAPTAIN", "rotation:platform"))
        assert captain(whole, datetime(2026, 11, 17, 9, tzinfo=UTC)) == CAROL

    def test_away_is_by_the_persons_own_midnights(self) -> None:
        whole = model(OWNERS.replace("CAPTAIN", "bob"))
        assert is_away(whole, Login("Alice"), datetime(2026, 11, 23, 23, tzinfo=UTC))
        assert not is_away(whole, ALICE, datetime(2026, 11, 23, 22, tzinfo=UTC))
        assert not is_away(whole, Login("nobody"), DUE)
