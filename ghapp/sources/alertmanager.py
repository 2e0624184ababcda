"""Prometheus Alertmanager: the webhook receiver, version 4 of its message.

https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from ghapp.core import verify
from ghapp.core.facts import Link
from ghapp.core.source import Parsed, Source
from ghapp.sources._prometheus import Group, read
from ghapp.sources._prometheus_signals import accepted, runbook_of


def check(
    _body: bytes,
    headers: Mapping[str, str],
    _query: Mapping[str, str],
    secrets: Sequence[str],
    _now: datetime,
) -> None:
    """The token is the `authorization` of the receiver's `http_config`, or the password of its `basic_auth`."""
    authorization = headers.get("Authorization")
    verify.token(
        [verify.bearer(authorization), verify.basic_password(authorization)],
        secrets,
    )


def parse(
    body: bytes, _headers: Mapping[str, str], _query: Mapping[str, str], now: datetime
) -> Parsed:
    """One message is the state of one group: a signal for each alert in it."""
    group = read(body, now)
    return accepted(SOURCE.name, group, _links(group), body, now)


def _links(group: Group) -> list[Link]:
    links = [runbook_of(group), Link("Alertmanager", group.message.url("externalURL"))]
    if len(group.firing) == 1:
        links.append(Link("Where it came from", group.firing[0].url))
    return links


SOURCE = Source(
    name="alertmanager",
    path="alertmanager",
    secret_variable="GHAPP_ALERTMANAGER_TOKEN",  # noqa: S106 - a variable's name
    verify=check,
    parse=parse,
)
