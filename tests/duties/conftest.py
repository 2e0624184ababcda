"""The duties over a fresh database and an empty GitHub."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tests.support.desk import Desk, desk_in


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """A traceback that nobody reads takes structlog longer to draw than the test to run."""
    with capture_logs():
        yield


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk_in(tmp_path) as desk:
        yield desk
