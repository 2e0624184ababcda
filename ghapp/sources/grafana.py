"""Grafana Alerting: the webhook contact point; its message is Alertmanager's, and more.

https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from ghapp.core import verify
from ghapp.core.facts import Link
from ghapp.core.source import Nothing, Parsed, Source
from ghapp.sources._prometheus import Group, read
from ghapp.sources._prometheus_signals import accepted, runbook_of

SIGNATURE = "X-Grafana-Alerting-Signature"
TIMESTAMP = "X-Grafana-Alerting-Timestamp"
"""Grafana lets the name of this header be chosen; docs/grafana.md says to choose this one."""

_TEST_KEY = re.compile(r"[^{].*-[0-9a-f]{16}-[0-9]{9,12}")
"""The test button's group: name of the contact point, fingerprint of the alert, seconds since 1970.

The key of a real group begins with the matchers of its notification policy, in braces.
"""

_TEST_LABELS = {"alertname": "TestAlert", "instance": "Grafana"}
_PLACES = {
    "panelURL": "Panel",
    "dashboardURL": "Dashboard",
    "silenceURL": "Silence it",
    "imageURL": "Picture",
}


def check(
    body: bytes,
    headers: Mapping[str, str],
    _query: Mapping[str, str],
    secrets: Sequence[str],
    now: datetime,
) -> None:
    """The signature where there is one, else the token: as `Authorization` or as the password of HTTP Basic."""
    if signature := headers.get(SIGNATURE):
        verify.hex_digest(body, signature, secrets, timestamp=headers.get(TIMESTAMP), now=now)
        return
    authorization = headers.get("Authorization")
    verify.token(
        [verify.bearer(authorization), verify.basic_password(authorization)],
        secrets,
    )


def parse(
    body: bytes, _headers: Mapping[str, str], _query: Mapping[str, str], now: datetime
) -> Parsed:
    """One message is the state of one group; the test button opens nothing."""
    group = read(body, now)
    if _TEST_KEY.fullmatch(group.key) or all(
        _TEST_LABELS.items() <= member.labels.items() for member in group.members
    ):
        return Nothing("test message")
    return accepted(SOURCE.name, group, _links(group), body, now)


def _links(group: Group) -> list[Link]:
    """Of several alerts, the first one's panel shows what the others do."""
    first = group.members[0].more
    return [
        runbook_of(group),
        Link("Grafana", group.message.url("externalURL")),
        Link("Alert rule", group.members[0].url),
        *(Link(title, first.url(name)) for name, title in _PLACES.items()),
    ]


SOURCE = Source(
    name="grafana",
    path="grafana",
    secret_variable="GHAPP_ALERTMANAGER_TOKEN",  # noqa: S106 - a variable's name
    verify=check,
    parse=parse,
)
