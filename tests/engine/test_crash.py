"""Whatever is killed at whatever instant: what was accepted is handled, what is done stays done."""

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from ghapp.engine.tables import inbox as table

CHILD = Path(__file__).with_name("crash_child.py")
ROUNDS = 4


class Story:
    """What the children told, line by line in the order in which it happened."""

    def __init__(self, log: Path) -> None:
        self._log = log

    def lines(self, start: int = 0) -> list[list[str]]:
        if not self._log.exists():
            return []
        return [line.split() for line in self._log.read_text().splitlines()[start:]]

    def said(self, verb: str, start: int = 0) -> list[str]:
        return [words[-1] for words in self.lines(start) if words[1] == verb]

    def wait_for(self, verb: str, pid: int, within: float = 30) -> None:
        deadline = time.monotonic() + within
        while not any(words[:2] == [str(pid), verb] for words in self.lines()):
            assert time.monotonic() < deadline, f"{pid} was never {verb}"
            time.sleep(0.01)


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return Story(tmp_path / "story")


@contextmanager
def child(url: str, story: Story, prefix: str, puts: int) -> Iterator[subprocess.Popen[bytes]]:
    words = [sys.executable, str(CHILD), url, str(story._log), prefix, str(puts)]
    process = subprocess.Popen(words)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def done(db: sa.Engine) -> set[str]:
    with db.connect() as connection:
        query = sa.select(table.c.delivery_id).where(table.c.state == "done")
        return set(connection.execute(query).scalars())


def left(db: sa.Engine) -> int:
    with db.connect() as connection:
        query = sa.select(sa.func.count()).where(table.c.state == "waiting")
        return connection.execute(query).scalar_one()


def first_time(story: Story) -> dict[str, list[str]]:
    """The deliveries of each conversation in the order in which they were first handled."""
    order: dict[str, list[str]] = {}
    for words in story.lines():
        if words[1] == "handled" and words[3] not in order.setdefault(words[2], []):
            order[words[2]].append(words[3])
    return order


def overlaps(story: Story, killed: set[str]) -> list[str]:
    """Conversations that two drains of living processes handled at a time."""
    holder: dict[str, str] = {}
    found = []
    for pid, verb, *rest in story.lines():
        if verb == "begin":
            if holder.get(rest[0], pid) != pid and holder[rest[0]] not in killed:
                found.append(rest[0])
            holder[rest[0]] = pid
        elif verb == "end" and holder.get(rest[0]) == pid:
            del holder[rest[0]]
    return found


def test_killed_at_random_instants(db: sa.Engine, url: str, story: Story) -> None:
    chance = random.Random()
    for number in range(ROUNDS):
        with child(url, story, f"{number:02}", 100_000) as process:
            story.wait_for("accepted", process.pid)
            time.sleep(chance.uniform(0.0, 0.5))
        settled, told = done(db), len(story.lines())
        assert settled <= set(story.said("handled"))
        if number == ROUNDS - 1:
            break
        with child(url, story, f"{number:02}b", 0) as process:
            story.wait_for("ready", process.pid)
            time.sleep(chance.uniform(0.0, 0.2))
        assert not settled & set(story.said("handled", told))
    settled, told = done(db), len(story.lines())
    with child(url, story, "last", 3) as process:
        assert process.wait(60) == 0
    assert left(db) == 0
    accepted = story.said("accepted")
    assert len(accepted) >= ROUNDS
    assert set(accepted) <= set(story.said("handled"))
    assert not settled & set(story.said("handled", told))
    for conversation, order in first_time(story).items():
        numbers = [tuple(map(_number, key.split("-"))) for key in order]
        assert numbers == sorted(numbers), conversation


def _number(text: str) -> tuple[int, str]:
    return (int(text), "") if text.isdigit() else (10**9, text)


@pytest.mark.postgres
@pytest.mark.enable_socket
@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_another_instance_takes_over(db: sa.Engine, url: str, story: Story) -> None:
    with child(url, story, "a", 100_000) as first, child(url, story, "b", 1000) as second:
        story.wait_for("ready", first.pid)
        story.wait_for("ready", second.pid)
        time.sleep(1.0)
        first.kill()
        first.wait()
        assert second.wait(60) == 0
        killed = {str(first.pid)}
    assert left(db) == 0
    assert set(story.said("accepted")) <= set(story.said("handled"))
    assert {words[0] for words in story.lines() if words[1] == "handled"} == killed | {
        str(second.pid)
    }
    assert overlaps(story, killed) == []
