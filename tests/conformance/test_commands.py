"""What every slash command must do, whichever file it is in."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghapp import commands, plugins
from ghapp.core import slash
from ghapp.core.command import (
    Announced,
    Answered,
    Command,
    Converted,
    Edited,
    Misused,
    Outcome,
    Passed,
    Refused,
    Request,
)
from ghapp.core.effects import Decision, Say
from ghapp.core.incident import Ack, Incident, Phase
from ghapp.core.slash import Command as Typed
from tests.support.builders import NOW, issue_of, opened
from tests.support.requests import ALICE, BOB, question, request

FOUND = plugins.scan("ghapp.commands", "COMMAND")
every_command = pytest.mark.parametrize(
    "command", FOUND.plugins.values(), ids=[name.rpartition(".")[2] for name in FOUND.plugins]
)
every_module = pytest.mark.parametrize(
    "module", FOUND.plugins, ids=lambda name: name.rpartition(".")[2]
)

HOSTILE = "@everyone fixes #1 <!-- x --> `| \N{RIGHT-TO-LEFT OVERRIDE}"

words = st.text(max_size=12) | st.sampled_from(
    ["@alice", "@bob", "alice", "sev1", "2", "30m", "9999999w", "billing", "area/billing", HOSTILE]
)
incidents = st.builds(
    replace,
    st.just(opened()),
    phase=st.sampled_from(list(Phase)),
    ack=st.none() | st.just(Ack(BOB, NOW)),
    escalated=st.booleans(),
    snoozed_until=st.none() | st.just(NOW + timedelta(hours=1)),
    area=st.sampled_from(["deployment", "billing", "an area that has left the file"]),
)


def asked(command: Command, args: list[str], text: str, incident: Incident | None) -> Request:
    issue = question() if incident is None else issue_of(incident)
    made = request("/help", incident, issue=issue)
    return replace(made, typed=Typed(command.names[0], tuple(args), text))


def test_every_file_loads() -> None:
    assert FOUND.failures == ()
    assert all(isinstance(plugin, Command) for plugin in FOUND.plugins.values())


def test_no_two_share_a_name() -> None:
    names = [name for plugin in FOUND.plugins.values() for name in plugin.names]  # type: ignore[attr-defined]
    assert len(names) == len(set(names))


@every_module
def test_it_is_named_like_its_file_and_has_its_own_tests(module: str) -> None:
    name = module.rpartition(".")[2]
    assert FOUND.plugins[module].names[0] == name.replace("_", "-")  # type: ignore[attr-defined]
    assert (Path("tests/commands") / f"test_{name}.py").is_file()


def test_no_test_is_left_of_a_command_that_is_gone() -> None:
    assert isinstance(commands, ModuleType)
    tests = {path.stem.removeprefix("test_") for path in Path("tests/commands").glob("test_*.py")}
    assert tests == {name.rpartition(".")[2] for name in FOUND.plugins}


@every_command
def test_its_names_can_be_typed(command: Command) -> None:
    for name in command.names:
        assert name == name.lower()
        (typed,) = slash.commands(f"/{name.upper()}: now", known=[name])
        assert typed.name == name


@every_command
def test_its_help_fits_a_line(command: Command) -> None:
    assert command.usage.split()[0] == f"/{command.names[0]}"
    assert command.help.endswith(".")
    for text in (command.usage, command.help):
        assert text.isprintable()
        assert len(text) <= 110
        assert not set(text) & set("`|<>*_#")


@every_command
@given(args=st.lists(words, max_size=4), text=words, incident=incidents)
def test_on_an_incident_it_never_fails_whatever_is_typed(
    command: Command, args: list[str], text: str, incident: Incident
) -> None:
    ask = asked(command, args, text, incident)
    outcome = command.run(ask)
    assert isinstance(outcome, get_args(Outcome))
    assert not isinstance(outcome, Converted)
    assert command.run(ask) == outcome
    if isinstance(outcome, Decision):
        assert outcome.incident.key == incident.key
        assert outcome.incident.revision == incident.revision
        assert all(effect.key == ask.key for effect in outcome.effects if isinstance(effect, Say))


@every_command
@given(args=st.lists(words, max_size=4), text=words, is_open=st.booleans(), is_pull=st.booleans())
def test_on_an_ordinary_issue_it_never_fails_either(
    command: Command, args: list[str], text: str, is_open: bool, is_pull: bool
) -> None:
    if not command.anywhere:
        return
    ask = replace(asked(command, args, text, None), issue=question(open=is_open, is_pull=is_pull))
    assert isinstance(
        command.run(ask), Announced | Answered | Converted | Edited | Passed | Refused | Misused
    )


@every_command
@given(incident=incidents)
def test_a_refusal_repeats_nothing_that_was_typed(command: Command, incident: Incident) -> None:
    outcome = command.run(asked(command, [HOSTILE], HOSTILE, incident))
    if isinstance(outcome, Refused):
        assert not re.search(r"@|#\d|<|\N{RIGHT-TO-LEFT OVERRIDE}", outcome.why)


@every_command
@given(incident=incidents)
def test_done_again_it_changes_nothing_more(command: Command, incident: Incident) -> None:
    """What a person types twice by mistake, except to call the next level, which is asked for each time."""
    if command.names[0] in {"escalate", "handoff", "snooze"}:
        return
    ask = asked(command, ["1"], "1", incident)
    first = command.run(replace(ask, sender=ALICE))
    if isinstance(first, Decision):
        second = command.run(replace(ask, sender=ALICE, incident=first.incident))
        assert isinstance(second, Decision)
        assert second.incident == first.incident
