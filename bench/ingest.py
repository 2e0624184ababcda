"""Measure how fast signed deliveries are accepted, side by side, and print the ratios.

Every server runs in a process of its own on loopback and gets the same deliveries of 1 to 10 KB, over
1, 16 and 64 connections. Machines are seldom quiet: the servers take turns, several times, and what
counts is the median of the turns and of their ratios to the ceiling of the same turn. Then the product's
other doors take turns with the ceiling, each with what its sender sends. What the product has acknowledged
is counted in its database afterwards.
"""

import argparse
import contextlib
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.progress import Progress, TaskID
from rich.table import Table

HERE = Path(__file__).parent
CONNECTIONS = (1, 16, 64)
GOAL_RATIO = 0.5
GOAL_P99_MS = 50.0
TITLES = {
    "hmac-only": "HMAC only: the ceiling",
    "ghapp": "ghapp: durable, drains run",
    "commit-each": "one SQLite commit each",
    "gidgethub": "gidgethub, no-op handler",
}
DOORS = {
    "gcp": "a notification, token in the address",
    "gcp-pubsub": "the same in Pub/Sub's envelope, RS256 token",
    "stripe": "a dispute, signed",
    "alertmanager": "three alerts, token: three rows",
    "grafana": "three alerts, signed: three rows",
    "sentry": "an issue alert, signed",
    "alerts": "an alert, Standard Webhooks",
    "heartbeat": "a beat, token",
}
GITHUB = "github"
MOST = CONNECTIONS[-1]
CEILING = "hmac-only"
DURABLE = ("ghapp", "commit-each")


@dataclass(frozen=True, slots=True)
class Turn:
    """One server at one number of connections, once."""

    per_second: float
    p50_ms: float
    p99_ms: float


@dataclass(frozen=True, slots=True)
class Result:
    """The medians of the turns; `ratio` is to the ceiling."""

    server: str
    door: str
    connections: int
    per_second: float
    p50_ms: float
    p99_ms: float
    ratio: float


class BenchError(Exception):
    """A server did not do what it was measured for."""


@dataclass(frozen=True, slots=True)
class Server:
    """One that listens; `token` is what Pub/Sub proves itself by."""

    name: str
    port: int
    token: str


@contextlib.contextmanager
def serving(name: str, database: Path) -> Iterator[Server]:
    """Run a server, end it gracefully."""
    process = subprocess.Popen(
        [sys.executable, HERE / "servers.py", name, database], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise BenchError(f"{name} did not start")
        port, _, token = line.strip().partition(" ")
        yield Server(name, int(port), token)
        process.terminate()
        if process.wait(15):
            raise BenchError(f"{name} ended with {process.returncode}")
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


class Turns:
    """Lets servers take turns, and keeps what they did and how much they acknowledged."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress = progress
        self._task = task
        self.acknowledged: Counter[str] = Counter()
        self._turns: dict[tuple[str, str, int], list[Turn]] = {}

    def take(self, server: Server, door: str, connections: int, seconds: float) -> None:
        """Let another process send for that long."""
        words = [server.port, connections, seconds, door, server.token]
        done = subprocess.run(
            [sys.executable, HERE / "load.py", *map(str, words)],
            check=True,
            capture_output=True,
            text=True,
        )
        said = json.loads(done.stdout)
        if set(said["statuses"]) != {"202"} or said["lost"]:
            raise BenchError(
                f"{server.name}, {door}: answers {said['statuses']}, lost connections {said['lost']}"
            )
        turn = Turn(said["per_second"], said["p50_ms"], said["p99_ms"])
        self._turns.setdefault((server.name, door, connections), []).append(turn)
        self.acknowledged[server.name] += said["statuses"]["202"]
        self._progress.advance(self._task)

    def result(
        self, server: str, door: str, connections: int, ceiling: Sequence[Turn] | None = None
    ) -> Result:
        """The medians of one server and door; the ceiling is that of the same turns."""
        mine = self._turns[server, door, connections]
        best = ceiling or self._turns[CEILING, GITHUB, connections]
        return Result(
            server=server,
            door=door,
            connections=connections,
            per_second=median(turn.per_second for turn in mine),
            p50_ms=median(turn.p50_ms for turn in mine),
            p99_ms=median(turn.p99_ms for turn in mine),
            ratio=median(
                one.per_second / top.per_second for one, top in zip(mine, best, strict=True)
            ),
        )

    def ceiling_since(self, turn: int) -> Sequence[Turn]:
        """The ceiling's turns at the most connections, from one on."""
        return self._turns[CEILING, GITHUB, MOST][turn:]


def measure(folder: Path, seconds: float, rounds: int, progress: Progress) -> list[Result]:
    """All servers at each number of connections, then all doors of the product at the most, in turns."""
    total = rounds * (len(CONNECTIONS) * len(TITLES) + 1 + len(DOORS))
    turns = Turns(progress, progress.add_task("measuring", total=total))
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(serving(name, folder / f"{name}.sqlite")) for name in TITLES]
        product = next(server for server in servers if server.name == "ghapp")
        ceiling = next(server for server in servers if server.name == CEILING)
        for connections in CONNECTIONS:
            for _ in range(rounds):
                for server in servers:
                    turns.take(server, GITHUB, connections, seconds)
        results = [
            turns.result(name, GITHUB, connections)
            for connections in CONNECTIONS
            for name in TITLES
        ]
        for _ in range(rounds):
            turns.take(ceiling, GITHUB, MOST, seconds / 2)
            for door in DOORS:
                turns.take(product, door, MOST, seconds / 2)
    best = turns.ceiling_since(rounds)
    results += [turns.result("ghapp", door, MOST, best) for door in DOORS]
    for name in DURABLE:
        _check_stored(name, folder / f"{name}.sqlite", turns.acknowledged[name])
    return results


