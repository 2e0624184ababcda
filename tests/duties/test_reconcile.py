"""The parts of the reconciler: none stops another, and what each came to is said and counted."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY

from ghapp.duties import reconcile
from ghapp.duties.reconcile import EVERY, LookFailedError, Outcome, Reconcile, Seen
from ghapp.engine.inbox import InboxUnavailable
from ghapp.github.errors import RateLimited, Unavailable
from tests.support.values import Values

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def part(*seen: Seen | Exception) -> Any:
    """A part that looks like this, one after the other; `looked` has the times and whether it was dry."""
    left = list(seen)

    async def look(now: datetime, dry_run: bool) -> Seen:
        look.looked.append((now, dry_run))  # type: ignore[attr-defined]
        one = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(one, Exception):
            raise one
        return one

    look.looked = []  # type: ignore[attr-defined]
    return look


def made(**parts: Any) -> Reconcile:
    return Reconcile(parts, Values(), Clock())


@pytest.mark.parametrize(
    ("error", "says"),
    [
        pytest.param(Unavailable("GitHub answered 502"), "GitHub answered 502", id="GitHub"),
        pytest.param(RateLimited(NOW), f"rate limited until {NOW.isoformat()}", id="limited"),
        pytest.param(InboxUnavailable("database is away"), "database is away", id="database"),
        pytest.param(LookFailedError("key refused"), "key refused", id="a sender"),
        pytest.param(ValueError("odd\nthing"), "odd thing", id="a fault of ours, in one line"),
        pytest.param(KeyError(), "KeyError", id="a fault without words"),
    ],
)
async def test_a_part_that_fails_stops_no_other(error: Exception, says: str) -> None:
    fine = Seen(5, {"fed": 2})
    outcomes = await made(github=part(error), stripe=part(fine)).run()
    assert outcomes == [Outcome("github", None, says), Outcome("stripe", fine)]
    assert [outcome.done for outcome in outcomes] == [False, True]


async def test_a_part_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async def hang(_now: datetime, _dry_run: bool) -> Seen:
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr(reconcile, "PATIENCE", timedelta(milliseconds=10))
    outcomes = await made(stripe=hang, gcp=part(Seen(1))).run()
    assert [outcome.done for outcome in outcomes] == [False, True]
    assert outcomes[0].trouble == "it takes longer than 0 s"


async def test_what_was_looked_at_in_part_is_said() -> None:
    (outcome,) = await made(github=part(Seen(5000, complete=False))).run()
    assert not outcome.done
    assert outcome.trouble == "not all of it could be looked at"


async def test_each_is_told_as_it_ends() -> None:
    told: list[str] = []
    await made(a=part(Seen(1)), b=part(ValueError("x"))).run(
        ended=lambda outcome: told.append(outcome.part)
    )
    assert sorted(told) == ["a", "b"]


async def test_a_dry_run_is_passed_on() -> None:
    looks = part(Seen(1))
    await made(a=looks).run(dry_run=True)
    assert looks.looked == [(NOW, True)]


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


async def test_looks_are_counted() -> None:
    before = value("ghapp_reconcile_looks_total", part="counted", result="failed")
    looks = part(Seen(3, {"fed": 2}), Seen(3, complete=False), ValueError("x"))
    duty = made(counted=looks)
    for _ in range(3):
        await duty.run()
    for result in ("done", "partial", "failed"):
        assert value("ghapp_reconcile_looks_total", part="counted", result=result) == before + 1
    assert value("ghapp_reconcile_found_total", part="counted", what="fed") == 2
    assert value("ghapp_reconcile_last_done_seconds", part="counted") == NOW.timestamp()


async def test_what_a_dry_run_finds_is_not_counted_as_found() -> None:
    await made(dry=part(Seen(3, {"fed": 2}))).run(dry_run=True)
    assert value("ghapp_reconcile_found_total", part="dry", what="fed") == 0


async def test_of_several_instances_one_looks_and_each_when_it_begins() -> None:
    memory, clock = Values(), Clock()
    one, other = part(Seen(1)), part(Seen(1))
    first, second = Reconcile({"a": one}, memory, clock), Reconcile({"a": other}, memory, clock)
    for turn in range(4):
        clock.now = NOW + turn * EVERY
        await first.turn()
        clock.now += MINUTE
        await second.turn()
    assert (len(one.looked), len(other.looked)) == (4, 1)
    clock.now = NOW + 4 * EVERY + MINUTE
    await second.turn()
    assert len(other.looked) == 2, "the first has gone"
