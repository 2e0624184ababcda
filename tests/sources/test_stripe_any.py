"""Stripe's events as nobody expects them: nothing breaks, and nothing private comes through."""

import copy
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghapp.core import wire
from ghapp.core.facts import Status
from ghapp.core.source import Accepted, Nothing
from ghapp.core.strict_json import Malformed
from ghapp.core.verify import Unverified
from ghapp.sources._stripe_table import TABLE
from ghapp.sources.stripe import SOURCE
from tests.support import stripe

NOW = datetime(2026, 3, 2, 9, 31, tzinfo=UTC) + timedelta(days=100)
PAYLOADS = {name: stripe.payload(name) for name in stripe.corpus()}
CARD, EMAIL = "4000056655665556", "carol@example.com"
PRIVATE: list[Any] = [
    CARD,
    int(CARD),
    "4000 0566 5566 5556",
    "4000-0566-5566-5556",
    f"card_{CARD}",
    f"paid with {CARD}",
    EMAIL,
    f"Carol <{EMAIL}>",
    {"id": CARD, "email": EMAIL},
    [EMAIL, CARD],
    {EMAIL: CARD},
]
SECRETS = (CARD, "4000 0566", "4000-0566", EMAIL, "carol", "4000056655665556")

Path = tuple[str | int, ...]


def paths(value: Any, at: Path = ()) -> Iterator[Path]:
    """Every place in a payload but the payload itself."""
    if at:
        yield at
    members = value.items() if isinstance(value, dict) else enumerate(value)
    for name, inner in members:
        if isinstance(inner, dict | list):
            yield from paths(inner, (*at, name))
        else:
            yield (*at, name)


PLACES = [(name, path) for name, message in PAYLOADS.items() for path in paths(message)]


def put(name: str, path: Path, value: Any) -> Any:
    """A payload with another value in one place."""
    message = copy.deepcopy(PAYLOADS[name])
    inner: Any = message
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return message


def shown(message: Any) -> str:
    """All that a signal tells; empty when there is none."""
    try:
        parsed = SOURCE.parse(json.dumps(message).encode(), {}, {}, NOW)
    except Malformed as refused:
        return str(refused)
    if isinstance(parsed, Nothing):
        return parsed.reason
    return "".join(wire.encode(signal).decode() for signal in parsed.signals)


@given(st.sampled_from(PLACES), st.sampled_from(PRIVATE))
def test_a_card_number_or_an_address_never_comes_through(
    place: tuple[str, Path], planted: Any
) -> None:
    told = shown(put(*place, planted))
    assert not [secret for secret in SECRETS if secret in told]


@given(
    st.sampled_from([place for place in PLACES if isinstance(place[1][-1], str)]),
    st.sampled_from(["email", "name", "number", "card", "metadata", "note", "x"]),
    st.sampled_from(PRIVATE),
)
def test_nor_does_a_member_that_nobody_knows(
    place: tuple[str, Path], member: str, planted: Any
) -> None:
    name, path = place
    told = shown(put(name, (*path[:-1], member), planted))
    assert not [secret for secret in SECRETS if secret in told]


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "object", "status", "data", "amount", "currency"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)


@given(st.sampled_from(PLACES), json_values)
def test_total_on_mutated_events(place: tuple[str, Path], value: Any) -> None:
    try:
        parsed = SOURCE.parse(json.dumps(put(*place, value)).encode(), {}, {}, NOW)
    except Malformed:
        return
    for signal in parsed.signals if isinstance(parsed, Accepted) else ():
        assert wire.decode("signal", wire.encode(signal)) == signal
        assert signal.at.tzinfo is UTC


def _status(name: str) -> Status | None:
    try:
        parsed = SOURCE.parse(json.dumps(PAYLOADS[name]).encode(), {}, {}, NOW)
    except Malformed:
        return None
    return parsed.signals[0].status if isinstance(parsed, Accepted) else None


STATUS = {name: _status(name) for name in PAYLOADS}
DECIDING = {
    *("id", "account", "destination", "reserve_hold", "alert", "customer"),  # identity
    *("actionable", "status", "requirements", "charges_enabled", "payouts_enabled"),  # state
}
DESCRIBING = [
    (name, path)
    for name, path in PLACES
    if STATUS[name] and path[:2] == ("data", "object") and len(path) > 2 and not {*path} & DECIDING
]


@given(st.sampled_from(DESCRIBING), json_values)
def test_a_member_that_only_describes_costs_no_page(place: tuple[str, Path], value: Any) -> None:
    parsed = SOURCE.parse(json.dumps(put(*place, value)).encode(), {}, {}, NOW)
    assert isinstance(parsed, Accepted)
    assert parsed.signals[0].status is STATUS[place[0]]


parts = st.sampled_from(["t=", "v1=", "v0=", ",", "=", "1772443860", "9" * 400, "-1", "\udc80", ""])


@given(st.binary(max_size=50), st.lists(parts | st.text(max_size=8)).map("".join))
def test_whatever_a_stranger_signs_with_is_refused(body: bytes, header: str) -> None:
    with pytest.raises(Unverified):
        SOURCE.verify(body, {"Stripe-Signature": header}, {}, [stripe.SECRET], NOW)  # type: ignore[operator]


@given(st.binary(max_size=200))
def test_total_on_signed_bytes(body: bytes) -> None:
    header = stripe.signature(body, at=NOW.timestamp())
    SOURCE.verify(body, {"Stripe-Signature": header}, {}, [stripe.SECRET], NOW)  # type: ignore[operator]
    try:
        SOURCE.parse(body, {}, {}, NOW)
    except Malformed:
        return


class TestTheTable:
    """What a wrong row would break."""

    @pytest.mark.parametrize("name", TABLE)
    def test_what_is_seen_fits_into_one_object(self, name: str) -> None:
        shows = TABLE[name].family.shows
        assert not [path for path in shows if any(other.startswith(f"{path}.") for other in shows)]

    @pytest.mark.parametrize("name", TABLE)
    def test_every_trouble_that_ends_can_begin(self, name: str) -> None:
        begins = {
            (row.family.name, episode)
            for row in TABLE.values()
            if row.says
            for episode in row.episodes
        }
        row = TABLE[name]
        assert begins >= {(row.family.name, episode) for episode in row.episodes}

    @pytest.mark.parametrize("name", TABLE)
    def test_titles_and_pages_only_use_what_is_seen(self, name: str) -> None:
        family = TABLE[name].family
        members = {
            part.partition("}")[0]
            for text in (TABLE[name].says, *family.pages)
            for part in text.split("{")[1:]
        }
        assert members <= {*family.shows, "money"}
