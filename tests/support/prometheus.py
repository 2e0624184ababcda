"""Messages of Alertmanager's webhook receiver, and of Grafana's, as they really write them.

https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
"""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

ALERTMANAGER = "http://alertmanager.acme.example:9093"
GRAFANA = "https://grafana.acme.example/"
NEVER = "0001-01-01T00:00:00Z"
"""How Go writes the end of an alert that fires."""

JsonObject = dict[str, Any]


def at(time: datetime) -> str:
    """A time as Go writes it, to the nanosecond."""
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}789Z"


def alert(
    name: str = "HighErrorRate",
    *,
    severity: str | None = "critical",
    started: datetime | None = None,
    ended: datetime | None = None,
    annotations: dict[str, str] | None = None,
    **labels: str,
) -> JsonObject:
    """An alert that fires since now, or has ended; its labels make its fingerprint."""
    told = {"alertname": name, **({"severity": severity} if severity else {}), **labels}
    thing = labels.get("instance", labels.get("service", "it"))
    return {
        "status": "resolved" if ended else "firing",
        "labels": told,
        "annotations": {"summary": f"{name} on {thing}"} if annotations is None else annotations,
        "startsAt": at(started or datetime.now(UTC)),
        "endsAt": at(ended) if ended else NEVER,
        "generatorURL": f"http://prometheus.acme.example:9090/graph?g0.expr={name}&g0.tab=1",
        "fingerprint": hashlib.sha256(json.dumps(sorted(told.items())).encode()).hexdigest()[:16],
    }


def resolved(one: JsonObject, ended: datetime | None = None) -> JsonObject:
    """The same alert after its end."""
    return {**one, "status": "resolved", "endsAt": at(ended or datetime.now(UTC))}


def group(*alerts: JsonObject, by: dict[str, str] | None = None, **changes: Any) -> JsonObject:
    """Alertmanager's message about a group of alerts; `by` are the labels it is grouped by.

    `changes` replace members; a value of `...` removes one.
    """
    listed = list(alerts) or [alert()]
    labels = {"alertname": listed[0]["labels"]["alertname"]} if by is None else by
    matchers = ", ".join(f'{name}="{value}"' for name, value in sorted(labels.items()))
    message: JsonObject = {
        "version": "4",
        "groupKey": f'{{}}/{{team="platform"}}:{{{matchers}}}',
        "truncatedAlerts": 0,
        "status": "firing" if any(one["status"] == "firing" for one in listed) else "resolved",
        "receiver": "ghapp",
        "groupLabels": labels,
        "commonLabels": _common(listed, "labels"),
        "commonAnnotations": _common(listed, "annotations"),
        "externalURL": ALERTMANAGER,
        "alerts": listed,
    }
    message.update(changes)
    return {name: value for name, value in message.items() if value is not ...}


def grafana(*alerts: JsonObject, by: dict[str, str] | None = None, **changes: Any) -> JsonObject:
    """Grafana's message about a group of alerts."""
    listed = [_of_grafana(one) for one in alerts or [alert()]]
    firing = sum(one["status"] == "firing" for one in listed)
    state = f"FIRING:{firing}" if firing else "RESOLVED"
    return group(
        *listed,
        by=by,
        **{
            "version": "1",
            "externalURL": GRAFANA,
            "orgId": 1,
            "title": f"[{state}] {listed[0]['labels']['alertname']}",
            "state": "alerting" if firing else "ok",
            "message": "**Firing**\n\nValue: B=44.2, C=1",
            **changes,
        },
    )


def grafana_test() -> JsonObject:
    """What the test button of a contact point sends."""
    one = alert(
        "TestAlert",
        severity=None,
        instance="Grafana",
        annotations={"summary": "Notification test"},
    )
    now = int(datetime.now(UTC).timestamp())
    return grafana(one, by=one["labels"], groupKey=f"ghapp-57c6d9296de2ad39-{now}", receiver="test")


def ago(minutes: float) -> datetime:
    """So many minutes before now."""
    return datetime.now(UTC) - timedelta(minutes=minutes)


def _of_grafana(one: JsonObject) -> JsonObject:
    return {
        **one,
        "generatorURL": f"{GRAFANA}alerting/grafana/cdeqmlhvflz40f/view",
        "silenceURL": f"{GRAFANA}alerting/silence/new?alertmanager=grafana",
        "dashboardURL": f"{GRAFANA}d/home-1",
        "panelURL": f"{GRAFANA}d/home-1?viewPanel=4",
        "values": {"B": 44.23943737541908, "C": 1},
        "valueString": "[ var='B' labels={instance=api-1} value=44.23943737541908 ]",
    }


def _common(alerts: list[JsonObject], key: str) -> dict[str, str]:
    """What all of them say alike."""
    first, *rest = (one[key] for one in alerts)
    return {
        name: value
        for name, value in first.items()
        if all(other.get(name) == value for other in rest)
    }
