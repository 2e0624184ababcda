"""Measure how fast signed deliveries are accepted, side by side, and print the ratios.

Every server runs in a process of its own on loopback and gets the same deliveries of 1 to 10 KB, over
1, 16 and 64 connections. Machines are seldom quiet: the servers take turns, several times, and what
counts is the median of the turns and of their ratios to the ceiling of the same turn. What the product
has acknowledged is counted in its database afterwards.
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
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.progress import Progress
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
    connections: int
    per_second: float
    p50_ms: float
    p99_ms: float
    ratio: float


class BenchError(Exception):
    """A server did not do what it was measured for."""


@contextlib.contextmanager
def serving(name: str, database: Path) -> Iterator[int]:
    """Run a server, give its port, end it gracefully."""
    process = subprocess.Popen(
        [sys.executable, HERE / "servers.py", name, database], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise BenchError(f"{name} did not start")
        yield int(line)
        process.terminate()
        if process.wait(15):
            raise BenchError(f"{name} ended with {process.returncode}")
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def load(name: str, port: int, connections: int, seconds: float) -> tuple[Turn, int]:
    """Let another process send; the result, and how many deliveries were acknowledged in all."""
    words = [sys.executable, HERE / "load.py", str(port), str(connections), str(seconds)]
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    said = json.loads(done.stdout)
    if set(said["statuses"]) != {"202"} or said["lost"]:
        raise BenchError(f"{name}: answers {said['statuses']}, lost connections {said['lost']}")
    turn = Turn(said["per_second"], said["p50_ms"], said["p99_ms"])
    return turn, said["statuses"]["202"]


def measure(folder: Path, seconds: float, rounds: int, progress: Progress) -> list[Result]:
    """All servers at each number of connections, in turns."""
    task = progress.add_task("measuring", total=len(CONNECTIONS) * rounds * len(TITLES))
    acknowledged: Counter[str] = Counter()
    results: list[Result] = []
    with contextlib.ExitStack() as stack:
        ports = {
            name: stack.enter_context(serving(name, folder / f"{name}.sqlite")) for name in TITLES
        }
        for connections in CONNECTIONS:
            turns: dict[str, list[Turn]] = {name: [] for name in TITLES}
            for _ in range(rounds):
                for name, port in ports.items():
                    turn, count = load(name, port, connections, seconds)
                    turns[name].append(turn)
                    acknowledged[name] += count
                    progress.advance(task)
            results += [_result(name, connections, turns) for name in TITLES]
    for name in DURABLE:
        _check_stored(name, folder / f"{name}.sqlite", acknowledged[name])
    return results


def _result(name: str, connections: int, turns: Mapping[str, Sequence[Turn]]) -> Result:
    mine, ceiling = turns[name], turns[CEILING]
    return Result(
        server=name,
        connections=connections,
        per_second=median(turn.per_second for turn in mine),
        p50_ms=median(turn.p50_ms for turn in mine),
        p99_ms=median(turn.p99_ms for turn in mine),
        ratio=median(
            one.per_second / best.per_second for one, best in zip(mine, ceiling, strict=True)
        ),
    )


def _check_stored(name: str, database: Path, acknowledged: int) -> None:
    with contextlib.closing(sqlite3.connect(database)) as connection:
        (stored,) = connection.execute("SELECT count(*) FROM inbox").fetchone()
    if stored < acknowledged:
        raise BenchError(f"{name} acknowledged {acknowledged} deliveries and stored {stored}")


def render(results: list[Result], console: Console) -> None:
    """Print the table, and what it means for the goal."""
    table = Table(title=f"signed deliveries of 1-10 KB, {os.cpu_count()} processors")
    table.add_column("server")
    for column in ("connections", "deliveries/s", "p50 ms", "p99 ms", "ratio"):
        table.add_column(column, justify="right")
    for name, title in TITLES.items():
        for one in (one for one in results if one.server == name):
            table.add_row(
                title,
                str(one.connections),
                f"{one.per_second:,.0f}",
                f"{one.p50_ms:.1f}",
                f"{one.p99_ms:.1f}",
                f"{one.ratio:.2f}",
            )
        table.add_section()
    console.print(table)
    most = next(one for one in results if (one.server, one.connections) == ("ghapp", 64))
    met = most.ratio >= GOAL_RATIO and most.p99_ms < GOAL_P99_MS
    console.print(
        f"Goal at 64 connections: at least {GOAL_RATIO} of the ceiling, p99 below {GOAL_P99_MS:.0f} ms: "
        f"{most.ratio:.2f} and {most.p99_ms:.1f} ms, {'met' if met else 'missed'}."
    )


def main() -> int:
    """Run the comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=1.2, help="of each turn")
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
