"""What a sweep of a backlog costs, and how that grows: reads, time, and how long the event loop is held.

    python bench/sweep.py [--sizes 1000,10000,50000]

GitHub is a stub on loopback in a process of its own, with so many open issues in a mess: a third lacks labels, half
have comments. A cold sweep knows nothing, a warm one what the last has seen. Only reads and decisions are measured:
GitHub limits writes to one a second. Times are of this process's CPU, for machines are seldom quiet.
"""

import argparse
import asyncio
import logging
import multiprocessing
import resource
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import aiohttp
import structlog
from aiohttp import web
from rich.console import Console
from rich.table import Table

from ghapp import plugins
from ghapp.core.facts import RepoName
from ghapp.demo.emulator import private_key
from ghapp.duties.backlog_index import BacklogIndex
from ghapp.duties.backlog_sweep import Sweep
from ghapp.engine.database import open_engine
from ghapp.engine.store import Store
from ghapp.github.auth import Credentials
from ghapp.github.client import GitHubClient
from ghapp.github.github import RestGitHub
from ghapp.model.load import load
from ghapp.model.types import Model
from tests.support.limit_store import MemoryLimitStore

REPO = RepoName("acme/shop")
PAGE = 100
TICK = 0.001
START = datetime(2026, 1, 1, tzinfo=UTC)
OWNERS = """\
version: 1
areas: {shop: {owner: alice}, billing: {owner: bob}}
fallback_area: shop
hygiene: {require: [area, priority], stale: {}}
"""


def issue(number: int) -> dict[str, Any]:
    """An open issue, of which many lack something."""
    at = (START + timedelta(minutes=number)).strftime("%Y-%m-%dT%H:%M:%SZ")
    labels = [] if number % 3 == 0 else [{"name": "area/shop"}, {"name": f"priority/p{number % 4}"}]
    return {
        "number": number,
        "title": f"Order {number * 7919 % 99991} of {number % 97} is wrong in {number * 31 % 1009}",
        "state": "open",
        "user": {"login": f"user{number % 500}", "type": "User"},
        "labels": labels,
        "assignees": [{"login": "alice"}] if number % 5 == 0 else [],
        "comments": number % 2,
        "created_at": at,
        "updated_at": at,
        "body": f"blocked by #{number // 2}" if number % 50 == 0 else "It does not work. " * 20,
        **({"pull_request": {}} if number % 20 == 0 else {}),
    }


