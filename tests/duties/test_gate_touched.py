"""What a release touches whose pull request shows no files: all that has come since the release before."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ghapp.core.facts import Sha
from ghapp.core.gate import CHECK
from ghapp.core.pull_request import Pull
from ghapp.github.errors import Unavailable
from ghapp.github.gateway_checks import CheckRun
from ghapp.model.names import Login
from tests.support.builders import HOME, OWNERS, firing
from tests.support.desk import Desk, desk_in
from tests.support.releasing import CADENCE, pull_is, window_opens

CAROL = Login("carol")
OWNED = OWNERS.replace("    owner: bob\n", '    owner: bob\n    paths: ["billing/**"]\n')


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk_in(tmp_path) as desk:
        yield desk


async def begins(desk: Desk, *since: str, released: bool = True) -> None:
    """Releases come round; since the last one these files have changed, and a sev2 is open in deployment."""
    desk.github.write_file(HOME, "OWNERS.yaml", f"{OWNED}release:\n  cadence: {CADENCE}\n")
    sha = desk.github.push(HOME, "main", "app.py", author=CAROL)
    if released:
        desk.github.person_releases(HOME, author=CAROL, tag="2026-11-10", sha=sha)
    desk.github.push(HOME, "main", *since, author=CAROL)
    await desk.push()
    await desk.patiently()
    await desk.alert(firing())


async def opens(desk: Desk) -> Pull:
    """The app opens the pull request, and GitHub tells of it."""
    pull = await window_opens(desk)
    await pull_is(desk, "opened", pull.number)
    return pull


def run_on(desk: Desk, head: Sha) -> CheckRun:
    """The one run of the gate's check on a head."""
    (run,) = [
        one
        for one in desk.github.check_runs.values()
        if one.by_app and one.name == CHECK and one.head == head
    ]
    return run


@pytest.mark.parametrize(
    ("since", "released", "held"),
    [
        (["billing/a.py"], True, False),
        (["billing/a.py", "app.py"], True, True),
        (["billing/a.py"], False, True),
        ([f"billing/{number}.py" for number in range(300)], True, True),
    ],
    ids=["G02 elsewhere", "G02 where the incident is", "the first release", "A05 a cut list"],
)
async def test_what_has_come_since_the_release_before_counts(
    desk: Desk, since: list[str], released: bool, held: bool
) -> None:
    await begins(desk, *since, released=released)
    pull = await opens(desk)
    assert (pull.author_is_app, pull.changed_files) == (True, 0)
    run = run_on(desk, pull.head)
    assert (run.conclusion == "failure", "sev2 #" in run.title) == (held, held)


async def test_g03_where_it_cannot_be_compared_nothing_is_let_through(desk: Desk) -> None:
    await begins(desk, "billing/a.py")
    pull = await opens(desk)
    assert run_on(desk, pull.head).conclusion == "action_required"
    desk.github.push(HOME, pull.head_branch, "billing/b.py", author=CAROL)
    desk.github.fail("compare", Unavailable("GitHub answered 502"), times=9)
    await pull_is(desk, "synchronize", pull.number)
    run = run_on(desk, desk.github.pull(HOME, pull.number).head)
    assert run.conclusion == "failure"
    assert "Could not evaluate what the release touches" in run.summary
