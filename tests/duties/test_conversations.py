"""What waits in the inbox reaches its duty; trouble is told apart from poison."""

from datetime import timedelta

import pytest

from ghapp.core import wire
from ghapp.core.facts import InstallationEvent, IssueEvent, PushEvent
from ghapp.core.routing import conversation_of
from ghapp.duties.conversations import INSTALLATIONS, Conversations
from ghapp.engine.failures import ATTEMPTS, Retry
from ghapp.engine.inbox import Delivery
from ghapp.engine.rows import Row
from ghapp.github.errors import NotFound, RateLimited, Refused, Unavailable
from tests.support.builders import HOME, KEY, NOW, firing
from tests.support.desk import Desk

CONVERSATION = conversation_of(KEY)


def row(event: wire.Event, **changes: object) -> Row:
    values: dict[str, object] = {
        "id": 1,
        "source": "test",
        "delivery_id": "d",
        "conversation": CONVERSATION,
        "kind": wire.kind_of(event),
        "payload": wire.encode(event),
        "request_id": "r",
        "received_at": NOW,
    }
    return Row(**{**values, **changes})  # type: ignore[arg-type]


class TestTrouble:
    @pytest.mark.parametrize(
        ("error", "seconds"),
        [
            pytest.param(Unavailable("502"), 5, id="GitHub is down"),
            pytest.param(Unavailable("502", after=40), 40, id="and says for how long"),
            pytest.param(RateLimited(NOW + timedelta(seconds=90)), 90, id="a limit"),
            pytest.param(
                RateLimited(NOW - timedelta(seconds=9)), 1, id="a limit that is just over"
            ),
            pytest.param(Refused(401, "Bad credentials"), 60, id="not known"),
            pytest.param(Refused(403, "Resource not accessible"), 60, id="not let in"),
            pytest.param(NotFound(), 60, id="not installed"),
        ],
    )
    async def test_nobody_is_to_blame_for(
        self, desk: Desk, error: Exception, seconds: float
    ) -> None:
        desk.github.fail("list_issues", error)
        with pytest.raises(Retry) as retry:
            await desk.conversations(CONVERSATION, [row(firing())])
        assert retry.value.after == seconds
        assert retry.value.reason

    async def test_a_refusal_of_the_message_itself_is_poison(self, desk: Desk) -> None:
        desk.github.fail("create_issue", Refused(422, "Validation Failed"))
        with pytest.raises(Refused):
            await desk.conversations(CONVERSATION, [row(firing())])

    async def test_until_the_model_is_read_incidents_wait(self, desk: Desk) -> None:
        async def not_yet() -> None:
            return

        starting = Conversations(
            incidents=desk.incidents,
            heartbeats=desk.heartbeats,
            handoffs=desk.handoffs,
            pages=desk.pages,
            models=desk.models,
            freezes=desk.freezes,
            releases=desk.releases,
            reviews=desk.duties.reviews,
            hygiene=desk.duties.hygiene,
            triages=desk.triages,
            postmortems=desk.postmortems,
            reports=desk.reports,
            docs=desk.docs,
            ready=not_yet,
            installed=desk._installed,
            now=desk._now,
        )
        with pytest.raises(Retry) as retry:
            await starting(CONVERSATION, [row(firing())])
        assert retry.value.after <= 5
        assert desk.github.calls == []


class TestPoison:
    @pytest.mark.parametrize(
        ("conversation", "kind", "payload"),
        [
            pytest.param(CONVERSATION, "signal", b"{", id="no JSON"),
            pytest.param(CONVERSATION, "signal", b"{}", id="no signal"),
            pytest.param(CONVERSATION, "riddle", b"{}", id="no kind that we know"),
            pytest.param("nobody:7", "signal", wire.encode(firing()), id="nobody's conversation"),
        ],
    )
    async def test_is_parked_after_some_tries_with_its_reason_and_stops_nobody(
        self, desk: Desk, conversation: str, kind: str, payload: bytes
    ) -> None:
        await desk.inbox.put(Delivery("test", "poison", conversation, kind, payload, "r"))
        await desk.alert(firing())
        await desk.patiently()
        (parked,) = await desk.parked()
        assert parked.attempts == ATTEMPTS
        assert parked.reason
        assert len(desk.incidents_on_github()) == 1

    async def test_unparked_it_is_tried_again(self, desk: Desk) -> None:
        desk.github.fail("create_issue", Refused(422, "Validation Failed"), times=ATTEMPTS)
        await desk.alert(firing())
        await desk.patiently()
        (parked,) = await desk.parked()
        assert "422" in parked.reason
        await desk.store.unpark([parked.id])
        await desk.drain()
        assert len(desk.incidents_on_github()) == 1


class TestOtherConversations:
    async def test_an_installation_makes_the_app_look_around(self, desk: Desk) -> None:
        event = InstallationEvent(installation=1, action="created", added=(HOME,))
        with desk.spending() as spent:
            desk.github.seen.clear()
            await desk.put(INSTALLATIONS, event)
            await desk.drain()
        assert "read_file" in spent.methods

    async def test_an_event_in_the_wrong_place_is_passed_over(self, desk: Desk) -> None:
        event = PushEvent(repo=HOME, sender="alice")
        await desk.conversations(INSTALLATIONS, [row(event)])
        await desk.conversations(CONVERSATION, [row(event)])
        assert desk.github.calls == []

    async def test_a_wake_up_without_anything_waiting_is_fine(self, desk: Desk) -> None:
        await desk.conversations(CONVERSATION, [])
        assert desk.github.calls == []

    async def test_a_change_of_an_issue_that_is_unknown_is_its_owners_business(
        self, desk: Desk
    ) -> None:
        event = IssueEvent(repo=HOME, number=1, action="labeled", sender="carol", at=NOW)
        await desk.conversations(CONVERSATION, [row(event)])
        assert desk.github.calls == []
