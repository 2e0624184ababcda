"""One JSON object a line, in UTC, and never a secret in it."""

import io
import json
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import structlog
from aiohttp.http_exceptions import BadHttpMessage

from ghapp import logs


@pytest.fixture
def output() -> Iterator[io.StringIO]:
    """What the app logs meanwhile; the loggers are put back afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    stream = io.StringIO()
    logs.configure(stream=stream)
    yield stream
    root.handlers, root.level = handlers, level
    logging.getLogger("aiohttp.access").disabled = False
    structlog.reset_defaults()


def lines(output: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.getvalue().splitlines()]


def test_an_event_is_one_json_object(output: io.StringIO) -> None:
    with structlog.contextvars.bound_contextvars(request_id="r-1"):
        structlog.get_logger("ghapp.web").warning("delivery_refused", source="gcp", tries=2)
    (line,) = lines(output)
    time = datetime.fromisoformat(line.pop("timestamp"))
    assert time.utcoffset() == timedelta(0)
    assert line == {
        "event": "delivery_refused",
        "level": "warning",
        "logger": "ghapp.web",
        "request_id": "r-1",
        "source": "gcp",
        "tries": 2,
    }


def test_libraries_log_the_same_way(output: io.StringIO) -> None:
    logging.getLogger("some.library").info("recovered %d workflows", 3, extra={"executor": "a"})
    (line,) = lines(output)
    assert (line["event"], line["logger"]) == ("recovered 3 workflows", "some.library")
    assert line["executor"] == "a"


def test_addresses_with_tokens_are_not_logged_at_all(output: io.StringIO) -> None:
    logging.getLogger("aiohttp.access").info("POST /webhooks/gcp?auth_token=hunter2")
    assert output.getvalue() == ""


def test_a_bad_request_is_one_line(output: io.StringIO) -> None:
    log = logging.getLogger("aiohttp.server")
    log.error("Error handling request", exc_info=BadHttpMessage("no HTTP"))
    log.error("Error handling request", exc_info=ValueError("our own"))
    bad, ours = lines(output)
    assert (bad["event"], bad["level"]) == ("bad_http_request", "warning")
    assert "exception" not in bad
    assert "ValueError" in ours["exception"]


def test_an_exception_is_part_of_its_line(output: io.StringIO) -> None:
    structlog.get_logger().error("plugin_failed", exc_info=ValueError("no token=hunter2 here"))
    (line,) = lines(output)
    assert "ValueError" in line["exception"]
    assert "hunter2" not in line["exception"]


def test_for_people_it_is_not_json(output: io.StringIO) -> None:
    logs.configure(stream=output, to_json=False)
    structlog.get_logger().info("started", token="hunter2")
    assert "started" in output.getvalue()
    assert "hunter2" not in output.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        "POST /webhooks/gcp?auth_token=hunter2&x=1",
        "https://hooks.example/?api_key=hunter2",
        "Authorization: Bearer hunter2hunter2",
        "authorization: token hunter2hunter2",
        "Basic hunter2hunter2==",
        "ghs_hunter2hunter2",
        "github_pat_11AAA_hunter2",
        "whsec_hunter2",
        "sk_live_hunter2",
        "eyJhbGciOi.eyJodW50ZXIy.hunter2",
        "postgresql://ghapp:hunter2@db/ghapp",
        "-----BEGIN RSA PRIVATE KEY-----\nhunter2\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\nhunter2, cut off",
        "client_secret=hunter2",
    ],
)
def test_what_looks_like_a_secret_is_hidden(text: str) -> None:
    assert "hunter2" not in logs.redact_text(f"before {text}")
    assert logs.redact_text(f"before {text}").startswith("before ")


@pytest.mark.parametrize(
    "text",
    ["token mismatch", "basic auth", "GET https://api.github.com/repos/a/b?per_page=100", "a:b@c"],
)
def test_ordinary_text_stays(text: str) -> None:
    assert logs.redact_text(text) == text


def test_secrets_are_hidden_by_the_name_of_their_key() -> None:
    event = {
        "headers": {"Authorization": "x", "X-Hub-Signature-256": "y", "Accept": "z"},
        "tokens": [1, ("ghs_abc",), None],
        "private_key": "k",
        "password": None,
        "error": ValueError("secret=abc"),
    }
    assert logs.redact(None, "info", event) == {
        "headers": {
            "Authorization": logs.HIDDEN,
            "X-Hub-Signature-256": logs.HIDDEN,
            "Accept": "z",
        },
        "tokens": [1, [f"ghs_{logs.HIDDEN}"], None],
        "private_key": logs.HIDDEN,
        "password": None,
        "error": f"ValueError('secret={logs.HIDDEN}')",
    }
