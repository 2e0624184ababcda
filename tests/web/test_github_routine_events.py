"""Which events of issues concern postmortems and actions."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from ghapp.core.facts import IssueEvent, RepoName
from ghapp.core.routine_asks import DOCS, POSTMORTEMS
from ghapp.model.names import Login
from ghapp.web.github_events import read_event
from tests.support.payloads import changed

HOME = RepoName("acme/ops")
CLOSED: dict[str, Any] = {
    "action": "closed",
    "issue": {
        "number": 7,
        "updated_at": "2026-11-22T12:00:00Z",
        "body": "",
        "user": {"login": "ghapp[bot]", "type": "Bot"},
        "labels": [{"name": "postmortem"}],
    },
    "repository": {"full_name": "acme/ops"},
    "sender": {"login": "carol", "type": "User"},
}


def routed(payload: object) -> list[tuple[str, object]]:
    body = json.dumps(payload).encode()
    return list(read_event("issues", body, home=HOME, app_login="ghapp[bot]"))


def test_a_postmortem_is_closed() -> None:
    event = IssueEvent(
        repo=HOME,
        number=7,
        action="closed",
        sender=Login("carol"),
        at=datetime(2026, 11, 22, 12, tzinfo=UTC),
    )
    assert routed(CLOSED) == [(POSTMORTEMS, event)]


def test_a_list_of_documents_is_closed() -> None:
    (found,) = routed(changed(CLOSED, issue__labels=[{"name": "docs-review"}]))
    assert found[0] == DOCS


@pytest.mark.parametrize(
    ("changes", "concerns"),
    [
        pytest.param({"action": "reopened"}, True, id="opened again"),
        pytest.param({"action": "edited"}, True, id="edited"),
        pytest.param({"issue__labels": [{"name": "Action"}]}, True, id="an action"),
        pytest.param(
            {"issue__labels": [{"name": "action"}, {"name": "postmortem"}]}, True, id="both at once"
        ),
        pytest.param({"sender": {"login": "ci[bot]", "type": "Bot"}}, True, id="by another App"),
        pytest.param({"sender": {"login": "ghapp[bot]", "type": "Bot"}}, False, id="by the app"),
        pytest.param({"issue__labels": []}, False, id="another issue"),
        pytest.param({"action": "pinned"}, False, id="nothing that counts"),
        pytest.param({"repository__full_name": "acme/shop"}, False, id="another repository"),
    ],
)
def test_others(changes: dict[str, Any], concerns: bool) -> None:
    found = routed(changed(CLOSED, **changes))
    assert [name for name, _ in found] == [POSTMORTEMS] * concerns
