"""Who and what the emulated GitHub starts with: an organisation, its people, repositories and the App."""

from collections.abc import Mapping, Sequence
from typing import Any

ORGANISATION = "acme"
HOME = "acme/ops"
"""Where OWNERS.yaml is read and incidents are opened."""
REPOSITORIES = (HOME, "acme/shop")
MEMBERS = ("alice", "bob", "carol")
"""Members of the organisation; each may write everywhere."""
STRANGER = "mallory"
"""Has an account, and no rights but to read and comment."""

APP_ID = 4711
APP_SLUG = "ghapp"
APP_LOGIN = f"{APP_SLUG}[bot]"
INSTALLATION_ID = 815
PERMISSIONS: Mapping[str, str] = {
    "actions": "read",
    "checks": "write",
    "contents": "write",
    "issues": "write",
    "members": "read",
    "merge_queues": "read",
    "metadata": "read",
    "pull_requests": "write",
    "statuses": "read",
}
EVENTS: Sequence[str] = (
    "check_run",
    "check_suite",
    "issue_comment",
    "issues",
    "merge_group",
    "milestone",
    "pull_request",
    "pull_request_review",
    "push",
    "release",
    "status",
)


def token(login: str) -> str:
    """The access token of a person."""
    return f"token-of-{login}"


def app_object(address: str) -> dict[str, Any]:
    """The App as GitHub shows it on what the App has written."""
    return {
        "id": APP_ID,
        "slug": APP_SLUG,
        "node_id": "A_kwDOGhApp",
        "client_id": "Iv1.0123456789abcdef",
        "name": "ghapp",
        "description": None,
        "external_url": f"{address}/apps/{APP_SLUG}",
        "html_url": f"{address}/apps/{APP_SLUG}",
        "created_at": "2026-01-01T00:00:00Z",
        "updated_at": "2026-01-01T00:00:00Z",
        "permissions": dict(PERMISSIONS),
        "events": list(EVENTS),
    }


def seed(*, private_key: str, webhook_url: str, webhook_secret: str) -> dict[str, Any]:
    """The emulator's seed: https://emulate.dev/github."""
    people = (*MEMBERS, STRANGER)
    app = {
        "app_id": APP_ID,
        "slug": APP_SLUG,
        "name": "ghapp",
        "private_key": private_key,
        "permissions": dict(PERMISSIONS),
        "events": list(EVENTS),
        "webhook_url": webhook_url,
        "webhook_secret": webhook_secret,
        "installations": [
            {
                "installation_id": INSTALLATION_ID,
                "account": ORGANISATION,
                "repository_selection": "all",
            }
        ],
    }
    repositories = [name.partition("/")[::2] for name in REPOSITORIES]
    return {
        "tokens": {
            token(login): {"login": login, "scopes": ["repo", "user", "admin:org"]}
            for login in people
        },
        "github": {
            "users": [{"login": login, "name": login.title()} for login in people],
            "orgs": [
                {
                    "login": ORGANISATION,
                    "name": "Acme",
                    "members": [{"login": login, "role": "admin"} for login in MEMBERS],
                }
            ],
            "repos": [{"owner": owner, "name": name} for owner, name in repositories],
            "apps": [app],
        },
    }
