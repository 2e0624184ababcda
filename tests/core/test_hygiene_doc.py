"""The page about the backlog: its examples are right, and it tells of every rule and its settings."""

import re
from pathlib import Path

import pytest

from ghapp import plugins
from ghapp.model.hygiene import Hygiene, Stale
from ghapp.model.load import load

PAGE = (Path(__file__).parent.parent.parent / "docs" / "hygiene.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
SMALLEST = "version: 1\nareas: {app: {owner: alice}}\nfallback_area: app\n"
ROWS = re.findall(r"^\| (`\w+`.*?) \| (.*?) \| (.*?) \|$", PAGE, re.MULTILINE)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda text: text.split("\n")[1].strip())
def test_an_example_is_right(example: str) -> None:
    assert [str(one) for one in load(SMALLEST + example, rules=plugins.known_rules()).errors] == []


def test_every_rule_is_in_the_table_and_nothing_else() -> None:
    named = [name for row in ROWS for name in re.findall(r"`(\w+)`", row[0])]
    assert sorted(named) == [rule.name for rule in plugins.hygiene_rules()]


def test_every_setting_is_on_the_page() -> None:
    own = {
        name for rule in plugins.hygiene_rules() for name in rule.settings.model_fields
    }  # fmt: skip
    for name in (own | set(Hygiene.model_fields) | set(Stale.model_fields)) - {"after"}:
        assert re.search(rf"`(hygiene\.)?{name}\b|\b{name}:", PAGE), name
