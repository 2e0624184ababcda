"""What the database remembers of an incident, and what an issue alone can tell."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ghapp.core import marker
from ghapp.core.facts import Fingerprint, Issue
from ghapp.core.incident import Ack, Episode, Incident, Phase, to_state
from ghapp.core.marker import Marker
from ghapp.duties.records import TEXT_EVERY, Record, Records, adopt, closed_for, key_of, newer
from ghapp.model.names import Login, Severity
from tests.support.builders import KEY, NOW, issue_of, model, opened
from tests.support.desk import Desk

MODEL = model()


def body(incident: Incident) -> str:
    state = marker.render_state(to_state(incident))
    return f"Words.\n\n{state}\n{marker.render(Marker('incident', incident.key))}"


def issue(incident: Incident, **changes: object) -> Issue:
    return issue_of(incident, **{"body": body(incident), **changes})


def record(incident: Incident, **changes: object) -> Record:
    values: dict[str, object] = {"incident": incident, "issue": issue(incident), "written_at": NOW}
    return Record(**{**values, **changes})  # type: ignore[arg-type]


class TestMemory:
    async def test_a_record_comes_back_as_it_was(self, desk: Desk) -> None:
        full = record(
            replace(opened(), ack=Ack(Login("bob"), NOW), carrier=3), behind=True, cold=True
        )
        await desk.records.save(full, MODEL)
        assert await desk.records.get(KEY) == full

    async def test_only_open_ones_are_listed(self, desk: Desk) -> None:
        await desk.records.save(record(opened()), MODEL)
        other = replace(opened(), key=Fingerprint("gcp:2"), phase=Phase.CLOSED)
        await desk.records.save(record(other), MODEL)
        assert list(await desk.records.open()) == [KEY]
        assert (await desk.record("gcp:2")).incident == other

    async def test_it_moves_when_it_closes_and_back(self, desk: Desk) -> None:
        for phase, count in [(Phase.OPEN, 1), (Phase.CLOSED, 0), (Phase.RECOVERED, 1)]:
            await desk.records.save(record(replace(opened(), phase=phase)), MODEL)
            assert len(await desk.records.open()) == count
            assert (await desk.record()).incident.phase is phase

    async def test_the_due_time_follows(self, desk: Desk) -> None:
        await desk.records.save(record(opened()), MODEL)
        assert await desk.records.due() == {KEY: NOW + timedelta(minutes=15)}
        await desk.records.save(record(replace(opened(), ack=Ack(Login("bob"), NOW))), MODEL)
        assert await desk.records.due() == {KEY: NOW + timedelta(hours=1)}
        await desk.records.save(record(replace(opened(), phase=Phase.CLOSED)), MODEL)
        assert await desk.records.due() == {}

    async def test_what_is_gone_is_forgotten(self, desk: Desk) -> None:
        await desk.records.save(record(opened()), MODEL)
        await desk.records.forget(KEY)
        assert await desk.records.get(KEY) is None
        assert await desk.records.due() == {}

    async def test_ends_of_what_never_had_an_issue(self, desk: Desk) -> None:
        assert await desk.records.ends(KEY) == {}
        ended = {"0.a": Episode(ended=NOW)}
        await desk.records.remember_ends(KEY, ended)
        assert await desk.records.ends(KEY) == ended

    async def test_a_process_that_dies_between_two_writes_leaves_one_that_can_be_found(
        self, desk: Desk
    ) -> None:
        class Dying(Records):
            """Forgets nothing, as if it had died before."""

        class Memory:
            """A memory that loses deletions."""

            memory_get = desk.store.memory_get
            memory_all = desk.store.memory_all
            memory_put = desk.store.memory_put

            async def memory_delete(self, kind: str, key: str) -> None:
                return

        dying = Dying(Memory())
        await dying.save(record(opened()), MODEL)
        closed = replace(opened(), phase=Phase.CLOSED, revision=2)
        await dying.save(record(closed), MODEL)
        assert (await desk.record()).incident == closed


@pytest.mark.parametrize(
    ("changes", "due"),
    [
        pytest.param({}, NOW + timedelta(minutes=15), id="the clock"),
        pytest.param({"behind": True}, NOW + TEXT_EVERY, id="the text is sooner"),
        pytest.param(
            {"behind": True, "written_at": NOW + timedelta(hours=1)},
            NOW + timedelta(minutes=15),
            id="the text is later",
        ),
    ],
)
def test_a_record_is_due_when_the_first_of_its_reasons_is(
    changes: dict[str, object], due: object
) -> None:
    assert record(opened(), **changes).due(MODEL) == due


class TestWhoseIssue:
    def test_ours_has_a_key(self) -> None:
        assert key_of(issue(opened())) == KEY

    @pytest.mark.parametrize(
        "changes",
        [
            pytest.param({"author_is_app": False}, id="somebody else's with our marker"),
            pytest.param({"body": "Words."}, id="ours without a marker"),
            pytest.param(
                {"body": marker.render(Marker("model", "OWNERS.yaml"))}, id="of another kind"
            ),
        ],
    )
    def test_others_have_none(self, changes: dict[str, object]) -> None:
        assert key_of(issue(opened(), **changes)) is None


class TestAdoption:
    def test_the_state_in_the_issue_counts(self) -> None:
        noted = replace(opened(), note="looking", revision=5)
        made = adopt(issue(noted), KEY, body(noted), MODEL, None)
        assert made.incident == noted
        assert made.cold

    @pytest.mark.parametrize(
        "text",
        [
            pytest.param("Words.", id="none"),
            pytest.param("<!-- ghapp-state {broken} -->", id="damaged"),
            pytest.param(
                body(replace(opened(), key=Fingerprint("gcp:other"))), id="another incident's"
            ),
        ],
    )
    def test_without_one_the_labels_do(self, text: str) -> None:
        shown = issue(opened(), labels=frozenset({"sev1", "area/billing", "source/gcp"}))
        made = adopt(shown, KEY, text, MODEL, None)
        assert made.incident.severity is Severity.SEV1
        assert made.incident.area == "billing"
        assert made.incident.key == KEY

    def test_where_it_is_counts_more_than_where_it_says_it_was(self) -> None:
        moved = issue(opened(), number=99, repo="acme/other")
        made = adopt(moved, KEY, body(opened()), MODEL, 5)
        assert (made.incident.number, made.incident.repo) == (99, "acme/other")
        assert made.incident.carrier == 5


class TestNewer:
    def test_a_greater_revision_on_github_wins(self) -> None:
        """The process died after it had written the issue and before it had written the index."""
        ahead = replace(opened(), note="written", revision=7)
        found = newer(record(opened(), behind=True), issue(ahead), MODEL)
        assert found.incident == ahead
        assert found.cold
        assert found.behind

    @pytest.mark.parametrize("revision", [0, 1])
    def test_else_the_index_does(self, revision: int) -> None:
        known = record(replace(opened(), note="known"))
        shown = issue(replace(opened(), revision=revision), title="New title")
        found = newer(known, shown, MODEL)
        assert found.incident.note == "known"
        assert found.issue.title == "New title"

    def test_a_persons_issue_carries_no_state_of_ours(self) -> None:
        carried = record(replace(opened(), carrier=5))
        forged = issue(replace(opened(), revision=99), author_is_app=False)
        assert newer(carried, forged, MODEL).incident == carried.incident


@pytest.mark.parametrize(
    ("changes", "hours"),
    [
        pytest.param({}, None, id="open"),
        pytest.param({"phase": Phase.RECOVERED}, None, id="recovered"),
        pytest.param(
            {"phase": Phase.CLOSED, "closed_at": NOW - timedelta(hours=2)}, 2, id="closed"
        ),
        pytest.param(
            {"phase": Phase.CLOSED}, 0, id="closed, nobody knows when: since the last change"
        ),
    ],
)
def test_how_long_it_has_been_closed(changes: dict[str, object], hours: int | None) -> None:
    found = closed_for(record(replace(opened(), **changes)), NOW)  # type: ignore[arg-type]
    assert found == (None if hours is None else timedelta(hours=hours))
