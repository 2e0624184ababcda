"""Tests: code that changes is accompanied by a test that does."""

from typing import Annotated

from pydantic import Field

from ghapp.core.pull_request import ChangedFile
from ghapp.core.review_facts import ReviewFacts
from ghapp.core.rule import ReviewRule
from ghapp.core.verdict import Reason, State, Unread
from ghapp.model.glob_index import any_of
from ghapp.model.patterns import PathGlob
from ghapp.model.rule_settings import RuleSettings

_CODE = (
    "*.c", "*.cc", "*.clj", "*.cpp", "*.cs", "*.dart", "*.ex", "*.go", "*.java", "*.js", "*.jsx", "*.kt", "*.mjs",
    "*.php", "*.py", "*.rb", "*.rs", "*.scala", "*.swift", "*.ts", "*.tsx", "*.vue",
)  # fmt: skip
_TESTS = (
    "test/", "tests/", "spec/", "specs/", "__tests__/", "e2e/", "test_*", "*_test.*", "*.test.*", "*.spec.*",
    "*_spec.*", "*Test.java", "*Test.kt", "*Tests.cs", "conftest.py",
)  # fmt: skip
_NONEMPTY = Field(min_length=1)


class CodeAndTests(RuleSettings):
    """What is code, and what tests it."""

    code: Annotated[tuple[PathGlob, ...], _NONEMPTY] = _CODE
    """Files whose change wants a test."""
    tests: Annotated[tuple[PathGlob, ...], _NONEMPTY] = _TESTS
    """Files that are tests; these are no code."""


def _check(facts: ReviewFacts, settings: CodeAndTests) -> Reason | None:
    if isinstance(facts.files, Unread):
        return Reason("tests", State.UNKNOWN, "Could not read the files", facts.files.why)
    is_test, is_code = any_of(settings.tests), any_of(settings.code)
    changed = [one for one in facts.files if _changes(one)]
    tests = [one.path for one in changed if is_test(one.path)]
    code = [one.path for one in changed if is_code(one.path) and not is_test(one.path)]
    if tests:
        return Reason("tests", State.SATISFIED, "Tests changed", f"Tests changed: {tests[0]}.")
    if not facts.files_complete:
        text = "No test is among the files that GitHub lists, and it does not list all."
        return Reason("tests", State.UNKNOWN, "Could not read all the files", text)
    if not code:
        return None
    more = f" and {len(code) - 1} more" if len(code) > 1 else ""
    text = f"Code changes and no test does: {code[0]}{more}."
    return Reason("tests", State.REFUSED, "No test changes", text, (facts.pull.author,))


def _changes(file: ChangedFile) -> bool:
    """What is only moved or taken away wants no test, and is none."""
    return file.status != "removed" and file.additions + file.deletions > 0


RULE = ReviewRule(
    name="tests",
    help="Where code changes, a test changes as well.",
    settings=CodeAndTests,
    check=_check,
)
