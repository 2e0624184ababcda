"""What docs/alerts.md tells a sender to do works as it stands there."""

import itertools
import json
import os
import re
import subprocess
import urllib.request
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ghapp.core.facts import Status
from ghapp.core.source import Accepted
from ghapp.sources.alerts import SOURCE, check

PAGE = Path(__file__).parents[2] / "docs/alerts.md"
SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY+"
BODY = '{"dedup_key": "backup/orders-db", "status": "firing", "title": "Größe: 5 %"}'


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(), re.DOTALL)


def module(code: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    exec(compile(code, str(PAGE), "exec"), found)
    return found


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GHAPP_ALERTS_SECRET", SECRET)
    monkeypatch.setenv("GHAPP_URL", "https://ghapp.example.com")


@pytest.mark.usefixtures("environment")
def test_the_shell_script(tmp_path: Path) -> None:
    """A curl that writes down what it was told stands for the network."""
    curl = tmp_path / "curl"
    curl.write_text('#!/bin/sh\nfor each; do printf "%s\\0" "$each"; done\n')
    curl.chmod(0o755)
    script = next(block for block in blocks("sh") if block.startswith("#!/bin/sh"))
    told = subprocess.run(
        ["sh", "-c", script, "send-alert", BODY],
        env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\0")
    headers = dict(
        value.split(": ", 1) for option, value in itertools.pairwise(told) if option == "-H"
    )
    body = told[told.index("--data-binary") + 1].encode()
    assert body == BODY.encode()
    assert "https://ghapp.example.com/webhooks/alerts" in told
    check(body, headers, {}, ["whsec_b3RoZXI=", SECRET], datetime.now(UTC))
    assert isinstance(SOURCE.parse(body, headers, {}, datetime.now(UTC)), Accepted)


@pytest.mark.usefixtures("environment")
def test_the_python_sender(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[urllib.request.Request] = []

    def urlopen(request: urllib.request.Request, timeout: float) -> nullcontext[None]:
        assert timeout
        sent.append(request)
        return nullcontext()

    monkeypatch.setattr(urllib.request, "urlopen", urlopen)
    send = module(blocks("python")[0])["send"]
    send(**json.loads(BODY))
    send(dedup_key="backup/orders-db", status="resolved")

    found = []
    for request in sent:
        assert request.get_method() == "POST"
        assert request.full_url == "https://ghapp.example.com/webhooks/alerts"
        # urllib capitalizes names, which the web server takes in any case.
        headers = {name.lower(): value for name, value in request.header_items()}
        assert isinstance(request.data, bytes)
        check(request.data, headers, {}, [SECRET], datetime.now(UTC))
        parsed = SOURCE.parse(request.data, headers, {}, datetime.now(UTC))
        assert isinstance(parsed, Accepted)
        found.append((parsed.signals[0].status, parsed.signals[0].fingerprint))
    assert [status for status, _ in found] == [Status.FIRING, Status.RESOLVED]
    assert len({fingerprint for _, fingerprint in found}) == 1


def test_the_library() -> None:
    signature = module(blocks("python")[1])["signature"]
    now = datetime.now(UTC)
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signature(BODY, SECRET, "msg_1", now),
    }
    check(BODY.encode(), headers, {}, [SECRET], now)


def test_the_cloudevent() -> None:
    now = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    headers = {"webhook-id": "msg_1", "Content-Type": "application/cloudevents+json"}
    parsed = SOURCE.parse(blocks("json")[0].encode(), headers, {}, now)
    assert isinstance(parsed, Accepted)
    [signal] = parsed.signals
    assert signal.at == datetime(2026, 3, 2, 9, 28, 31, tzinfo=UTC)
    assert "unreadable" not in signal.fields
