"""What the issues of postmortems and actions remember."""

from datetime import date
from typing import Any

import pytest

from ghapp.core.postmortem_state import State, from_data, to_data
from tests.support.builders import NOW

DUE = date(2026, 11, 25)


@pytest.mark.parametrize("state", [State(DUE), State(DUE, NOW)])
def test_it_is_read_again(state: State) -> None:
    assert from_data(to_data(state)) == state


@pytest.mark.parametrize("data", [None, {}, {"due": "soon"}, {"due": "2026-11-25", "asked_at": 3}])
def test_damaged(data: dict[str, Any] | None) -> None:
    assert from_data(data) is None
