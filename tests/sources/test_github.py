"""Deployments and workflow runs as GitHub tells of them, and what each becomes."""

import copy
import hmac
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghapp.core.facts import Link, Signal, Status
from ghapp.core.source import Accepted, Nothing, Parsed
from ghapp.core.strict_json import Malformed
from ghapp.core.verify import Unverified
from ghapp.sources.github import SOURCE

CORPUS = Path(__file__).parents[1] / "corpus/github"
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
SHA = "4f0c9e1d8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c3d"
SHOP = "https://github.com/acme/shop"
PAYLOADS = {path.stem: json.loads(path.read_text()) for path in sorted(CORPUS.glob("*.json"))}
DEPLOYMENT, RUN = PAYLOADS["deployment_failure"], PAYLOADS["run_failure"]


def event_of(payload: Any) -> str:
    return "deployment_status" if "deployment_status" in payload else "workflow_run"


def parse(payload: Any, event: str | None = None, delivery: str = "d-1") -> Parsed:
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    headers = {"X-GitHub-Event": event or event_of(payload), "X-GitHub-Delivery": delivery}
    return SOURCE.parse(body, headers, {}, NOW)


def signal_of(payload: Any) -> Signal:
    parsed = parse(payload)
    assert isinstance(parsed, Accepted)
    (signal,) = parsed.signals
    return signal


def changed(payload: Any, **changes: Any) -> Any:
    """The payload with members replaced; `__` reaches inside."""
    payload = copy.deepcopy(payload)
    for name, value in changes.items():
        *path, last = name.split("__")
        inner = payload
        for step in path:
            inner = inner[step]
        inner[last] = value
    return payload


FIRING = {
    "deployment_enterprise_server": "Deployment of acme/shop to production failed",
    "deployment_error": "Deployment of acme/shop to Staging EU ended with an error",
    "deployment_failure": "Deployment of acme/shop to production failed",
    "deployment_of_actions": "Deployment of acme/shop to production failed",
    "hostile_far_future": "Deployment of acme/shop to production failed",
    "hostile_text": "Deployment of acme/shop to @bob fixes #1 `` <!-- ghapp {} --> failed",
    "hostile_time_before_all": "Deployment of acme/shop to production failed",
    "hostile_time_without_zone": "Deployment of acme/shop to production failed",
    "hostile_types": "Deployment of acme/shop to production failed",
    "run_enterprise_server": "Workflow Release of acme/shop failed on main",
    "run_failure": "Workflow Release of acme/shop failed on main",
    "run_scheduled": "Workflow Nightly of acme/shop failed on main",
    "run_startup_failure": "Workflow Release of acme/shop could not be started on main",
    "run_timed_out": "Workflow Release of acme/shop timed out on main",
    "run_without_workflow": "Workflow .github/workflows/release.yml of acme/shop failed on main",
}
RESOLVED = {
    "deployment_success": "Deployment of acme/shop to production succeeded",
    "run_success": "Workflow Release of acme/shop succeeded on main",
    "run_success_second_attempt": "Workflow Release of acme/shop succeeded on main",
}
NOTHING = {
    "deployment_in_progress": "the deployment is in_progress",
    "deployment_inactive": "the deployment is inactive",
    "deployment_pending": "the deployment is pending",
    "deployment_queued": "the deployment is queued",
    "deployment_waiting": "the deployment is waiting",
    "run_action_required": "the run ended as action_required",
    "run_cancelled": "the run ended as cancelled",
    "run_in_progress": "the run is in_progress",
    "run_neutral": "the run ended as neutral",
    "run_of_a_branch": "not a run of the default branch",
    "run_of_a_fork": "not a run of the default branch",
    "run_of_a_pull_request": "not a run of the default branch",
    "run_of_a_tag": "not a run of the default branch",
    "run_of_pull_request_target": "not a run of the default branch",
    "run_requested": "the run is requested",
    "run_skipped": "the run ended as skipped",
    "run_stale": "the run ended as stale",
}
MALFORMED = {
    "malformed_action": "Expected `str`, got `int`",
    "malformed_no_environment": "no environment or no state",
    "malformed_no_repository": "missing required field `repository`",
    "malformed_no_repository_name": "the repository has no full_name",
    "malformed_no_state": "no environment or no state",
    "malformed_no_workflow": "neither workflow_id nor path",
    "malformed_status_is_a_list": "Expected `object`, got `array`",
}


