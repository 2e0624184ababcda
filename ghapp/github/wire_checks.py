"""Check runs and statuses: GitHub's JSON as facts, and the app's reports as JSON."""

from collections.abc import Iterable, Sequence
from typing import Any

from ghapp.core.facts import Sha
from ghapp.github import fields
from ghapp.github.gateway_checks import Annotation, CheckRun, CommitStatus, Report
from ghapp.github.wire import EPOCH
from ghapp.model.names import same_login


def check_run(data: Any, slug: str) -> CheckRun:
    """A check run; `slug` is the app's own."""
    found = fields.object_of(data)
    output = fields.object_or_empty(found.get("output"))
    app = fields.text(fields.object_or_empty(found.get("app")).get("slug"))
    return CheckRun(
        id=fields.number(found, "id"),
        name=fields.text(found.get("name")),
        head=Sha(fields.text(found.get("head_sha"))),
        status=fields.text(found.get("status")),
        conclusion=fields.text(found.get("conclusion")),
        app=app,
        by_app=same_login(app, slug),
        title=fields.text(output.get("title")),
        summary=fields.text(output.get("summary")),
        external_id=fields.text(found.get("external_id")),
        completed_at=fields.time(found.get("completed_at")),
        url=fields.text(found.get("html_url")),
    )


def commit_status(data: Any) -> CommitStatus:
    """The newest status of a context."""
    found = fields.object_of(data)
    return CommitStatus(
        context=fields.text(found.get("context")),
        state=fields.text(found.get("state")),
        at=fields.time(found.get("updated_at")) or EPOCH,
        url=fields.text(found.get("target_url")),
    )


def contexts_of_branch(data: Any) -> frozenset[str]:
    """What the protection of a branch requires, as far as the branch itself tells.

    https://docs.github.com/en/rest/branches/branches#get-a-branch
    """
    protection = fields.object_or_empty(fields.object_of(data).get("protection"))
    required = fields.object_or_empty(protection.get("required_status_checks"))
    if fields.text(required.get("enforcement_level")) == "off":
        return frozenset()
    names = [*fields.list_of(required.get("contexts")), *_contexts(required.get("checks"))]
    return frozenset(filter(None, map(fields.text, names)))


def contexts_of_rules(rules: Iterable[Any]) -> frozenset[str]:
    """What the rules that hold for a branch require.

    https://docs.github.com/en/rest/repos/rules#get-rules-for-a-branch
    """
    found: set[str] = set()
    for rule in map(fields.object_of, rules):
        if rule.get("type") == "required_status_checks":
            parameters = fields.object_or_empty(rule.get("parameters"))
            found.update(map(fields.text, _contexts(parameters.get("required_status_checks"))))
    return frozenset(filter(None, found))


def _contexts(checks: Any) -> list[Any]:
    return [check.get("context") for check in fields.list_of(checks) if isinstance(check, dict)]


def report(told: Report, annotations: Sequence[Annotation]) -> dict[str, Any]:
    """A report as GitHub takes it, with so many of its annotations as fit into one call."""
    output: dict[str, Any] = {"title": told.title, "summary": told.summary}
    if annotations:
        output["annotations"] = [_annotation(one) for one in annotations]
    body: dict[str, Any] = {"name": told.name, "output": output}
    if told.conclusion is None:
        body["status"] = "in_progress"
    else:
        body |= {"status": "completed", "conclusion": told.conclusion}
    if told.external_id:
        body["external_id"] = told.external_id
    if told.details_url:
        body["details_url"] = told.details_url
    return body


def _annotation(one: Annotation) -> dict[str, Any]:
    body: dict[str, Any] = {
        "path": one.path,
        "start_line": one.start_line,
        "end_line": one.end_line,
        "annotation_level": one.level,
        "message": one.message,
    }
    return body | ({"title": one.title} if one.title else {})
