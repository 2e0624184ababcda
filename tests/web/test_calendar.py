"""`GET /oncall.ics`: who gets what, and when a calendar need not read it again."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import icalendar
import pytest
from aiohttp import ClientResponse

from ghapp.duties.calendar import Feed, address
from ghapp.model.names import Login, RotationName
from ghapp.model.types import Model
from tests.support.builders import OWNERS, model
from tests.web.conftest import NOW, Open

VARIABLES = {"GHAPP_CALENDAR_SECRET": "new, old"}
PLATFORM = Feed(rotation=RotationName("platform"))
Get = Callable[..., Any]

pytestmark = pytest.mark.enable_socket


class Clock:
    """The time and the model in force, which a test moves."""

    def __init__(self) -> None:
        self.now = NOW
        self.model: Model | None = model()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def get(doors_of: Open, clock: Clock) -> Get:
    doors = await doors_of(variables=VARIABLES, model=lambda: clock.model, now=lambda: clock.now)

    async def ask(path: str, **headers: str) -> ClientResponse:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return await doors.client.get(path, headers=sent)

    return ask


def path(feed: Feed, secret: str = "new") -> str:
    return address("", feed, secret)


@pytest.mark.parametrize(
    ("feed", "people"),
    [
        pytest.param(PLATFORM, {"alice", "bob"}, id="a rotation"),
        pytest.param(Feed(person=Login("bob")), {"bob"}, id="a person"),
        pytest.param(Feed(person=Login("BOB")), {"bob"}, id="a person, in capitals"),
        pytest.param(Feed(person=Login("carol")), set(), id="a person without shifts"),
    ],
)
@pytest.mark.parametrize("secret", ["new", "old"])
async def test_a_signed_address(get: Get, feed: Feed, people: set[str], secret: str) -> None:
    answer = await get(path(feed, secret))
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, max-age=300"
    calendar = icalendar.Calendar.from_ical(await answer.read())
    assert {str(one["summary"]).split()[0] for one in calendar.walk("VEVENT")} == people


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        pytest.param("/oncall.ics", 400, id="for nothing"),
        pytest.param("/oncall.ics?token=x", 400, id="for nothing, with a token"),
        pytest.param("/oncall.ics?rotation=", 400, id="for a rotation without a name"),
        pytest.param("/oncall.ics?person=", 400, id="for nobody"),
        pytest.param("/oncall.ics?rotation=platform&person=bob", 400, id="for both"),
        pytest.param("/oncall.ics?rotation=platform&rotation=platform", 400, id="twice"),
        pytest.param(f"{path(PLATFORM)}&area=x", 400, id="for more than was signed"),
        pytest.param("/oncall.ics?rotation=platform", 401, id="without a token"),
        pytest.param("/oncall.ics?rotation=platform&token=", 401, id="with an empty one"),
        pytest.param("/oncall.ics?rotation=platform&token=%F0%9F%92%A9%ff", 401, id="with a strange one"),
        pytest.param(path(PLATFORM, "stranger"), 401, id="of another secret"),
        pytest.param(path(PLATFORM).replace("platform", "later"), 401, id="of another rotation"),
        pytest.param(path(PLATFORM).replace("rotation", "person"), 401, id="of another kind"),
        pytest.param(path(Feed(rotation=RotationName("gone"))), 404, id="for a rotation that has gone"),
        pytest.param(path(Feed(person=Login("gone"))), 404, id="for a person who has gone"),
    ],
)  # fmt: skip
async def test_other_addresses(get: Get, asked: str, status: int) -> None:
    answer = await get(asked)
    assert answer.status == status
    assert len((await answer.text()).splitlines()) == 1
    assert "ETag" not in answer.headers


async def test_before_the_model_is_read(get: Get, clock: Clock) -> None:
    clock.model = None
    answer = await get(path(PLATFORM))
    assert (answer.status, answer.headers["Retry-After"]) == (503, "60")


async def test_without_a_secret_it_is_off(doors_of: Open) -> None:
    doors = await doors_of(model=model)
    assert (await doors.client.get(path(PLATFORM))).status == 404


async def test_a_calendar_reads_only_what_is_new(get: Get, clock: Clock) -> None:
    first = await get(path(PLATFORM))
    tag = first.headers["ETag"]

    async def again(sent: str = tag) -> tuple[int, bytes]:
        answer = await get(path(PLATFORM), If_None_Match=sent)
        return answer.status, await answer.read()

    assert await again() == (304, b"")
    assert await again(f'"other", W/{tag}') == (304, b"")
    assert await again("*") == (304, b"")
    assert (await again('"other"'))[0] == 200
    clock.now += timedelta(hours=5)
    clock.model = model()  # read again, and the same
    assert await again() == (304, b"")
    clock.model = model(OWNERS.replace("people: [alice, bob]", "people: [bob, alice]"))
    assert (await again())[0] == 200
    clock.model = model()
    assert await again() == (304, b"")
    clock.now = datetime.fromisoformat("2026-03-03T00:00+00:00")
    assert (await again())[0] == 200
