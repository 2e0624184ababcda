"""The database: whether it answers, what waits in it, what was given up, and what GitHub asked for."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from ghapp.cli.checkup import Finding, counted, ok, problem, unknown
from ghapp.engine.database import DatabaseUrlError, open_engine
from ghapp.engine.store import Row, Store
from ghapp.github.budget import PER_HOUR
from ghapp.github.hold import KIND, Held
from ghapp.settings import Settings

ABOUT = "Database"
SLOW = timedelta(minutes=10)
"""A delivery that waits longer than this waits for something."""

SHOWN = 20


def examine(settings: Settings, now: Callable[[], datetime]) -> list[Finding]:
    """Look without changing anything: a database that is not there yet is not created."""
    return asyncio.run(_examine(settings.database_url, now))


async def _examine(url: str, now: Callable[[], datetime]) -> list[Finding]:
    try:
        fresh = _not_there_yet(url)
        if fresh is not None:
            return [fresh]
        async with _opened(url, now) as store:
            await store.ping()
            try:
                return [ok(ABOUT, "it answers"), *await _contents(store, now())]
            except sa.exc.DBAPIError:
                return [ok(ABOUT, "it answers, and is empty: `ghapp serve` has not used it yet")]
    except DatabaseUrlError as error:
        return [problem(ABOUT, str(error), "See GHAPP_DATABASE_URL.")]
    except (sa.exc.SQLAlchemyError, OSError) as error:
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        return [problem(ABOUT, f"it does not answer: {reason}", "See GHAPP_DATABASE_URL.")]


def _not_there_yet(url: str) -> Finding | None:
    """Opening a SQLite file would create it."""
    parsed = sa.make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return None
    path = Path(parsed.database)
    if path.exists():
        return None
    if not path.absolute().parent.is_dir():
        return problem(ABOUT, f"there is no folder {path.absolute().parent}", "Make it.")
    return ok(ABOUT, f"{path} is not there yet; `ghapp serve` creates it")


@asynccontextmanager
async def _opened(url: str, now: Callable[[], datetime]) -> AsyncIterator[Store]:
    db = open_engine(url)
    store = Store(db, clock=now)
    try:
        yield store
    finally:
        store.close()
        db.dispose()


async def _contents(store: Store, now: datetime) -> list[Finding]:
    depth, oldest = await store.waiting_stats()
    parked = await store.parked()
    holds = await store.memory_all(KIND)
    spent = await store.spend_since(now - timedelta(hours=1))
    return [
        _waiting(depth, timedelta(seconds=oldest)),
        *_parked(parked),
        *_holds({key: Held.from_json(value) for key, value in holds.items()}, now),
        ok("GitHub budget", f"{len(spent)} of {PER_HOUR} writes in the last hour"),
    ]


def _waiting(depth: int, oldest: timedelta) -> Finding:
    waiting = counted(depth, "delivery waits", "deliveries wait")
    if depth and oldest > SLOW:
        return problem(
            "Queue",
            f"{waiting}, the oldest for {round(oldest / timedelta(minutes=1))} min",
            "Is `ghapp serve` running? Its log says what it waits for.",
        )
    return ok("Queue", waiting)


def _parked(rows: list[Row]) -> list[Finding]:
    if not rows:
        return [ok("Parked messages", "none")]
    shown = [
        problem(
            "Parked message",
            f"#{row.id} from {row.source}, {row.received_at:%Y-%m-%d %H:%M:%S} UTC, "
            f"{row.attempts} tries: {row.reason}",
            f"Delivery {row.delivery_id}; the log has more under request {row.request_id}.",
        )
        for row in rows[:SHOWN]
    ]
    if len(rows) > SHOWN:
        shown.append(problem("Parked messages", f"and {len(rows) - SHOWN} more"))
    return shown


def _holds(holds: dict[str, Held | None], now: datetime) -> list[Finding]:
    known = [held for held in holds.values() if held is not None]
    if not known:
        return [ok("GitHub limits", "GitHub has never asked the app to wait")]
    last = max(known, key=lambda held: held.until)
    if last.until > now:
        text = f"GitHub asked for no calls until {last.until:%H:%M:%S} UTC ({last.reason})"
        return [unknown("GitHub limits", text, "The app waits, and goes on by itself.")]
    return [ok("GitHub limits", f"last asked to wait until {last.until:%Y-%m-%d %H:%M} UTC")]
