"""Rules in OWNERS.yaml: each has its own settings, validated like everything else."""

import pytest

from ghapp.model.load import load
from ghapp.model.rule_settings import Rules, RuleSettings
from ghapp.model.schema import json_schema
from ghapp.model.types import Model
from ghapp.model.values import Count

SMALLEST = "version: 1\npeople: {alice: }\nareas: {app: {owner: alice}}\nfallback_area: app\n"


class Speed(RuleSettings):
    """How fast it is."""

    limit: Count = 100
    """In the town."""


KNOWN = Rules(review={"speed": Speed(mode="off")}, hygiene={"dust": RuleSettings()})


def rules_of(text: str) -> Model | None:
    return load(f"{SMALLEST}{text}\n", rules=KNOWN).model


def test_a_rule_has_its_own_settings() -> None:
    model = rules_of("review: {rules: {speed: {mode: require, limit: 30}}}")
    assert model is not None
    assert model.review.rules.of("speed") == Speed(mode="require", limit=30)
    assert model.review.rules.of("size") is None


@pytest.mark.parametrize(
    ("text", "mode"),
    [
        pytest.param("", "off", id="the file is silent"),
        pytest.param("review: {}", "off", id="so is the section"),
        pytest.param("review: {rules: {speed: }}", "advise", id="nothing after the colon"),
        pytest.param("review: {rules: {speed: {limit: 3}}}", "advise", id="no mode"),
    ],
)
def test_a_rule_without_a_mode(text: str, mode: str) -> None:
    model = rules_of(text)
    assert model is not None
    speed = model.review.rules.of("speed")
    assert speed is not None
    assert speed.mode == mode
    assert model.hygiene.rules.of("dust") == RuleSettings()


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("review: {rules: {sped: {}}}", "unknown key `sped`", "did you mean `speed`?"),
        ("review: {rules: {speed: {limt: 3}}}", "unknown key `limt`", "did you mean `limit`?"),
        ("review: {rules: {speed: {limit: 0}}}", "`limit` must be at least 1", ""),
        (
            "hygiene: {rules: {dust: {mode: on}}}",
            "`mode` must be `off`, `advise` or `require`",
            "known: `off`, `advise`, `require`",
        ),
    ],
)
def test_a_mistake_in_a_rule_is_shown_in_its_place(text: str, message: str, hint: str) -> None:
    (error,) = load(f"{SMALLEST}{text}\n", rules=KNOWN).errors
    assert (error.message, error.hint) == (message, hint)
    assert (error.line, error.key.split(".")[0]) == (
        SMALLEST.count("\n") + 1,
        text.partition(":")[0],
    )


def test_models_with_the_same_rules_can_be_compared_and_written_out() -> None:
    text = "review: {rules: {speed: {limit: 30}}}"
    model = rules_of(text)
    assert model is not None
    assert model == rules_of(text)
    assert model != rules_of("")
    assert hash(model) == hash(rules_of(text))
    assert load(model.model_dump_json(by_alias=True), rules=KNOWN).model == model


def test_the_schema_has_the_settings_of_rules_and_what_holds_without_them() -> None:
    defs = json_schema(KNOWN)["$defs"]
    assert defs["ReviewRules"]["additionalProperties"] is False
    assert defs["ReviewRules"]["properties"]["speed"]["default"]["mode"] == "off"
    assert defs["Speed"]["properties"]["limit"]["description"] == "In the town."
    assert all(one.get("description") for one in defs.values())