def _check_stored(name: str, database: Path, acknowledged: int) -> None:
    with contextlib.closing(sqlite3.connect(database)) as connection:
        (stored,) = connection.execute("SELECT count(*) FROM inbox").fetchone()
    if stored < acknowledged:
        raise BenchError(f"{name} acknowledged {acknowledged} deliveries and stored {stored}")


def render(results: list[Result], console: Console) -> None:
    """Print the tables, and what they mean for the goal."""
    table = _table(f"signed deliveries of 1-10 KB, {os.cpu_count()} processors", "server")
    for name, title in TITLES.items():
        for one in results:
            if (one.server, one.door) == (name, GITHUB):
                table.add_row(title, str(one.connections), *_cells(one))
        table.add_section()
    console.print(table)
    doors = _table(f"ghapp's other doors, {MOST} connections", "door", "what comes in")
    for one in results:
        if one.door in DOORS:
            doors.add_row(one.door, DOORS[one.door], *_cells(one))
    console.print(doors)
    most = next(
        one for one in results if (one.server, one.door, one.connections) == ("ghapp", GITHUB, MOST)
    )
    met = most.ratio >= GOAL_RATIO and most.p99_ms < GOAL_P99_MS
    console.print(
        f"Goal at {MOST} connections: at least {GOAL_RATIO} of the ceiling, p99 below {GOAL_P99_MS:.0f} ms: "
        f"{most.ratio:.2f} and {most.p99_ms:.1f} ms, {'met' if met else 'missed'}."
    )


def _table(title: str, *names: str) -> Table:
    table = Table(title=title)
    for name in names:
        table.add_column(name)
    if len(names) == 1:
        table.add_column("connections", justify="right")
    for column in ("deliveries/s", "p50 ms", "p99 ms", "ratio"):
        table.add_column(column, justify="right")
    return table


def _cells(one: Result) -> tuple[str, str, str, str]:
    return f"{one.per_second:,.0f}", f"{one.p50_ms:.1f}", f"{one.p99_ms:.1f}", f"{one.ratio:.2f}"


def main() -> int:
    """Run the comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--seconds", type=float, default=1.2, help="of each turn; half of it for the doors"
    )
    parser.add_argument("--rounds", type=int, default=3, help="turns of each server")
    parser.add_argument("--json", action="store_true", help="print the results as JSON")
    parser.add_argument("--folder", type=Path, default=Path(), help="where the databases are made")
    options = parser.parse_args()
    errors = Console(stderr=True)
    try:
        with (
            tempfile.TemporaryDirectory(prefix=".bench-", dir=options.folder) as folder,
            Progress(console=errors, transient=True) as progress,
        ):
            results = measure(Path(folder), options.seconds, options.rounds, progress)
    except BenchError as error:
        errors.print(f"[red]error:[/red] {error}")
        return 1
    if options.json:
        print(json.dumps([asdict(one) for one in results], indent=2))
    else:
        render(results, Console())
    return 0


if __name__ == "__main__":
    sys.exit(main())
