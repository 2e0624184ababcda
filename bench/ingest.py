"""Measure how fast signed deliveries are accepted, side by side, and print the ratios.

Every server runs in a process of its own on loopback and gets the same deliveries of 1 to 10 KB, over
1, 16 and 64 connections. What the product has acknowledged is counted in its database afterwards.
"""

import argparse
import contextlib
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

HERE = Path(__file__).parent
CONNECTIONS = (1, 16, 64)
GOAL_RATIO = 0.5
GOAL_P99_MS = 50.0
TITLES = {
    "hmac-only": "aiohttp, checks the HMAC only (the ceiling)",
    "ghapp": "ghapp, durable, drains running",
    "commit-each": "aiohttp, one SQLite commit per delivery",
    "gidgethub": "aiohttp and gidgethub, no-op handler",
}


@dataclass(frozen=True, slots=True)
class Result:
    """One server at one number of connections; `ratio` is to the ceiling in the same run."""

    server: str
    connections: int
    per_second: float
    p50_ms: float
    p99_ms: float
    ratio: float = 0.0


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


def load(name: str, port: int, connections: int, seconds: float) -> tuple[Result, int]:
    """Let another process send; the result, and how many deliveries were acknowledged in all."""
    words = [sys.executable, HERE / "load.py", str(port), str(connections), str(seconds)]
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    said = json.loads(done.stdout)
    if set(said["statuses"]) != {"202"} or said["lost"]:
        raise BenchError(f"{name}: answers {said['statuses']}, lost connections {said['lost']}")
    found = Result(name, connections, said["per_second"], said["p50_ms"], said["p99_ms"])
    return found, said["statuses"]["202"]


def measure(name: str, folder: Path, seconds: float, progress: Progress) -> list[Result]:
    """One server at each number of connections."""
    task = progress.add_task(TITLES[name], total=len(CONNECTIONS))
    database = folder / f"{name}.sqlite"
    results, acknowledged = [], 0
    with serving(name, database) as port:
        for connections in CONNECTIONS:
            result, count = load(name, port, connections, seconds)
            results.append(result)
            acknowledged += count
            progress.advance(task)
    if name in {"ghapp", "commit-each"}:
        _check_stored(name, database, acknowledged)
    return results


def _check_stored(name: str, database: Path, acknowledged: int) -> None:
    with contextlib.closing(sqlite3.connect(database)) as connection:
        (stored,) = connection.execute("SELECT count(*) FROM inbox").fetchone()
    if stored < acknowledged:
        raise BenchError(f"{name} acknowledged {acknowledged} deliveries and stored {stored}")


def compare(results: list[Result]) -> list[Result]:
    """Fill in the ratios to the ceiling."""
    ceiling = {one.connections: one.per_second for one in results if one.server == "hmac-only"}
    return [
        Result(**(asdict(one) | {"ratio": one.per_second / ceiling[one.connections]}))
        for one in results
    ]


def render(results: list[Result], console: Console) -> None:
    """Print the table, and what it means for the goal."""
    table = Table(title=f"signed deliveries of 1-10 KB, {os.cpu_count()} processors")
    table.add_column("server")
    for column in ("connections", "deliveries/s", "p50 ms", "p99 ms", "of the ceiling"):
        table.add_column(column, justify="right")
    for index, one in enumerate(results):
        table.add_row(
            "" if index % len(CONNECTIONS) else TITLES[one.server],
            str(one.connections),
            f"{one.per_second:,.0f}",
            f"{one.p50_ms:.1f}",
            f"{one.p99_ms:.1f}",
            f"{one.ratio:.2f}",
            end_section=index % len(CONNECTIONS) == len(CONNECTIONS) - 1,
        )
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
    parser.add_argument("--seconds", type=float, default=4.0, help="of each measurement")
    parser.add_argument("--json", action="store_true", help="print the results as JSON")
    parser.add_argument("--folder", type=Path, default=Path(), help="where the databases are made")
    options = parser.parse_args()
    errors = Console(stderr=True)
    results: list[Result] = []
    try:
        with (
            tempfile.TemporaryDirectory(prefix=".bench-", dir=options.folder) as folder,
            Progress(console=errors, transient=True) as progress,
        ):
            for name in TITLES:
                results += measure(name, Path(folder), options.seconds, progress)
    except BenchError as error:
        errors.print(f"[red]error:[/red] {error}")
        return 1
    results = compare(results)
    if options.json:
        print(json.dumps([asdict(one) for one in results], indent=2))
    else:
        render(results, Console())
    return 0


if __name__ == "__main__":
    sys.exit(main())
