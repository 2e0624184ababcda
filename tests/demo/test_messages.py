"""Requests are told apart by method and path, calls by whether they spend the App's budget."""

from datetime import UTC, datetime

import pytest

from ghapp.demo.messages import Answer, Call, Caller, Request


def request(method="GET", path="/repos/acme/ops/issues", **more):
    return Request(**{"method": method, "path": path, "caller": Caller.INSTALLATION, **more})


def call(status, **more):
    answer = None if status is None else Answer.of(status)
    return Call(seq=1, request=request(**more), at=datetime(2026, 1, 1, tzinfo=UTC), answer=answer)


@pytest.mark.parametrize(
    ("method", "pattern", "expected"),
    [
        ("GET", "/repos/*/*/issues", True),
        ("*", "/repos/acme/*/issues", True),
        ("POST", "/repos/*/*/issues", False),
        ("GET", "/repos/*/*", False),
        ("GET", "/repos/*/issues", False),
        ("GET", "/repos/*/*/issues/*", False),
    ],
)
def test_a_star_is_one_segment(method, pattern, expected):
    assert request().matches(method, pattern) is expected


@pytest.mark.parametrize(
    ("status", "more", "expected"),
    [
        pytest.param(200, {}, True, id="a read"),
        pytest.param(502, {}, True, id="a failure"),
        pytest.param(None, {}, True, id="a dropped one"),
        pytest.param(304, {}, False, id="nothing new"),
        pytest.param(200, {"caller": Caller.PERSON}, False, id="a person's"),
        pytest.param(200, {"caller": Caller.APP, "path": "/app"}, True, id="the App's own"),
        pytest.param(
            201,
            {"method": "POST", "path": "/app/installations/1/access_tokens"},
            False,
            id="a token",
        ),
    ],
)
def test_what_spends_the_budget(status, more, expected):
    assert call(status, **more).counts is expected


def test_a_call_reads_as_one_line():
    read = call(200, query={"state": "open"})
    read.fault = "delayed 1 s"
    expected = "#1 installation: GET /repos/acme/ops/issues?state=open -> 200 [delayed 1 s]"
    assert str(read) == expected


def test_what_is_not_json_is_no_body():
    assert request(content=b"{").body is None
    assert request(content=b"[1]").body == [1]


def test_a_refusal_has_githubs_shape():
    refusal = Answer.refusal(422, "Validation Failed", errors=[{"field": "name"}])
    assert refusal.json == {
        "message": "Validation Failed",
        "errors": [{"field": "name"}],
        "documentation_url": "https://docs.github.com/rest",
        "status": "422",
    }
