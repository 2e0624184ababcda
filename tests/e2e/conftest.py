"""The emulated GitHub, the real server, and a database: fresh for each test, explained on failure."""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from ghapp.demo.emulator import private_key
from ghapp.demo.github import GitHub
from ghapp.demo.node import MissingToolError
from ghapp.demo.server import Server
from tests.support import openapi
from tests.support.postgres import NoPostgresError, cluster, create_database

OWNERS = """\
version: 1
people:
  alice: {name: Alice}
  bob: {name: Bob}
  carol: {name: Carol}
rotations:
  platform: {people: [alice, bob], shift: weekly, start: 2026-01-05T10:00}
areas:
  deployment: {owner: alice, backup: bob, rotation: platform}
  billing: {owner: carol, backup: alice}
fallback_area: deployment
triage: {catch_up: 0s}
"""
"""What OWNERS.yaml is when a test does not say otherwise, by `@pytest.mark.parametrize("owners", …)`."""


def quiet(owners: str) -> str:
    """The same without a triage, on whatever day of the week the test runs; as it is if it names it, or is no file."""
    if not owners or "triage:" in owners:
        return owners
    return f"{owners.rstrip()}\ntriage: {{catch_up: 0s}}\n"


DESCRIPTIONS = pytest.StashKey[list[Callable[[], tuple[str, str]]]]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item):
    """Show what GitHub saw and what the server logged, under the failure that they explain."""
    report = yield
    if report.failed:
        report.sections.extend(describe() for describe in item.stash.get(DESCRIPTIONS, []))
    return report


def _explain(request: pytest.FixtureRequest, title: str, text: Callable[[], str]) -> None:
    request.node.stash.setdefault(DESCRIPTIONS, []).append(lambda: (title, text()))


@pytest.fixture(scope="session")
def app_key() -> str:
    """The App's private key; making one takes long."""
    return private_key()


@pytest.fixture
def owners() -> str:
    """OWNERS.yaml of the home repository; override it in a module or by parametrize."""
    return OWNERS


@pytest.fixture
def base_path() -> str:
    """The path under which the API is: empty on GitHub.com, `/api/v3` on GitHub Enterprise."""
    return ""


@pytest.fixture
def invalid_requests() -> list[str]:
    """Paths (`METHOD /path`) at which a test breaks GitHub's description on purpose."""
    return []


@pytest.fixture
async def github(
    request: pytest.FixtureRequest,
    app_key: str,
    owners: str,
    base_path: str,
    invalid_requests: list[str],
) -> AsyncIterator[GitHub]:
    """An emulated GitHub; every request of the App must obey GitHub's description of its API."""
    try:
        running = GitHub.running(quiet(owners), private_key_pem=app_key, base_path=base_path)
        async with running as github:
            proxy = github.proxy
            _explain(request, "GitHub saw", lambda: "\n".join(map(str, proxy.calls())))
            _explain(request, "GitHub printed", lambda: github.emulator.output)
            yield github
            broken = [
                f"{call}: {problem}"
                for call in proxy.calls()
                if call.by_app and f"{call.method} {call.path}" not in invalid_requests
                for problem in openapi.problems(call.request)
            ]
            assert not broken, "GitHub would not take these:\n" + "\n".join(broken)
    except MissingToolError as error:
        pytest.fail(f"{error.what} {error.hint}", pytrace=False)


@pytest.fixture
async def ghapp_server(
    request: pytest.FixtureRequest, github: GitHub, tmp_path: Path
) -> AsyncIterator[Callable[..., Server]]:
    """Make a `ghapp serve` for this GitHub: `server = ghapp_server(GHAPP_…="…")`, then `start()`.

    Each has a SQLite database of its own in `tmp_path` unless GHAPP_DATABASE_URL says otherwise.
    GitHub's deliveries go to the one made last.
    """
    servers: list[Server] = []

    def make(**settings: str) -> Server:
        number = len(servers) + 1
        database = f"sqlite:///{tmp_path / f'ghapp-{number}.sqlite'}"
        given = {
            **github.environment(),
            "GHAPP_DATABASE_URL": database,
            "GHAPP_GCP_WEBHOOK_TOKEN": GCP_TOKEN,
            **settings,
        }
        server = Server(given, tmp_path / f"ghapp-{number}.log")
        server.reserve_port()
        servers.append(server)
        github.proxy.hooks.target = f"{server.url}/webhooks/github"
        _explain(request, f"ghapp {number} logged", server.tail)
        return server

    yield make
    for server in servers:
        await server.kill9()


GCP_TOKEN = "a token of GCP"


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server of this test run; tests without one are skipped."""
    # Another user than root runs it, so every folder above must let that user through.
    folder = Path("/tmp") / f"ghapp-postgres-{uuid4().hex[:8]}"
    try:
        with cluster(folder) as url:
            yield url
    except NoPostgresError as error:
        pytest.skip(str(error))


@pytest.fixture
def postgres(postgres_server: str) -> str:
    """The URL of an empty database."""
    return create_database(postgres_server, f"test_{uuid4().hex[:12]}")
