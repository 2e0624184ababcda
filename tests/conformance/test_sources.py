"""What every alert sender must do, whichever file it is in."""

import copy
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ghapp import plugins, sources
from ghapp.core import wire
from ghapp.core.source import Accepted, Nothing, Oidc, Parsed, Source, Verify
from ghapp.core.strict_json import Malformed
from ghapp.core.verify import Unverified

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
CORPUS = Path(__file__).parents[1] / "corpus"
MAX_DELIVERY_ID = 512
"""Longer ones bloat the inbox's index; the senders that we know stay far below."""

SOURCES = plugins.sources()
PAYLOADS = [
    pytest.param(source, path, id=f"{source.name}-{path.stem}")
    for source in SOURCES.values()
    for path in sorted((CORPUS / source.name).glob("*.json"))
]
every_source = pytest.mark.parametrize("source", SOURCES.values(), ids=lambda s: s.name)
every_check = pytest.mark.parametrize(
    "verify",
    [
        pytest.param(source.verify, id=source.name)
        for source in SOURCES.values()
        if not isinstance(source.verify, Oidc)  # the door checks the token of such a sender
    ],
)
every_payload = pytest.mark.parametrize(("source", "path"), PAYLOADS)

texts = st.dictionaries(st.text(), st.text(), max_size=3)
headers_of_senders = st.fixed_dictionaries(
    {},
    optional={
        "Content-Type": st.sampled_from(["application/json", "application/cloudevents+json"]),
        "webhook-id": st.text(),
        "Sentry-Hook-Resource": st.sampled_from(["event_alert", "metric_alert", "issue"]),
        "Sentry-Hook-Timestamp": st.text(),
        "Request-ID": st.text(),
        "X-GitHub-Event": st.sampled_from(["deployment_status", "workflow_run", "ping"]),
        "X-GitHub-Delivery": st.text(),
    },
)
TYPICAL_HEADERS: list[dict[str, str]] = [
    {},
    {
        "Content-Type": "application/json",
        "webhook-id": "msg_1",
        "Sentry-Hook-Resource": "event_alert",
        "Sentry-Hook-Timestamp": "1772443800",
        "Request-ID": "r1",
        "X-GitHub-Event": "deployment_status",
        "X-GitHub-Delivery": "d1",
    },
]
junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=3,
)


def read(
    source: Source, body: bytes, headers: dict[str, str], query: dict[str, str]
) -> Parsed | str:
    """What a message becomes, or why it was refused; nothing else ever comes of it."""
    try:
        return source.parse(body, headers, query, NOW)
    except Malformed as refused:
        return str(refused)


def loosely(body: bytes) -> Any:
    """A payload to change; one that is not even JSON is changed from an empty object."""
    try:
        return json.loads(body)
    except ValueError:
        return {}


def holds(found: Parsed | str, source: Source) -> None:
    """What the app does with a message relies on this."""
    if not isinstance(found, Accepted):
        said = found.reason if isinstance(found, Nothing) else found
        assert said
        assert "\n" not in said
        return
    assert found.signals
    assert 0 < len(found.delivery_id) <= MAX_DELIVERY_ID
    found.delivery_id.encode()
    for signal in found.signals:
        assert signal.source == (source.sender or source.name)
        assert signal.summary.strip()
        assert signal.fingerprint
        assert signal.occurrence
        assert signal.at.utcoffset() is not None
        stored = wire.encode(signal)
        assert wire.decode(wire.kind_of(signal), stored) == signal
        assert rb"\u0000" not in stored.replace(rb"\\", b"")


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to each member of a document, the document itself first."""
    members: list[tuple[Any, Any]] = []
    if isinstance(value, dict | list):
        members = list(value.items() if isinstance(value, dict) else enumerate(value))
    return [path, *(way for key, inner in members for way in places(inner, (*path, key)))]


def replaced(document: Any, place: tuple[Any, ...], value: Any) -> Any:
    """The document with one member replaced."""
    if not place:
        return value
    changed = copy.deepcopy(document)
    holder = changed
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = value
    return changed


def test_every_file_loads() -> None:
    found = plugins.scan("ghapp.sources", "SOURCE")
    assert found.failures == ()
    assert all(isinstance(plugin, Source) for plugin in found.plugins.values())


@every_source
def test_names_fit_labels_addresses_and_the_environment(source: Source) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9-]*", source.name)
    assert re.fullmatch(r"[a-z][a-z0-9/-]*", source.path)
    variables = [source.secret_variable]
    if isinstance(source.verify, Oidc):
        proof = source.verify
        variables += [
            proof.audience_variable,
            proof.email_variable,
            proof.certificates_variable,
        ]
        assert proof.certificates_url.startswith("https://")
        assert proof.issuers
    assert all(re.fullmatch(r"GHAPP_[A-Z0-9_]+", variable) for variable in variables)
    assert not source.sender or source.sender in SOURCES


@every_source
def test_it_has_its_own_tests(source: Source) -> None:
    module = Path(source.parse.__code__.co_filename)
    assert module.parent == Path(sources.__path__[0])
    assert (Path("tests/sources") / f"test_{module.name}").is_file()


@every_check
@given(body=st.binary(), headers=texts | headers_of_senders, query=texts)
def test_a_stranger_is_refused_whatever_it_sends(
    verify: Verify, body: bytes, headers: dict[str, str], query: dict[str, str]
) -> None:
    with pytest.raises(Unverified):
        verify(body, headers, query, ["a secret that nobody guesses"], NOW)
    with pytest.raises(Unverified):
        verify(body, headers, query, [], NOW)


@every_source
@given(
    body=st.binary() | st.text('[]{}",:0aeinu ').map(str.encode),
    headers=texts | headers_of_senders,
    query=texts,
)
def test_parsing_is_total(
    source: Source, body: bytes, headers: dict[str, str], query: dict[str, str]
) -> None:
    holds(read(source, body, headers, query), source)


@every_payload
@settings(max_examples=15)
@given(data=st.data())
def test_parsing_is_total_on_what_a_sender_could_have_meant(
    source: Source, path: Path, data: st.DataObject
) -> None:
    document = loosely(path.read_bytes())
    place = data.draw(st.sampled_from(places(document)))
    body = json.dumps(replaced(document, place, data.draw(junk))).encode()
    holds(read(source, body, data.draw(headers_of_senders), {}), source)


@every_payload
@pytest.mark.parametrize("headers", TYPICAL_HEADERS, ids=["none", "typical"])
def test_one_message_means_the_same_each_time(
    source: Source, path: Path, headers: dict[str, str]
) -> None:
    body = path.read_bytes()
    found = read(source, body, headers, {})
    holds(found, source)
    assert read(source, body, headers, {}) == found
