"""Requests are held to GitHub's own description of its API, more strictly than GitHub does."""

import json

import pytest

from ghapp.demo.messages import Request
from tests.support import openapi

REPO = "/repos/acme/ops"
LABEL = f"{REPO}/issues/1/labels/area%2Fdeployment"


def problems(method, path, body=None, **query):
    content = b"" if body is None else json.dumps(body).encode()
    return openapi.problems(
        Request(
            method=method,
            path=path,
            query=query,
            content=content,
            headers={"user-agent": "ghapp"},
        )
    )


@pytest.mark.parametrize(
    ("method", "path", "body", "query"),
    [
        ("GET", f"{REPO}/issues", None, {"labels": "incident", "per_page": "100", "state": "all"}),
        ("GET", f"{REPO}/issues", None, {"since": "2026-11-22T20:00:00Z"}),
        ("GET", f"{REPO}/contents/docs/runbooks/rollback.md", None, {"ref": "main"}),
        ("GET", f"{REPO}/commits/feature/x/check-runs", None, {}),
        ("GET", "/installation/repositories", None, {"per_page": "100"}),
        ("POST", f"{REPO}/issues", {"title": "Down", "labels": ["sev1"], "assignees": []}, {}),
        ("PATCH", f"{REPO}/issues/1", {"state": "closed", "state_reason": "completed"}, {}),
        ("PATCH", f"{REPO}/issues/1", {"milestone": None}, {}),
        ("POST", f"{REPO}/issues/1/labels", {"labels": ["sev2"]}, {}),
        ("DELETE", LABEL, None, {}),
        ("POST", f"{REPO}/issues/comments/1/reactions", {"content": "+1"}, {}),
        ("POST", "/app/installations/1/access_tokens", None, {}),
        ("POST", "/app/installations/1/access_tokens", {}, {}),
        (
            "POST",
            f"{REPO}/check-runs",
            {
                "name": "release",
                "head_sha": "0" * 40,
                "status": "completed",
                "conclusion": "success",
                "output": {"title": "t", "summary": "s"},
            },
            {},
        ),
    ],
)
def test_what_github_takes(method, path, body, query):
    assert problems(method, path, body, **query) == []


@pytest.mark.parametrize(
    ("method", "path", "body", "query", "said"),
    [
        ("POST", f"{REPO}/issues", {"title": "x", "labelz": []}, {}, "labelz"),
        ("POST", f"{REPO}/issues", {"body": "x"}, {}, "title"),
        ("POST", f"{REPO}/issues", {"title": None}, {}, "title"),
        ("POST", f"{REPO}/issues", None, {}, "a body is required"),
        ("PATCH", f"{REPO}/issues/1", {"state": "done"}, {}, "done"),
        ("GET", f"{REPO}/issues", None, {"label": "incident"}, "unknown query parameter label"),
        ("GET", f"{REPO}/issues", None, {"per_page": "all"}, "per_page"),
        ("GET", f"{REPO}/issues", None, {"state": "opened"}, "opened"),
        ("GET", f"{REPO}/issues", None, {"since": "yesterday"}, "since"),
        ("GET", "/search/issues", None, {}, "query parameter q is missing"),
        ("GET", f"{REPO}/incidents", None, {}, "GitHub has no GET"),
        ("DELETE", f"{REPO}/issues/1", None, {}, "GitHub has no DELETE"),
        ("DELETE", LABEL, {"name": "x"}, {}, "no body is described"),
        ("POST", f"{REPO}/issues/comments/1/reactions", {"content": "+2"}, {}, "+2"),
    ],
)
def test_what_it_does_not(method, path, body, query, said):
    found = problems(method, path, body, **query)
    assert len(found) == 1
    assert said in found[0]


def test_who_does_not_say_who_he_is():
    assert openapi.problems(Request(method="GET", path="/app")) == [
        "no User-Agent: GitHub answers 403"
    ]
