"""What every rule must do, whichever file it is in."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from ghapp import plugins
from ghapp.core.freeze import Window
from ghapp.core.review import Look, look
from ghapp.core.review_facts import IssueRef, LinkedIssue, ReviewFacts
from ghapp.core.rule import ReviewRule, Rule
from ghapp.core.verdict import Reason, State, Unread
from ghapp.core.waiver import Waivers
from ghapp.model.load import load
from ghapp.model.schema import json_schema
from tests.support import reviews
from tests.support.reviews import ALICE, BASE, BOB, HEAD, NOW, OLD, OWNERS, REPO

FOUND = plugins.scan("ghapp.rules", "RULE")
RULES: list[Rule[Any]] = list(plugins.rules().values())
REVIEW_RULES = plugins.review_rules()
every_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
every_review_rule = pytest.mark.parametrize("rule", REVIEW_RULES, ids=lambda rule: rule.name)
every_module = pytest.mark.parametrize(
    "module", FOUND.plugins, ids=lambda name: name.rpartition(".")[2]
)

NONE_WAIVED = Waivers({}, {})
UNREAD = st.just(Unread("GitHub does not answer"))
texts = st.text(max_size=80) | st.sampled_from(
    ["", "fix: x", "fixup! x", "Closes #7", "# What\n<!-- say it -->\n", "@everyone `|", "WIP"]
)
paths = st.sampled_from(["a.py", "deploy/x.tf", "tests/test_a.py", "docs/a.md", "go.sum"]) | texts
files = st.builds(
    reviews.changed,
    paths,
    previous=st.just("") | paths,
    status=st.sampled_from(["added", "removed", "modified", "renamed"]),
    additions=st.integers(0, 10_000),
    patch=st.text(max_size=60),
)
commits = st.builds(
    reviews.commit,
    st.sampled_from([HEAD, OLD, BASE]),
    message=texts,
    author=st.none() | st.just(ALICE),
    committer=st.none() | st.just(BOB),
)
issues = st.dictionaries(
    st.builds(IssueRef, st.just(REPO), st.integers(1, 9)),
    st.none() | UNREAD | st.builds(LinkedIssue, texts, open=st.booleans(), is_pull=st.booleans()),
    max_size=3,
)
windows = st.builds(
    Window,
    start=st.sampled_from([NOW, NOW - timedelta(days=1), NOW + timedelta(days=1)]),
    end=st.none() | st.just(NOW + timedelta(days=2)),
    reason=texts,
    said_in=st.just("release.freezes[0]"),
    approvers=st.just(()) | st.just((ALICE,)),
)


def several(one: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return UNREAD | st.lists(one, max_size=4).map(tuple)


any_facts = st.builds(
    reviews.facts,
    pull=st.builds(
        reviews.pull,
        title=texts,
        body=texts,
        labels=st.frozensets(texts, max_size=2),
        author=st.sampled_from([ALICE, BOB]),
    ),
    files=several(files),
    files_complete=st.booleans(),
    commits=several(commits),
    commits_complete=st.booleans(),
    waivers=several(st.builds(reviews.waiver, st.sampled_from(["freeze", "title", "nonsense"]))),
    issues=UNREAD | issues,
    template=st.none() | UNREAD | texts,
    windows=several(windows),
)


def on(rule: Rule[Any], facts: ReviewFacts) -> ReviewFacts:
    """The same facts under a model in which a rule is looked at."""
    return replace(facts, model=reviews.model(f"review: {{rules: {{{rule.name}: {{}}}}}}"))


def test_every_file_loads() -> None:
    assert FOUND.failures == ()
    assert all(isinstance(plugin, Rule) for plugin in FOUND.plugins.values())


def test_no_two_share_a_name() -> None:
    assert len(RULES) == len(FOUND.plugins)


@every_module
def test_it_is_named_like_its_file_and_has_its_own_tests(module: str) -> None:
    name = module.rpartition(".")[2]
    assert FOUND.plugins[module].name == name  # type: ignore[attr-defined]
    assert (Path("tests/rules") / f"test_{name}.py").is_file()


def test_no_test_is_left_of_a_rule_that_is_gone() -> None:
    tests = {path.stem.removeprefix("test_") for path in Path("tests/rules").glob("test_*.py")}
    assert tests == {rule.name for rule in RULES}


@every_rule
def test_its_help_is_a_sentence(rule: Rule[Any]) -> None:
    assert re.fullmatch(r"[A-Z][^\n`|<>*#]{10,108}\.", rule.help)


@every_rule
def test_its_settings_need_nothing_and_say_what_they_are(rule: Rule[Any]) -> None:
    assert rule.settings().mode == "advise" or rule.by_default
    assert rule.where_silent.counts == rule.by_default
    assert rule.settings.__doc__
    for name, field in rule.settings.model_fields.items():
        assert field.description, name


@every_rule
def test_it_is_set_under_its_name_and_validated(rule: Rule[Any]) -> None:
    for settings in ("", "{}", "{mode: require, skip: urgent}"):
        text = f"{OWNERS}\n{rule.section}:\n  rules:\n    {rule.name}: {settings}\n"
        assert load(text, rules=plugins.known_rules()).errors == ()
    (error,) = load(text.replace("skip", "skp"), rules=plugins.known_rules()).errors
    assert error.message == "unknown key `skp`"
    assert error.hint == "did you mean `skip`?"
    assert error.line == text.count("\n")


@every_rule
def test_the_schema_knows_its_settings(rule: Rule[Any]) -> None:
    validator = Draft202012Validator(json_schema(plugins.known_rules()))
    file = {"version": 1, "areas": {"app": {"owner": "alice"}}, "fallback_area": "app"}
    assert validator.is_valid(file | {rule.section: {"rules": {rule.name: {"mode": "off"}}}})
    assert not validator.is_valid(file | {rule.section: {"rules": {rule.name: {"skp": "x"}}}})


@every_review_rule
@given(facts=any_facts)
def test_a_review_rule_never_fails_whatever_the_facts(
    rule: ReviewRule[Any], facts: ReviewFacts
) -> None:
    there = on(rule, facts)
    reason = rule.check(there, rule.settings())
    assert reason == rule.check(there, rule.settings())
    if reason is not None:
        assert reason.name == rule.name
        assert reason.short
        assert reason.text
    wakes = rule.wake_at(there)
    assert wakes is None or wakes > facts.now


@every_review_rule
@given(facts=any_facts)
def test_a_rule_that_is_off_says_nothing(rule: ReviewRule[Any], facts: ReviewFacts) -> None:
    off = reviews.model(f"review: {{rules: {{{rule.name}: {{mode: 'off'}}}}}}")
    assert look(rule, replace(facts, model=off), NONE_WAIVED) == Look()


def broken(_facts: ReviewFacts, _settings: Any) -> Reason:
    raise ZeroDivisionError


@every_review_rule
def test_a_rule_that_fails_could_not_tell(rule: ReviewRule[Any]) -> None:
    found = look(replace(rule, check=broken), on(rule, reviews.facts()), NONE_WAIVED)
    assert found.reason is not None
    assert found.reason.state is State.UNKNOWN
    assert "ZeroDivisionError" in found.reason.text
    assert found.fault is not None
    assert found.fault.rule == rule.name
