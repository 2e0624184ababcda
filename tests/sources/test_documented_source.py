"""The sender that docs/sources.md shows works as it stands there."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ghapp.core.facts import Status
from ghapp.core.source import Accepted, Nothing, Source
from ghapp.core.strict_json import Malformed
from ghapp.core.verify import Unverified

PAGE = Path(__file__).parents[2] / "docs/sources.md"
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.fixture
def source() -> Source:
    code = re.search(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert code is not None
    module: dict[str, Any] = {}
    exec(compile(code[1], str(PAGE), "exec"), module)
    found = module["SOURCE"]
    assert isinstance(found, Source)
    return found


def test_it_knows_its_sender(source: Source) -> None:
    source.verify(b"", {"X-Acme-Token": "s3cret"}, {}, ["s3cret"], NOW)
    with pytest.raises(Unverified):
        source.verify(b"", {}, {}, ["s3cret"], NOW)


def test_it_reads_its_messages(source: Source) -> None:
    def parse(body: bytes) -> Any:
        return source.parse(body, {"X-Acme-Delivery": "d"}, {}, NOW)

    down = parse(b'{"probe": "api", "state": "down", "at": "1772443800"}')
    assert isinstance(down, Accepted)
    assert (down.delivery_id, down.signals[0].status, down.signals[0].at) == (
        "d",
        Status.FIRING,
        NOW,
    )
    up = parse(b'{"probe": "api", "state": "up"}')
    assert up.signals[0].fingerprint == down.signals[0].fingerprint
    assert parse(b'{"kind": "test"}') == Nothing("test message")
    for body in (b"[]", b'{"probe": "api", "state": "sideways"}'):
        with pytest.raises(Malformed):
            parse(body)
