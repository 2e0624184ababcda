"""A memory without a database."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Values:
    """Keeps values by kind and key, as long as the test lives."""

    kept: dict[tuple[str, str], Any] = field(default_factory=dict)

    async def memory_get(self, kind: str, key: str) -> Any | None:
        return self.kept.get((kind, key))

    async def memory_all(self, kind: str) -> dict[str, Any]:
        return {key: value for (one, key), value in self.kept.items() if one == kind}

    async def memory_put(self, kind: str, key: str, value: Any) -> None:
        self.kept[kind, key] = value

    async def memory_delete(self, kind: str, key: str) -> None:
        self.kept.pop((kind, key), None)