def test_every_payload_of_the_corpus_has_its_outcome() -> None:
    assert PAYLOADS.keys() == FIRING.keys() | RESOLVED.keys() | NOTHING.keys() | MALFORMED.keys()


@pytest.mark.parametrize(
    ("name", "status", "summary"),
    [
        *((name, Status.FIRING, summary) for name, summary in FIRING.items()),
        *((name, Status.RESOLVED, summary) for name, summary in RESOLVED.items()),
    ],
)
def test_what_is_a_signal(name: str, status: Status, summary: str) -> None:
    signal = signal_of(PAYLOADS[name])
    assert (signal.status, signal.summary) == (status, summary)
    assert signal.only_by_rule
    assert signal.severity is None


@pytest.mark.parametrize(("name", "reason"), NOTHING.items())
def test_what_asks_for_nothing(name: str, reason: str) -> None:
    assert parse(PAYLOADS[name]) == Nothing(reason)


@pytest.mark.parametrize(("name", "says"), MALFORMED.items())
def test_without_identity_or_state_it_is_malformed(name: str, says: str) -> None:
    with pytest.raises(Malformed, match=says):
        parse(PAYLOADS[name])


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b'{"action": NaN}', b'{"action": "\xff"}', b'{"x": ' + b"[" * 100_000],
    ids=["empty", "a list", "not a number", "not utf-8", "bottomless"],
)
@pytest.mark.parametrize("event", ["deployment_status", "workflow_run"])
def test_what_is_no_payload_is_malformed(event: str, body: bytes) -> None:
    with pytest.raises(Malformed):
        parse(body, event)


def test_what_no_database_takes_is_replaced() -> None:
    pulls = [{"title": "a\0b"}]
    signal = signal_of(
        changed(RUN, workflow_run__display_title="new\0form", workflow_run__pull_requests=pulls)
    )
    assert signal.fields["workflow_run"]["display_title"] == "new\ufffdform"


def test_other_events_are_not_even_parsed() -> None:
    assert parse(b"not json", "star") == Nothing("nothing to do")


@pytest.mark.parametrize("missing", ["X-GitHub-Event", "X-GitHub-Delivery"])
def test_a_delivery_must_say_what_it_is(missing: str) -> None:
    headers = {"X-GitHub-Event": "workflow_run", "X-GitHub-Delivery": "d"}
    with pytest.raises(Malformed, match=missing):
        SOURCE.parse(json.dumps(RUN).encode(), headers | {missing: ""}, {}, NOW)


def test_it_is_known_by_the_id_that_a_redelivery_repeats() -> None:
    parsed = parse(RUN, delivery="72d3162e-cc78-11e3-81ab-4c9367dc0958")
    assert isinstance(parsed, Accepted)
    assert parsed.delivery_id == "72d3162e-cc78-11e3-81ab-4c9367dc0958"


def test_a_deployment_in_full() -> None:
    signal = signal_of(DEPLOYMENT)
    at = datetime(2026, 3, 2, 9, 20, tzinfo=UTC)
    assert signal == Signal(
        source="github",
        fingerprint=signal.fingerprint,
        occurrence="deployment",
        status=Status.FIRING,
        at=at,
        summary="Deployment of acme/shop to production failed",
        started_at=at,
        documentation="Health check failed after 300 s",
        links=(
            Link("Log of the deployment", f"{SHOP}/actions/runs/30433641/job/1"),
            Link("Commit", f"{SHOP}/commit/{SHA}"),
            Link("Environment", "https://shop.example.com"),
        ),
        where={
            "repository": "acme/shop",
            "environment": "production",
            "branch": "main",
            "commit": SHA,
            "actor": "deploy[bot]",
        },
        fields={
            "event": "deployment_status",
            "repository": "acme/shop",
            "environment": "production",
            "branch": "main",
            "state": "failure",
            "deployment": {
                "id": 8001,
                "ref": "main",
                "task": "deploy",
                "production_environment": True,
                "transient_environment": False,
            },
            "deployment_status": {
                "id": 9001,
                "state": "failure",
                "description": "Health check failed after 300 s",
            },
        },
        only_by_rule=True,
    )
    assert signal.fingerprint.startswith("github:")


