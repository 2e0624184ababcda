"""`/update text`: what is known now."""

from ghapp.commands.update import run
from ghapp.core.command import Misused
from ghapp.core.effects import Decision
from tests.support.requests import after, request


def test_the_newest_is_kept() -> None:
    outcome = run(request('/update It\'s "DNS", as always'))
    assert after(outcome).note == 'It\'s "DNS", as always'
    assert isinstance(outcome, Decision)
    assert outcome.effects == ()
    assert outcome.later


def test_without_a_text_it_is_misuse() -> None:
    assert run(request("/update")) == Misused()
