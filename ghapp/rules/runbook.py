"""Runbooks: what changes how the product is run also changes what somebody reads at night."""

from typing import Annotated

from pydantic import Field

from ghapp.core.review_facts import ReviewFacts
from ghapp.core.rule import ReviewRule
from ghapp.core.verdict import Reason, State, Unread
from ghapp.model.glob_index import any_of
from ghapp.model.patterns import PathGlob
from ghapp.model.rule_settings import RuleSettings

_OPS = (
    "deploy/", "deployment/", "helm/", "infra/", "k8s/", "ops/", "terraform/", "*.tf", "Dockerfile",
    "docker-compose*.yml", ".github/workflows/",
)  # fmt: skip
_DOCS = ("docs/", "runbooks/", "*.md", "*.rst")
_NONEMPTY = Field(min_length=1)


class Runbook(RuleSettings):
    """What is operations, and what describes it."""

    ops: Annotated[tuple[PathGlob, ...], _NONEMPTY] = _OPS
    """Files that say how the product is run."""
    docs: Annotated[tuple[PathGlob, ...], _NONEMPTY] = _DOCS
    """Files that describe it, besides the runbooks of the areas."""


def _check(facts: ReviewFacts, settings: Runbook) -> Reason | None:
    areas = facts.touched
    if isinstance(areas, Unread):
        return Reason("runbook", State.UNKNOWN, "Could not read the files", areas.why)
    assert not isinstance(facts.files, Unread)
    is_ops, is_doc = any_of(settings.ops), any_of(settings.docs)
    runbooks = {facts.model.areas[name].runbook for name in areas}
    paths = [one.path for one in facts.files]
    ops = [one for one in paths if is_ops(one) and not is_doc(one) and one not in runbooks]
    docs = [one for one in paths if is_doc(one) or one in runbooks]
    if docs and ops:
        text = f"Described in {docs[0]}."
        return Reason("runbook", State.SATISFIED, "Described", text)
    if not facts.files_complete:
        text = "GitHub does not list all the files."
        return Reason("runbook", State.UNKNOWN, "Could not read all the files", text)
    if not ops:
        return None
    known = ", ".join(sorted(one for one in runbooks if one))
    where = f" Its runbook: {known}." if known else ""
    text = f"{ops[0]} says how the product is run, and no runbook or document changes.{where}"
    return Reason("runbook", State.REFUSED, "No runbook changes", text, (facts.pull.author,))


RULE = ReviewRule(
    name="runbook",
    help="Where it changes how the product is run, a runbook or document changes as well.",
    settings=Runbook,
    check=_check,
)
