"""What is stored is read back unchanged, and damage is named rather than guessed at."""

from datetime import UTC
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghapp.core.facts import (
    CommentEvent,
    InstallationEvent,
    IssueEvent,
    Link,
    PushEvent,
    Signal,
    Status,
)
from ghapp.core.github_event import (
    AskEvent,
    CheckEvent,
    CommentChange,
    MergeGroupEvent,
    MilestoneEvent,
    PullEvent,
    ReleaseEvent,
)
from ghapp.core.pull_request import Pull
from ghapp.core.wire import Event, UnknownPayload, decode, encode, kind_of
from ghapp.model.names import Severity

texts = st.text(st.characters(exclude_categories=["Cs"]))
times = st.datetimes(timezones=st.just(UTC))
numbers = st.integers(0, 2**63 - 1)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**300), 10**300)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
    max_leaves=10,
)
pulls = st.builds(
    Pull,
    repo=texts,
    number=numbers,
    title=texts,
    body=texts,
    author=texts,
    author_is_app=st.booleans(),
    author_is_bot=st.booleans(),
    head=texts,
    head_branch=texts,
    head_repo=texts,
    base=texts,
    base_sha=texts,
    open=st.booleans(),
    draft=st.booleans(),
    merged_at=st.none() | times,
    merge_commit=st.none() | texts,
    labels=st.frozensets(texts, max_size=2),
    milestone=st.none() | numbers,
    assignees=st.lists(texts, max_size=2).map(tuple),
    requested=st.lists(texts, max_size=2).map(tuple),
    requested_teams=st.lists(texts, max_size=2).map(tuple),
    created_at=times,
    updated_at=times,
    changed_files=st.none() | numbers,
    commits=st.none() | numbers,
)
events: st.SearchStrategy[Event] = st.one_of(
    st.builds(
        Signal,
        source=texts,
        fingerprint=texts,
        occurrence=texts,
        status=st.sampled_from(Status),
        at=times,
        summary=texts,
        severity=st.none() | st.sampled_from(Severity),
        started_at=st.none() | times,
        documentation=texts,
        links=st.lists(st.builds(Link, texts, texts), max_size=2).map(tuple),
        where=st.dictionaries(texts, texts, max_size=3),
        fields=st.dictionaries(texts, json_values, max_size=3),
    ),
    st.builds(
        CommentEvent,
        repo=texts,
        number=numbers,
        comment_id=numbers,
        body=texts,
        previous=st.none() | texts,
        sender=texts,
        at=times,
    ),
    st.builds(IssueEvent, repo=texts, number=numbers, action=texts, sender=texts, at=times),
    st.builds(
        PullEvent,
        repo=texts,
        number=numbers,
        action=texts,
        pull=pulls,
        sender=texts,
        at=times,
    ),
    st.builds(MergeGroupEvent, repo=texts, number=numbers, head=texts, base=texts),
    st.builds(CheckEvent, repo=texts, head=texts, name=texts, action=texts, sender=texts),
    st.builds(
        MilestoneEvent,
        repo=texts,
        number=numbers,
        action=texts,
        title=texts,
        description=texts,
        sender=texts,
        at=times,
    ),
    st.builds(
        AskEvent,
        repo=texts,
        number=numbers,
        comment_id=numbers,
        name=texts,
        args=st.lists(texts).map(tuple),
        text=texts,
        sender=texts,
        asked_at=times,
        key=texts,
    ),
    st.builds(
        CommentChange,
        repo=texts,
        number=numbers,
        comment_id=numbers,
        previous=texts,
        body=texts,
        sender=texts,
        at=times,
    ),
    st.builds(ReleaseEvent, repo=texts, tag=texts, action=texts, sender=texts),
    st.builds(PushEvent, repo=texts, sender=texts),
    st.builds(
        InstallationEvent,
        installation=numbers,
        action=texts,
        added=st.lists(texts).map(tuple),
        removed=st.lists(texts).map(tuple),
    ),
)


@given(events)
def test_what_is_written_is_read(event: Any) -> None:
    assert decode(kind_of(event), encode(event)) == event


@pytest.mark.parametrize(
    ("kind", "payload", "says"),
    [
        pytest.param("heartbeat", b"{}", "unknown kind", id="a kind of a later version"),
        pytest.param("signal", b"{}", "missing required field", id="another shape"),
        pytest.param("push", b"\x00", "malformed", id="no json"),
        pytest.param("signal", b'{"x":' + b"[" * 100_000, "recursion", id="bottomless"),
    ],
)
def test_what_cannot_be_read_says_so(kind: str, payload: bytes, says: str) -> None:
    with pytest.raises(UnknownPayload, match=says):
        decode(kind, payload)
