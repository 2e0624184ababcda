"""The page about reviews: its example is what the app says, and its tables are of the rules that there are."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from ghapp.core.facts import Sha
from ghapp.core.review import CHECK, evaluate
from ghapp.duties.checks import Checks, Verdict
from ghapp.model.load import load
from ghapp.model.types import Rules
from ghapp.plugins import known_rules, review_rules
from tests.support import reviews
from tests.support.desk import Desk
from tests.support.reviews import ALICE, BOB, HEAD, NOW, OLD, REPO

PAGE = (Path(__file__).parent.parent.parent / "docs" / "reviews.md").read_text(encoding="utf-8")
EXAMPLE = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
SHOWN = re.findall(r"^```text\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def shown(desk: Desk) -> tuple[str, str]:
    """Title and text of the page's example, without the signs that its reader does not see."""
    model = load(EXAMPLE[0], rules=known_rules()).model
    assert model is not None
    facts = reviews.facts(
        model=model,
        pull=reviews.pull(author=ALICE, title="Round prices", body="Closes #7"),
        files=(
            reviews.changed("billing/prices.py", additions=31, deletions=4),
            reviews.changed("deploy/app.yaml", additions=6, deletions=6),
        ),
        commits=tuple(reviews.commit(one, author=ALICE, committer=ALICE) for one in (OLD, HEAD)),
        reviews=(reviews.review(BOB, commit=OLD), reviews.review(ALICE)),
        diffs={OLD: "another"},
        waivers=(reviews.waiver("tests", BOB, reason="checked by hand", at=NOW - timedelta(minutes=9)),),
    )  # fmt: skip
    said = evaluate(facts, review_rules())
    checks: Checks = desk.duties.checks
    verdict = Verdict(
        repo=REPO,
        head=Sha(HEAD),
        name=CHECK,
        conclusion=said.conclusion,
        title=said.title,
        reasons=said.tree,
        conversation="",
    )
    text = re.sub(r"&#8203;|\*\*|`", "", checks.summary(verdict))
    return f"{CHECK}: {said.title} ({said.conclusion})", text


def test_the_example_is_what_the_app_says(desk: Desk) -> None:
    title, summary = shown(desk)
    assert SHOWN[0] == f"{title}\n\n{summary.strip()}\n"


@pytest.mark.parametrize("example", EXAMPLE, ids=lambda text: text.partition("\n")[0])
def test_its_settings_are_right(example: str) -> None:
    assert [str(one) for one in load(example, rules=known_rules()).errors] == []


def test_every_rule_is_on_the_page_with_its_settings() -> None:
    for rule in review_rules():
        (row,) = re.findall(rf"^\| `{rule.name}` \| (.*?) \| (.*?) \|$", PAGE, re.MULTILINE)
        assert row[0] == rule.help.rstrip(".")
        own = set(rule.settings.model_fields) - {"mode", "skip"}
        assert set(re.findall(r"`(\w+)", row[1])) >= own


def test_no_rule_is_unknown_to_the_file() -> None:
    assert known_rules() == replace(known_rules()) != Rules()
