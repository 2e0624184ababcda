"""Which pull requests are those of a release or of a hotfix, and of which release."""

from collections.abc import Iterable

from ghapp.core.pull_request import Pull
from ghapp.core.release import BRANCHES
from ghapp.model.release import Release

LABEL = "release"
"""Makes a pull request from whatever branch that of a release."""


def is_hotfix(pull: Pull, release: Release, branch: str) -> bool:
    """Whether it is an urgent repair of `branch`, what releases are merged into."""
    return pull.base == branch and bears(pull, release.hotfix.label)


def is_release(pull: Pull, release: Release, branch: str) -> bool:
    """Whether merging it into `branch` releases.

    It is one of the app, or of people, from a branch that is called like one; anybody may call the branch of a fork so.
    """
    if pull.base != branch or is_hotfix(pull, release, branch):
        return False
    ours = pull.head_repo.casefold() == pull.repo.casefold()
    return (ours and pull.head_branch.startswith(BRANCHES)) or bears(pull, LABEL)


def of_release(pull: Pull, tag: str, milestone: int | None, *, current: bool) -> bool:
    """Whether it is that of the release of a tag.

    Its branch says so, or else its milestone; without one it is that of the current release.
    """
    if pull.head_branch == f"{BRANCHES}{tag}":
        return True
    if pull.milestone is not None:
        return pull.milestone == milestone
    return current


def bears(pull: Pull, label: str) -> bool:
    """Whether it bears a label; those that differ only in case are one to GitHub."""
    return among(label, pull.labels)


def among(label: str, labels: Iterable[str]) -> bool:
    """Whether a label is one of several, in whatever case."""
    return any(label.casefold() == one.casefold() for one in labels)
