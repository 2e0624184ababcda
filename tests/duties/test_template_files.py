"""The templates of the home repository: read with the model, at the least cost, and complained about with it."""

import pytest

from ghapp.core.facts import Issue
from ghapp.duties.models import FILE, KIND
from ghapp.github.errors import Unavailable, Unreadable
from tests.support.builders import HOME, OWNERS, firing
from tests.support.desk import Desk

AGAIN = ".github/ghapp/incident.md"
WORDS = "House rules: stay calm.\n\n{{ status }}"
WRONG = "House rules.\n{{ incident.sumary }}\n{{ status }}"
"""Seen to be wrong before it is used."""
FAILING = "House rules.\n{{ incident.area.nothing }}\n{{ status }}"
"""Seen to be wrong only when it is used."""


async def push(desk: Desk, text: str, path: str = AGAIN) -> None:
    desk.github.write_file(HOME, path, text)
    await desk.models.refresh()


def complaint(desk: Desk) -> Issue:
    (issue,) = [issue for issue in desk.github.issues.values() if KIND in issue.labels]
    return issue


async def incident_body(desk: Desk) -> str:
    await desk.alert(firing())
    (issue,) = desk.incidents_on_github()
    return issue.body


async def test_speak_from_the_next_incident_on_and_cost_it_nothing(desk: Desk) -> None:
    with desk.spending() as before:
        await desk.alert(firing(key="gcp:another"))
    await push(desk, WORDS)
    with desk.spending() as after:
        await desk.alert(firing())
    assert [
        issue.body.startswith("House rules: stay calm.") for issue in desk.incidents_on_github()
    ] == [
        False,
        True,
    ]
    assert after.methods == before.methods


async def test_are_listed_once_and_read_only_when_they_change(desk: Desk) -> None:
    with desk.spending() as spent:
        await push(desk, WORDS)
    assert spent.methods.count("list_folder") == 1
    assert spent.methods.count("read_file") == 1
    with desk.spending() as spent:
        await desk.models.refresh()
    assert spent.counted == 0
    with desk.spending() as spent:
        await push(desk, WORDS + "\nMore.")
    assert spent.methods.count("read_file") == 1


async def test_others_in_the_folder_are_not_read(desk: Desk) -> None:
    for path in ("README.md", "deep/incident.md", "logo.png"):
        desk.github.write_file(HOME, f".github/ghapp/{path}", "{{")
    with desk.spending() as spent:
        await desk.models.refresh()
    assert "read_file" not in spent.methods
    assert not [issue for issue in desk.github.issues.values() if KIND in issue.labels]


@pytest.mark.parametrize("text", [WRONG, FAILING], ids=["seen at once", "seen in use"])
async def test_a_broken_one_stops_nothing_and_the_issue_says_where(desk: Desk, text: str) -> None:
    await push(desk, text)
    body = await incident_body(desk)
    assert "House rules." not in body
    assert "| Severity | sev2" in body
    await desk.models.refresh()
    issue = complaint(desk)
    assert issue.title == ".github/ghapp has 1 problem"
    assert "| `.github/ghapp/incident.md` | 2 |" in issue.body
    assert "**The packaged ones take their place**" in issue.body
    assert FILE not in issue.body.replace('"key":"OWNERS.yaml"', "")
    await push(desk, WORDS)
    assert not complaint(desk).open


async def test_one_issue_tells_of_the_model_and_of_templates(desk: Desk) -> None:
    desk.github.write_file(HOME, AGAIN, WRONG)
    await push(desk, OWNERS.replace("owner: carol", "owner: carrol"), FILE)
    issue = complaint(desk)
    assert issue.title == "OWNERS.yaml has 2 problems"
    assert "**The last good version stays in force**" in issue.body
    assert "| `.github/ghapp/incident.md` | 2 |" in issue.body
    await push(desk, OWNERS, FILE)
    assert complaint(desk).open
    assert "carrol" not in complaint(desk).body


async def test_the_broken_one_does_not_take_the_sound_ones_with_it(desk: Desk) -> None:
    desk.github.write_file(HOME, ".github/ghapp/help.md", "{{")
    await push(desk, WORDS)
    assert (await incident_body(desk)).startswith("House rules: stay calm.")


async def test_one_that_cannot_be_read(desk: Desk) -> None:
    desk.github.write_file(HOME, AGAIN, WORDS)
    desk.github.fail_after(1, "read_file", Unreadable("it is larger than 1 MB"))
    await desk.models.refresh()
    assert "it is larger than 1 MB" in complaint(desk).body


async def test_an_unknown_name_is_said_without_reading_it(desk: Desk) -> None:
    with desk.spending() as spent:
        await push(desk, "x", ".github/ghapp/incidents.md")
    assert "read_file" not in spent.methods
    assert "did you mean \\`incident.md\\`?" in complaint(desk).body


async def test_one_that_is_gone_is_the_packaged_one_again(desk: Desk) -> None:
    await push(desk, WORDS)
    desk.github.files.pop((HOME, AGAIN))
    await desk.models.refresh()
    assert "House rules" not in await incident_body(desk)


async def test_an_outage_leaves_in_force_what_is(desk: Desk) -> None:
    await push(desk, WORDS)
    desk.github.fail("list_folder", Unavailable("502"))
    with pytest.raises(Unavailable):
        await desk.models.refresh()
    assert (await incident_body(desk)).startswith("House rules")


async def test_a_new_process_has_them_before_github_answers(desk: Desk) -> None:
    await push(desk, WORDS)
    desk.github.fail("list_folder", Unavailable("502"))
    with pytest.raises(Unavailable):
        await desk.restart()
    await desk.models.follow()
    await desk.models.read()
    assert (await incident_body(desk)).startswith("House rules")


async def test_what_another_process_saw_fail_is_not_forgotten(desk: Desk) -> None:
    await push(desk, FAILING)
    await incident_body(desk)
    await desk.models.refresh()
    await desk.restart()
    assert complaint(desk).open
    await push(desk, WORDS)
    assert not complaint(desk).open