def test_a_run_in_full() -> None:
    signal = signal_of(RUN)
    at = datetime(2026, 3, 2, 9, 10, tzinfo=UTC)
    assert signal == Signal(
        source="github",
        fingerprint=signal.fingerprint,
        occurrence="run",
        status=Status.FIRING,
        at=at,
        summary="Workflow Release of acme/shop failed on main",
        started_at=at,
        links=(
            Link("Workflow run", f"{SHOP}/actions/runs/30433642"),
            Link("Commit", f"{SHOP}/commit/{SHA}"),
            Link("Workflow", f"{SHOP}/blob/main/.github/workflows/release.yml"),
        ),
        where={
            "repository": "acme/shop",
            "workflow": "Release",
            "branch": "main",
            "commit": SHA,
            "actor": "bob",
            "attempt": "1",
        },
        fields={
            "event": "workflow_run",
            "repository": "acme/shop",
            "workflow": "Release",
            "branch": "main",
            "conclusion": "failure",
            "workflow_run": {
                "id": 30433642,
                "event": "push",
                "display_title": "Take the new card form live",
                "run_number": 562,
                "run_attempt": 1,
                "path": ".github/workflows/release.yml",
                "status": "completed",
            },
        },
        only_by_rule=True,
    )


def test_a_deployment_by_actions_links_its_run() -> None:
    links = {link.title for link in signal_of(PAYLOADS["deployment_of_actions"]).links}
    assert links == {"Workflow run", "Commit"}
    assert "workflow" not in signal_of(PAYLOADS["deployment_of_actions"]).fields


def test_a_deployment_elsewhere_links_what_it_was_given() -> None:
    links = signal_of(PAYLOADS["deployment_error"]).links
    assert links[0] == Link("Log of the deployment", "https://deploys.example.com/8001")


def test_text_from_outside_stays_data_and_bad_addresses_are_left_out() -> None:
    signal = signal_of(PAYLOADS["hostile_text"])
    assert signal.links == ()
    assert signal.fields["unreadable"] == [
        "deployment_status.environment_url",
        "deployment_status.log_url",
    ]


def test_what_is_of_the_wrong_type_costs_no_page() -> None:
    signal = signal_of(PAYLOADS["hostile_types"])
    assert signal.where == {"repository": "acme/shop", "environment": "production"}
    assert signal.at == NOW
    assert "repository.html_url" in signal.fields["unreadable"]


@pytest.mark.parametrize(
    "name", ["hostile_far_future", "hostile_time_without_zone", "hostile_time_before_all"]
)
def test_a_time_that_cannot_be_is_now(name: str) -> None:
    signal = signal_of(PAYLOADS[name])
    assert signal.at == NOW
    assert signal.fields["unreadable"] == ["deployment_status.created_at"]


def test_times_are_utc() -> None:
    payload = changed(DEPLOYMENT, deployment_status__created_at="2026-03-02T10:20:00+01:00")
    assert signal_of(payload).at.isoformat() == "2026-03-02T09:20:00+00:00"


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        pytest.param({}, "09:10", id="when the attempt started"),
        pytest.param({"workflow_run__run_started_at": None}, "09:11", id="else when it was made"),
        pytest.param(
            {"workflow_run__run_started_at": "soon", "workflow_run__created_at": None},
            "09:22",
            id="else when it ended",
        ),
    ],
)
def test_runs_are_ordered_by_their_start(changes: Any, at: str) -> None:
    payload = changed(RUN, **{"workflow_run__created_at": "2026-03-02T09:11:00Z"} | changes)
    assert f"{signal_of(payload).at:%H:%M}" == at


