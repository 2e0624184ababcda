"""What `ghapp connect gcp` has to do: the channel and the policies as they are, against what they should be."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit, urlunsplit

from ghapp.cli.errors import UserError
from ghapp.clients.gcp_monitoring import Channel, Policy, UptimeCheck
from ghapp.sources.gcp import SOURCE

_PATH = f"/webhooks/{SOURCE.path}"
_UPTIME = re.compile(r"uptime_check\b|uptime_check_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`address` has no token in it; `url` is the address with the token, as the channel keeps it.

    `channel` is the one that sends to the address already, `others` how many more do. `chosen` are the policies that
    are to notify it; `unwatched` are the uptime checks that no policy asks about.
    """

    address: str
    url: str = field(repr=False)
    channel: Channel | None
    others: int
    chosen: tuple[Policy, ...]
    unwatched: tuple[UptimeCheck, ...]

    @property
    def channel_due(self) -> bool:
        """Whether the channel is to be made or mended."""
        return self.channel is None or self.channel.url != self.url or not self.channel.enabled

    @property
    def policies_due(self) -> tuple[Policy, ...]:
        """The chosen policies that do not notify the channel yet."""
        return tuple(policy for policy in self.chosen if not self.notifies(policy))

    @property
    def due(self) -> int:
        """How many things are to be written."""
        return self.channel_due + len(self.policies_due)

    def notifies(self, policy: Policy) -> bool:
        """Whether a policy notifies the channel."""
        return self.channel is not None and self.channel.name in policy.channels


def plan(
    *,
    address: str,
    token: str,
    channels: Iterable[Channel],
    policies: Iterable[Policy],
    checks: Iterable[UptimeCheck],
    labels: Mapping[str, str] | None,
) -> Plan:
    """Compare what is wanted with what is there.

    `labels` must all be on a policy for it to be chosen; an empty mapping chooses every policy, None chooses none.
    """
    known = list(policies)
    same = sorted(
        (one for one in channels if without_query(one.url) == address), key=lambda one: one.name
    )
    return Plan(
        address=address,
        url=f"{address}?{urlencode({'auth_token': token})}",
        channel=same[0] if same else None,
        others=len(same[1:]),
        chosen=tuple(one for one in known if labels is not None and _has(one, labels)),
        unwatched=tuple(
            one for one in checks if not any(_watches(policy, one) for policy in known)
        ),
    )


def door_address(given: str) -> str:
    """The address of ghapp's door for Google, by the address of ghapp or of the door itself.

    Raises:
        UserError: it is no address that Google sends to.
    """
    try:
        parts = urlsplit(given.strip())
        sound = parts.scheme == "https" and bool(parts.hostname)
    except ValueError:
        sound = False
    if not sound or parts.query or parts.fragment:
        raise UserError(
            f"not an https address: {given!r}", "For example https://ghapp.example.com."
        )
    path = parts.path.rstrip("/")
    door = path if path.endswith(_PATH) else path + _PATH
    return urlunsplit((parts.scheme, parts.netloc, door, "", ""))


def parse_labels(given: Iterable[str]) -> dict[str, str]:
    """Labels written as `key=value`.

    Raises:
        UserError: one is not.
    """
    labels: dict[str, str] = {}
    for text in given:
        key, equals, value = (part.strip() for part in text.partition("="))
        if not key or not equals or labels.get(key, value) != value:
            raise UserError(f"not a label: {text!r}", "For example --label team=ops.")
        labels[key] = value
    return labels


def without_query(url: str) -> str:
    """An address without what may be secret in it."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/"), "", ""))


def _has(policy: Policy, labels: Mapping[str, str]) -> bool:
    return all(policy.labels.get(key) == value for key, value in labels.items())


def _watches(policy: Policy, check: UptimeCheck) -> bool:
    """Whether a policy asks about an uptime check: by its id, or about all of them at once."""
    named = re.compile(rf"(?<![\w-]){re.escape(check.id)}(?![\w-])")
    return policy.enabled and any(
        named.search(condition.text) or "check_id" not in condition.text
        for condition in policy.conditions
        if _UPTIME.search(condition.text)
    )
