"""What people think of a pull request, and whether what they said of an earlier head still holds."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from ghapp.core.facts import Sha
from ghapp.core.pull_request import Commit, Review
from ghapp.core.review_facts import ReviewFacts
from ghapp.core.verdict import Unread
from ghapp.model.names import Login, same_login
from ghapp.model.types import Model

_TRAILER: Final = re.compile(
    r"^co-authored-by:([^<>\r\n]*+)<([^<>\r\n]*+)>[ \t\r]*+$", re.IGNORECASE | re.MULTILINE
)
_NO_REPLY: Final = re.compile(
    r"(?:\d+\+)?([A-Za-z0-9-]+)@users\.noreply\.github\.com", re.IGNORECASE
)
"""https://docs.github.com/en/account-and-profile/reference/email-addresses-reference"""
_SHOWN: Final = 7


@dataclass(frozen=True, slots=True)
class Void:
    """What was said no longer holds; `by` is the commit that changed what it was said of."""

    by: Sha


def short(sha: Sha) -> str:
    """A commit for a reader."""
    return sha[:_SHOWN]


def opinions(reviews: Iterable[Review]) -> tuple[Review, ...]:
    """Each person's latest submitted review, in the order of their submission; a comment is no opinion.

    One that was dismissed is still their latest: an older one does not revive.
    """
    latest: dict[str, Review] = {}
    for review in sorted(reviews, key=lambda one: (one.at, one.id)):
        if review.state in {"approved", "changes_requested", "dismissed"}:
            latest.pop(review.author.casefold(), None)
            latest[review.author.casefold()] = review
    return tuple(latest.values())


def still_holds(said_of: Sha, facts: ReviewFacts) -> Void | Unread | None:
    """Why what was said of a head does not hold for the head of now; None when it does.

    It holds while the pull request changes the same. Of more files than GitHub lists that cannot be told.
    """
    if said_of == facts.pull.head:
        return None
    if isinstance(facts.diff, Unread):
        return facts.diff
    earlier = facts.diffs.get(said_of)
    if isinstance(earlier, Unread):
        return earlier
    if earlier is not None and earlier == facts.diff:
        return None
    return Void(_changed_by(said_of, facts))


def _changed_by(said_of: Sha, facts: ReviewFacts) -> Sha:
    """The first commit behind that one that is no merge; the head, where that one is gone or nothing else is known."""
    commits = () if isinstance(facts.commits, Unread) else facts.commits
    shas = [one.sha for one in commits]
    if said_of not in shas:
        return facts.pull.head
    behind = commits[shas.index(said_of) + 1 :]
    return next((one.sha for one in behind if len(one.parents) < 2), facts.pull.head)


@dataclass(frozen=True, slots=True)
class Makers:
    """Who has made a pull request; `unknown` says which of its commits hide who made them."""

    people: frozenset[str]
    unknown: tuple[str, ...] = ()

    def include(self, login: Login) -> bool:
        """Whether somebody is among them, in whatever case."""
        return login.casefold() in self.people


def makers(facts: ReviewFacts) -> Makers:
    """The author and, unless their approval is welcome, all who committed or are named as co-authors.

    A co-author is known by GitHub's no-reply address, or by a name that OWNERS.yaml has for a person or login.
    """
    author = frozenset({facts.pull.author.casefold()})
    if not facts.model.review.exclude_committers:
        return Makers(author)
    if isinstance(facts.commits, Unread):
        return Makers(author, (f"The commits could not be read: {facts.commits.why}",))
    people, unknown = set(author), []
    for commit in facts.commits:
        people |= {one.casefold() for one in (commit.author, commit.committer) if one}
        people |= {one.casefold() for one in _co_authors(commit, facts.model)}
        if commit.author is None or commit.committer is None:
            unknown.append(f"No GitHub account is known for who made {short(commit.sha)}")
    if facts.pull.head not in {one.sha for one in facts.commits}:
        unknown.append(
            f"The head {short(facts.pull.head)} is not among the commits that GitHub lists"
        )
    if not facts.commits_complete:
        unknown.append("GitHub does not list all the commits")
    return Makers(frozenset(people), tuple(unknown))


def _co_authors(commit: Commit, model: Model) -> Iterator[str]:
    for written, address in _TRAILER.findall(commit.message):
        name, known = written.strip(), _NO_REPLY.fullmatch(address)
        if known is not None:
            yield known[1]
        yield name
        for login, person in model.people.items():
            if same_login(person.name, name):
                yield login
