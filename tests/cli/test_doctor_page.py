"""`ghapp doctor --page`: a test page to each of a person's channels, with OWNERS.yaml and the variables alone."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from click.testing import Result

from ghapp.cli import doctor
from ghapp.cli.errors import UserError
from tests.support.operator import run
from tests.support.pager import Receiver, receiver

pytestmark = [
    pytest.mark.enable_socket,
    # Apprise imports it for one of its services.
    pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning"),
]

OWNERS = """\
version: 1
people: {alice: {notify: [env:PHONE, env:MAIL]}, bob: {}}
areas: {app: {owner: alice, backup: bob}}
fallback_area: app
"""


@pytest.fixture
async def phone() -> AsyncIterator[Receiver]:
    async with receiver() as found:
        yield found


@pytest.fixture
def owners(tmp_path: Path) -> Path:
    return written(tmp_path, OWNERS)


def written(folder: Path, text: str) -> Path:
    path = folder / "OWNERS.yaml"
    path.write_text(text)
    return path


@pytest.fixture
def env(phone: Receiver) -> dict[str, str]:
    return {"GHAPP_NOTIFY_PHONE": phone.url("phone"), "GHAPP_NOTIFY_MAIL": phone.url("mail")}


async def page(whom: str, owners: Path, env: dict[str, str], *more: str) -> Result:
    return await run(doctor, "doctor", "--page", whom, "--owners", str(owners), *more, env=env)


async def test_every_channel_takes_it(phone: Receiver, owners: Path, env: dict[str, str]) -> None:
    result = await page("Alice", owners, env)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "✓ env:PHONE: took it: alice should have it by now",
        "✓ env:MAIL: took it: alice should have it by now",
    ]
    assert sorted(phone.channels) == ["mail", "phone"]
    assert phone.pages[0].subject == "[test] A test page of ghapp for alice"


async def test_one_of_them_is_enough(phone: Receiver, owners: Path, env: dict[str, str]) -> None:
    phone.answers["phone"] = [500]
    result = await page("alice", owners, env, "--json")
    assert result.exit_code == 0
    assert {one["about"]: one["state"] for one in json.loads(result.stdout)} == {
        "env:PHONE": "problem",
        "env:MAIL": "ok",
    }
    assert phone.channels.count("phone") == 1, "a test is not tried again"


async def test_none_of_them_took_it(phone: Receiver, owners: Path, env: dict[str, str]) -> None:
    phone.answers["phone"] = [500]
    del env["GHAPP_NOTIFY_MAIL"]
    result = await page("alice", owners, env)
    assert result.exit_code == 1
    assert "✗ env:PHONE: did not take it: " in result.stdout
    assert "error=500" in result.stdout
    assert "✗ env:MAIL: GHAPP_NOTIFY_MAIL is not set" in result.stdout
    assert phone.url("phone") not in result.output


async def test_somebody_without_a_channel(owners: Path, env: dict[str, str]) -> None:
    result = await page("bob", owners, env)
    assert result.exit_code == 1
    assert "bob: has no channel besides GitHub" in result.stdout


NOBODY = "version: 1\nareas: {app: {owner: alice}}\nfallback_area: app\n"


@pytest.mark.parametrize(
    ("whom", "text", "what", "hint"),
    [
        ("bobb", OWNERS, "has no person 'bobb'", "did you mean `bob`?"),
        ("alice", NOBODY, "has no person 'alice'", "name them under `people:`"),
        ("alice", "version: 1", "`areas` is missing", "`ghapp check` shows what is wrong"),
    ],
)
async def test_what_is_wrong_is_said(
    tmp_path: Path, *, whom: str, text: str, what: str, hint: str
) -> None:
    owners = written(tmp_path, text)
    result = await page(whom, owners, {})
    assert isinstance(result.exception, UserError)
    assert what in result.exception.what
    assert result.exception.hint == hint


async def test_there_is_no_such_file(tmp_path: Path) -> None:
    result = await page("alice", tmp_path / "none.yaml", {})
    assert isinstance(result.exception, UserError)
    assert "can't be read" in result.exception.what
