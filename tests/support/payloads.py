"""Variations of a webhook's payload."""

import copy
from typing import Any


def changed(payload: Any, **changes: Any) -> Any:
    """The payload with dotted members replaced, written with two underscores for the dot."""
    payload = copy.deepcopy(payload)
    for name, value in changes.items():
        *path, last = name.split("__")
        inner = payload
        for step in path:
            inner = inner.setdefault(step, {})
        inner[last] = value
    return payload
