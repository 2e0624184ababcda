"""The size of a pull request: what is too large is skimmed, not read."""

from ghapp.core.review_facts import ReviewFacts
from ghapp.core.rule import ReviewRule
from ghapp.core.verdict import Reason, State, Unread
from ghapp.model.glob_index import any_of
from ghapp.model.patterns import PathGlob
from ghapp.model.rule_settings import RuleSettings
from ghapp.model.values import Count

_NOT_READ = (
    "*.lock", "*.lockfile", "*-lock.json", "*-lock.yaml", "go.sum", "npm-shrinkwrap.json",
    "*.min.js", "*.min.css", "*.map", "*.snap", "*.pb.go", "*_pb2.py", "*.generated.*",
    "generated/", "vendor/", "third_party/", "node_modules/",
)  # fmt: skip


class Size(RuleSettings):
    """How large a pull request may be."""

    lines: Count = 400
    """Added and removed together."""
    exempt: tuple[PathGlob, ...] = _NOT_READ
    """Files whose lines do not count: lock files and what is generated."""


def _check(facts: ReviewFacts, settings: Size) -> Reason | None:
    if isinstance(facts.files, Unread):
        return Reason("size", State.UNKNOWN, "Could not read the files", facts.files.why)
    exempt = any_of(settings.exempt)
    counted = [one for one in facts.files if not exempt(one.path)]
    lines = sum(one.additions + one.deletions for one in counted)
    said = f"{lines:,} of at most {settings.lines:,} lines"
    if lines > settings.lines:
        short = f"Too large: {lines:,} of {settings.lines:,} lines"
        return Reason("size", State.REFUSED, short, f"{said}: split it.", (facts.pull.author,))
    if not facts.files_complete:
        text = f"{said} in the files that GitHub lists, and it does not list all."
        return Reason("size", State.UNKNOWN, "Could not read all the files", text)
    return Reason("size", State.SATISFIED, said, f"{said}.")


RULE = ReviewRule(
    name="size",
    help="The change is small enough to be read, generated files aside.",
    settings=Size,
    check=_check,
)
