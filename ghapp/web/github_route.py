"""What every reader of GitHub's events works with: the event, whose it is, and who would handle what."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from ghapp.core.facts import RepoName
from ghapp.core.strict_json import Malformed
from ghapp.core.wire import Event
from ghapp.model.names import same_login
from ghapp.web.github_payloads import Account, App, Repository

T = TypeVar("T")
Routed = tuple[str, Event]
"""The conversation of an event, and the event."""


def _any_branch(_repo: RepoName, _branch: str) -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which events have a duty that handles them; of the others none is kept.

    `releasing` says whether a branch is one that a release is cut from, whose checks therefore decide a release;
    a pull request with one of `release_labels`, in small letters, is that of a release or a hotfix from any branch.
    `backlog` says of which repositories everything is wanted that happens to their issues and pull requests.
    """

    pulls: bool = False
    releases: bool = False
    releasing: Callable[[RepoName, str], bool] = _any_branch
    release_labels: frozenset[str] = frozenset()
    backlog: Callable[[RepoName], bool] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the app is at home, its own login once that is known, and what is wanted."""

    home: RepoName
    app_login: str | None
    wanted: Wanted

    def is_home(self, repository: Repository) -> bool:
        """Whether it is the repository of OWNERS.yaml, of incidents and of releases."""
        return repository.full_name.casefold() == self.home.casefold()

    def is_app(self, sender: Account) -> bool:
        """Whether it is the app itself."""
        return self.app_login is not None and same_login(sender.login, self.app_login)

    def is_person(self, sender: Account) -> bool:
        """Whether it is neither the app nor another machine."""
        return not sender.is_bot and not self.is_app(sender)

    def is_ours(self, app: App | None) -> bool:
        """Whether a check belongs to the app."""
        slug = None if app is None else app.slug
        return self.app_login is not None and same_login(f"{slug}[bot]", self.app_login)

    def decides_release(self, repository: Repository, branch: str | None) -> bool:
        """Whether what happens on a branch may decide a release."""
        if not self.wanted.releases or branch is None or not self.is_home(repository):
            return False
        return self.wanted.releasing(RepoName(repository.full_name), branch)


def decode(decoder: "msgspec.json.Decoder[T]", body: bytes | msgspec.Raw) -> T:
    """The few fields that are read; raises `Malformed`."""
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(str(error)) from error
