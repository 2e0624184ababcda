"""What an answer of GitHub says: its data, the next page, or why it was refused."""

import json

import pytest

from ghapp.github.answers import Answer, decode, message_of, reason_of, refusal
from ghapp.github.errors import Gone, NotFound, Refused, Unavailable

JSON = {"content-type": "application/json; charset=utf-8"}


def test_data_and_next_page() -> None:
    link = '<https://x/issues?page=2>; rel="next", <https://x/issues?page=9>; rel="last"'
    answer = Answer(200, {**JSON, "link": link, "x-ratelimit-limit": "many"}, b"[1]")
    assert decode(answer) == ([1], "https://x/issues?page=2")


def test_no_content() -> None:
    assert decode(Answer(204, {}, b"")) == (None, None)


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        pytest.param(JSON, b"{", id="cut off"),
        pytest.param(JSON, b"\xff\xff", id="not UTF-8"),
        pytest.param({"content-type": "application/json; charset=klingon"}, b"{}", id="charset"),
        pytest.param({"content-type": "text/html"}, b"<p>Back soon", id="a page of a proxy"),
    ],
)
def test_an_unreadable_success_is_an_outage_and_a_write_may_have_happened(
    headers: dict[str, str], body: bytes
) -> None:
    with pytest.raises(Unavailable) as read:
        decode(Answer(200, headers, body))
    with pytest.raises(Unavailable) as written:
        decode(Answer(201, headers, body), wrote=True)
    assert (read.value.uncertain, written.value.uncertain) == (False, True)


@pytest.mark.parametrize(
    ("status", "body", "kind", "message", "errors"),
    [
        (404, {"message": "Not Found"}, NotFound, "Not Found", ()),
        (410, {"message": "This issue was deleted"}, Gone, "This issue was deleted", ()),
        (
            422,
            {"message": "Validation Failed", "errors": [{"field": "title"}]},
            Refused,
            "Validation Failed",
            ({"field": "title"},),
        ),
        (422, {"message": "No", "errors": "because"}, Refused, "No", ("because",)),
        (451, [], Refused, "no reason given", ()),
        (499, {"message": 3}, Refused, "no reason given", ()),
    ],
)
def test_refusals(
    status: int, body: object, kind: type[Refused], message: str, errors: tuple[object, ...]
) -> None:
    refused = refusal(Answer(status, JSON, json.dumps(body).encode()))
    assert type(refused) is kind
    assert (refused.status, refused.message, refused.errors) == (status, message, errors)
    assert str(refused) == f"{status} {message}"


def test_the_reason_includes_the_page_that_explains_it() -> None:
    body = b'{"message": "No", "documentation_url": "https://docs/secondary-rate-limits"}'
    assert (message_of(body), reason_of(body)) == ("No", "No https://docs/secondary-rate-limits")
    assert reason_of(b"<html>") == ""