def listing(request: web.Request, size: int) -> web.Response:
    """A page of the open issues, nothing that is closed, and one that has changed since."""
    page = int(request.query.get("page", "1"))
    if request.query["state"] == "closed":
        return web.json_response([])
    if "since" in request.query:
        return web.json_response([issue(size)])
    numbers = range((page - 1) * PAGE + 1, min(page * PAGE, size) + 1)
    last = -(-size // PAGE)
    at = f"http://{request.host}{request.path}?{request.query_string.partition('&page=')[0]}"
    links = [
        f'<{at}&page={to}>; rel="{rel}"'
        for rel, to in (("next", page + 1), ("last", last))
        if page < last
    ]
    return web.json_response([issue(one) for one in numbers], headers={"Link": ", ".join(links)})


class Stub:
    """GitHub with so many open issues, as far as a sweep asks; at `/reads` it tells how often it was asked."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.reads = 0

    async def answer(self, request: web.Request) -> web.Response:
        path = request.path
        known: dict[str, Any] = {
            "/reads": self.reads,
            "/app": {"id": 1, "slug": "ghapp", "name": "ghapp"},
            f"/repos/{REPO}/installation": {"id": 1},
            "/app/installations/1/access_tokens": {
                "token": "t",
                "expires_at": "2099-01-01T00:00:00Z",
            },
        }
        if path in known:
            return web.json_response(known[path], status=201 if request.method == "POST" else 200)
        self.reads += 1
        if path.endswith("/issues"):
            return listing(request, self.size)
        if path.endswith("/assignees"):
            return web.json_response([{"login": "alice"}, {"login": "bob"}])
        said = {"event": "commented", "user": {"login": "bob"}, "author_association": "MEMBER"}
        entry = {**said, "created_at": "2026-10-01T00:00:00Z", "body": "Which version?"}
        return web.json_response([entry] if path.endswith("/timeline") else [])


async def serving(size: int, out: Connection) -> None:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", Stub(size).answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    out.send(runner.addresses[0][1])
    await asyncio.Event().wait()


def serve(size: int, out: Connection) -> None:
    """The stub's process: tells its port."""
    asyncio.run(serving(size, out))


@dataclass(frozen=True, slots=True)
class Measured:
    """One sweep: reads, seconds of CPU, the most of it between two turns of the loop, and the memory so far."""

    reads: int
    seconds: float
    held_ms: float
    memory_mb: float


async def held(longest: list[float]) -> None:
    """Notice how long nothing else had its turn."""
    while True:
        before = time.thread_time()
        await asyncio.sleep(TICK)
        longest[0] = max(longest[0], time.thread_time() - before)


async def measure(sweep: Sweep, model: Model, index: BacklogIndex, base: str) -> Measured:
    async with aiohttp.ClientSession() as session:

        async def reads() -> int:
            async with session.get(f"{base}/reads") as got:
                return int(await got.json())

        before, longest = await reads(), [0.0]
        watch = asyncio.create_task(held(longest))
        began = time.process_time()
        await index.keep(REPO, await sweep.run(REPO, model))
        seconds = time.process_time() - began
        watch.cancel()
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return Measured(await reads() - before, seconds, longest[0] * 1000, memory)


async def sweeps(base: str, folder: Path) -> tuple[Measured, Measured]:
    """A cold one, and a warm one after it."""
    model = load(OWNERS, rules=plugins.known_rules()).model
    assert model is not None

    def now() -> datetime:
        return datetime.now(UTC)

    db = open_engine(f"sqlite:///{folder / 'sweep.sqlite'}")
    store = Store(db)
    await store.create()
    async with aiohttp.ClientSession() as session:
        client = GitHubClient(
            session,
            credentials=Credentials("1", private_key()),
            store=MemoryLimitStore(),
            base_url=base,
        )
        index = BacklogIndex(store)
        sweep = Sweep(RestGitHub(client), index, store, tuple(plugins.hygiene_rules()), now)
        cold = await measure(sweep, model, index, base)
        warm = await measure(sweep, model, index, base)
    store.close()
    db.dispose()
    return cold, warm


def one_size(size: int, out: Connection) -> None:
    """In a process of its own, so that memory is counted anew."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    port, server = multiprocessing.Pipe()
    stub = multiprocessing.Process(target=serve, args=(size, server), daemon=False)
    stub.start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            out.send(asyncio.run(sweeps(f"http://127.0.0.1:{port.recv()}", Path(folder))))
    finally:
        stub.terminate()
        stub.join()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="1000,10000,50000")
    sizes = [int(size) for size in parser.parse_args().sizes.split(",")]
    table = Table(title="A sweep of a backlog", box=None)
    for heading in ("open", "sweep", "reads", "allowed", "CPU s", "ms an item", "held ms", "MB"):
        table.add_column(heading, justify="right")
    kept = True
    for size in sizes:
        there, here = multiprocessing.Pipe()
        worker = multiprocessing.Process(target=one_size, args=(size, here))
        worker.start()
        cold, warm = there.recv()
        worker.join()
        for name, one, allowed in (("cold", cold, -(-size // PAGE) + 10), ("warm", warm, 3)):
            kept = kept and one.reads <= allowed
            table.add_row(
                f"{size:,}", name, str(one.reads), str(allowed), f"{one.seconds:.1f}",
                f"{one.seconds / size * 1000:.2f}", f"{one.held_ms:.0f}", f"{one.memory_mb:.0f}",
            )  # fmt: skip
    Console().print(table)
    sys.exit(0 if kept else "more was read than is allowed")


if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    main()