def test_a_run_without_any_time_is_now() -> None:
    times = dict.fromkeys(("run_started_at", "created_at", "updated_at"))
    payload = changed(RUN, **{f"workflow_run__{name}": None for name in times})
    assert signal_of(payload).at == NOW


def test_an_older_run_that_ends_late_is_older() -> None:
    """09:10 to 09:22 failed; 09:25 to 09:29 succeeded; had the first ended at 09:40, it would be old news."""
    slow = signal_of(changed(RUN, workflow_run__updated_at="2026-03-02T09:40:00Z"))
    assert slow.at < signal_of(PAYLOADS["run_success"]).at


def test_a_second_attempt_is_newer_than_the_first() -> None:
    assert signal_of(PAYLOADS["run_success_second_attempt"]).at > signal_of(RUN).at


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(DEPLOYMENT, PAYLOADS["deployment_success"], id="the end of a deployment"),
        pytest.param(RUN, PAYLOADS["run_success"], id="another run"),
        pytest.param(RUN, PAYLOADS["run_timed_out"], id="another failure"),
        pytest.param(
            DEPLOYMENT,
            changed(DEPLOYMENT, deployment_status__environment="Production"),
            id="GitHub ignores the case of an environment",
        ),
        pytest.param(
            RUN, changed(RUN, repository__full_name="acme/store"), id="a renamed repository"
        ),
        pytest.param(RUN, changed(RUN, workflow__name="Ship"), id="a renamed workflow"),
        pytest.param(
            changed(DEPLOYMENT, repository__id=None),
            changed(DEPLOYMENT, repository__id=None, repository__full_name="Acme/Shop"),
            id="a repository without id, by its name",
        ),
    ],
)
def test_stays_the_same_trouble(one: Any, other: Any) -> None:
    name = other["repository"]["full_name"]
    if "workflow_run" in other and event_of(other) == "workflow_run":
        other = changed(other, workflow_run__head_repository__full_name=name)
    assert signal_of(one).fingerprint == signal_of(other).fingerprint
    assert signal_of(one).occurrence == signal_of(other).occurrence


def test_other_troubles() -> None:
    payloads = [
        DEPLOYMENT,
        RUN,
        PAYLOADS["deployment_error"],
        PAYLOADS["run_scheduled"],
        changed(DEPLOYMENT, repository__id=5),
        changed(RUN, repository__id=5),
        changed(DEPLOYMENT, deployment_status__environment="159038"),
    ]
    assert len({signal_of(payload).fingerprint for payload in payloads}) == len(payloads)


def signed(body: bytes, secret: str) -> dict[str, str]:
    return {
        "X-Hub-Signature-256": f"sha256={hmac.new(secret.encode(), body, 'sha256').hexdigest()}"
    }


def test_the_signature_of_the_webhook_proves_it() -> None:
    SOURCE.verify(b"body", signed(b"body", "new"), {}, ["old", "new"], NOW)  # type: ignore[operator]
    with pytest.raises(Unverified):
        SOURCE.verify(b"body", signed(b"other", "new"), {}, ["old", "new"], NOW)  # type: ignore[operator]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["login", "full_name", "id", "name"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(
    st.sampled_from([DEPLOYMENT, RUN]),
    st.dictionaries(
        st.sampled_from(
            [
                f"{section}__{key}"
                for payload in (DEPLOYMENT, RUN)
                for section in ("deployment_status", "deployment", "workflow_run", "repository")
                if isinstance(payload.get(section), dict)
                for key in payload[section]
            ]
        ),
        json_values,
    ),
)
def test_total_on_mutated_payloads(payload: Any, changes: dict[str, Any]) -> None:
    fitting = {name: value for name, value in changes.items() if name.split("__")[0] in payload}
    try:
        parsed = parse(changed(payload, **fitting))
    except Malformed:
        return
    if isinstance(parsed, Accepted):
        (signal,) = parsed.signals
        assert signal.at.tzinfo is UTC
        assert signal.at <= NOW + timedelta(days=1)
