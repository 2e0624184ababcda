"""Send signed deliveries to a port over a number of connections, and print what came back as JSON.

Arguments: port, connections, seconds, door, and the OpenID Connect token for the door of Pub/Sub. Each connection
sends its next delivery when it has the answer.
"""

import asyncio
import gc
import json
import sys
import time
from collections import Counter
from itertools import cycle

from doors import Sendable, requests

WARM_UP = 0.3


class Connection(asyncio.Protocol):
    """Writes a request, waits for the whole answer, notes how long it took."""

    def __init__(self, supply: "cycle[Sendable]", load: "Load") -> None:
        self._supply = supply
        self._load = load
        self._buffer = b""
        self._sent = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, end, body = self._buffer.partition(b"\r\n\r\n")
        if not end:
            return
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r")[0])
        if len(body) < length:
            return
        self._buffer = b""
        self._load.answered(int(head[9:12]), time.perf_counter() - self._sent)
        if self._load.over:
            self._transport.close()
        else:
            self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        self._load.closed(exc)

    def _send(self) -> None:
        self._sent = time.perf_counter()
        self._transport.write(next(self._supply).signed())


class Load:
    """The connections together, and their times after the warm-up."""

    def __init__(self, connections: int) -> None:
        self._open = connections
        self.times: list[float] = []
        self.statuses: Counter[int] = Counter()
        self.over = False
        self.lost = 0
        self.finished = asyncio.Event()

    def answered(self, status: int, seconds: float) -> None:
        self.statuses[status] += 1
        self.times.append(seconds)

    def closed(self, error: Exception | None) -> None:
        self.lost += error is not None or not self.over
        self._open -= 1
        if not self._open:
            self.finished.set()


async def run(
    port: int, connections: int, seconds: float, door: str, token: str
) -> dict[str, object]:
    """Keep the connections busy for that long."""
    load = Load(connections)
    supply = cycle(requests(door, port, token))
    loop = asyncio.get_running_loop()
    gc.disable()
    for _ in range(connections):
        await loop.create_connection(lambda: Connection(supply, load), "127.0.0.1", port)
    await asyncio.sleep(WARM_UP)
    load.times.clear()
    began = time.perf_counter()
    await asyncio.sleep(seconds)
    took, times = time.perf_counter() - began, sorted(load.times)
    load.over = True
    await asyncio.wait_for(load.finished.wait(), 10)
    return {
        "per_second": len(times) / took,
        "p50_ms": times[len(times) // 2] * 1e3,
        "p99_ms": times[len(times) * 99 // 100] * 1e3,
        "statuses": dict(load.statuses),
        "lost": load.lost,
    }


if __name__ == "__main__":
    _, port, connections, seconds, door, token = sys.argv
    answer = asyncio.run(run(int(port), int(connections), float(seconds), door, token))
    print(json.dumps(answer))
