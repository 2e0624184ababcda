"""The duties over a fresh database and an empty GitHub."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.desk import Desk, desk_in


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk_in(tmp_path) as desk:
        yield desk
