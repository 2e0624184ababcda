"""GitHub for the command line, over PyGithub: an operator's few calls, one after the other.

PyGithub's own retries are off: they would repeat a write whose answer was lost.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Self

import jwt
import requests
from github import Github, GithubException, RateLimitExceededException
from github.Auth import AppAuth
from github.GithubIntegration import GithubIntegration
from github.Repository import Repository

from ghapp.core.facts import RepoName
from ghapp.core.labels import Action, LabelChange, LabelSpec
from ghapp.github import wire
from ghapp.github.errors import Gone, NotFound, Refused, Unavailable
from ghapp.github.gateway import AppIdentity, File
from ghapp.github.headers import USER_AGENT

TIMEOUT = 15
BETWEEN_WRITES = 1.0
"""Seconds, as GitHub asks of those who write a lot."""

NEEDED: Mapping[str, str] = {
    "checks": "write",
    "contents": "write",
    "issues": "write",
    "metadata": "read",
    "pull_requests": "write",
    "statuses": "read",
}
"""The permissions that the app cannot do without: contents for overrides, release branches, tags and releases."""

OPERATOR: Mapping[str, str] = {"issues": "write", "contents": "read", "metadata": "read"}
"""All that an operator's token has."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The App as GitHub knows it, and GitHub's clock (UTC) at that time if it told it."""

    app: AppIdentity
    github_time: datetime | None


@dataclass(frozen=True, slots=True)
class Installed:
    """What the owner of a repository has granted, which may be less than the App asks for."""

    id: int
    permissions: dict[str, str]
    events: tuple[str, ...]
    suspended: bool


class Admin:
    """One session of an operator; use it as a context manager. Raises what the gateway raises."""

    def __init__(
        self,
        *,
        app_id: str,
        private_key: str,
        base_url: str,
        between_writes: float = BETWEEN_WRITES,
    ) -> None:
        auth = AppAuth(app_id, private_key)
        try:
            auth.create_jwt()
        except (jwt.PyJWTError, ValueError) as error:
            raise Refused(401, "the private key cannot be used") from error
        self._integration = GithubIntegration(
            auth=auth,
            base_url=base_url,
            timeout=TIMEOUT,
            user_agent=USER_AGENT,
            per_page=100,
            retry=None,
            seconds_between_requests=0,
            seconds_between_writes=between_writes,
            lazy=True,
        )
        self._repositories: dict[RepoName, Repository] = {}
        self._installations: list[Github] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for installation in self._installations:
            installation.close()
        self._integration.close()

    def app(self) -> Seen:
        """Ask who we are."""
        with _translated():
            app = self._integration.get_app()
            return Seen(wire.identity(app.raw_data), _date(app.raw_headers.get("date")))

    def installed(self, repo: RepoName) -> Installed:
        """How the App is installed on a repository."""
        with _translated():
            data = self._integration.get_repo_installation(*repo.split("/", 1)).raw_data
            granted = wire.identity({**data, "slug": "", "name": ""})
            return Installed(
                granted.id,
                dict(granted.permissions),
                granted.events,
                data.get("suspended_at") is not None,
            )

    def file(self, repo: RepoName, path: str) -> File | None:
        """A text file of the default branch, None if there is none; raises `Unreadable`."""
        with _translated():
            repository = self._repository(repo)
        try:
            with _translated():
                found = repository.get_contents(path)
                return wire.file([] if isinstance(found, list) else found.raw_data, path)
        except NotFound:
            return None

    def labels(self, repo: RepoName) -> list[LabelSpec]:
        """All labels of a repository."""
        with _translated():
            return [
                LabelSpec(label.name, label.color, label.description or "")
                for label in self._repository(repo).get_labels()
            ]

    def apply(self, repo: RepoName, change: LabelChange) -> None:
        """Do what a label needs; its spelling in the repository stays."""
        wanted = change.wanted
        with _translated():
            if change.action is Action.CREATE:
                self._repository(repo).create_label(wanted.name, wanted.color, wanted.description)
            elif change.action is Action.RECOLOUR and change.there is not None:
                label = self._repository(repo).get_label(change.there.name)
                label.edit(change.there.name, wanted.color, wanted.description)

    def _repository(self, repo: RepoName) -> Repository:
        if repo not in self._repositories:
            installation = self._integration.get_github_for_installation(
                self.installed(repo).id, dict(OPERATOR)
            )
            self._installations.append(installation)
            self._repositories[repo] = installation.get_repo(repo)
        return self._repositories[repo]


@contextmanager
def _translated() -> Iterator[None]:
    """PyGithub's errors, and those of the layers below it, as ours."""
    try:
        yield
    except RateLimitExceededException as error:
        raise Unavailable(f"GitHub asks to wait: {_message(error)}") from error
    except GithubException as error:
        raise _refusal(error) from error
    except requests.RequestException as error:
        raise Unavailable(f"no answer from GitHub ({type(error).__name__})") from error


def _refusal(error: GithubException) -> Refused | Unavailable:
    message = _message(error)
    if error.status >= 500:
        return Unavailable(f"GitHub answered {error.status}")
    if error.status == 404:
        return NotFound(message)
    return Gone(message) if error.status == 410 else Refused(error.status, message)


def _message(error: GithubException) -> str:
    data: Any = error.data
    message = data.get("message") if isinstance(data, dict) else None
    return message if isinstance(message, str) else error.message or "no reason given"


def _date(value: Any) -> datetime | None:
    try:
        return parsedate_to_datetime(value).astimezone(UTC)
    except (TypeError, ValueError):
        return None
