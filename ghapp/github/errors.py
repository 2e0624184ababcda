"""What can go wrong between the app and GitHub, told apart by what the caller should do next."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any


class GitHubError(Exception):
    """A call to GitHub did not give what was asked for."""


class Unavailable(GitHubError):  # noqa: N818
    """GitHub broke, or was not reached: try again after `after` seconds.

    `uncertain` says that a write may have happened although its answer was lost: look before
    writing again.
    """

    def __init__(self, reason: str, *, after: float = 5.0, uncertain: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.after = after
        self.uncertain = uncertain


class Denied(Unavailable):
    """GitHub does not let the App in: key rejected, not installed there, suspended.

    No call is to blame, and a person has to mend it; until then everything waits.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason, after=60.0)


class RateLimited(GitHubError):  # noqa: N818
    """Not sent, or refused for its rate: nothing happened, and nothing may before `until` (UTC)."""

    def __init__(self, until: datetime, reason: str = "rate limited") -> None:
        super().__init__(f"{reason} until {until.isoformat()}")
        self.until = until
        self.reason = reason


class Refused(GitHubError):  # noqa: N818
    """GitHub understood and said no (4xx): repeating the same call will not help.

    `errors` are GitHub's own, as in https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api.
    """

    def __init__(self, status: int, message: str, errors: Sequence[Any] = ()) -> None:
        super().__init__(f"{status} {message}")
        self.status = status
        self.message = message
        self.errors = tuple(errors)


class NotFound(Refused):
    """404: it is not there, or the App may not see it."""

    def __init__(self, message: str = "Not Found", errors: Sequence[Any] = ()) -> None:
        super().__init__(404, message, errors)


class Gone(Refused):
    """410: it was there and has been deleted, or issues are switched off."""

    def __init__(self, message: str = "Gone", errors: Sequence[Any] = ()) -> None:
        super().__init__(410, message, errors)


class AlreadyThere(Refused):
    """422: what was to be created exists, be it by somebody else or by a call whose answer was lost. Find it."""


class Stale(Refused):
    """409: what was to be changed has been changed by somebody else meanwhile. Read it again."""


class Protected(Refused):
    """The rules of a branch take no commits from the App; it may propose them in a pull request."""


class Unreadable(GitHubError):  # noqa: N818
    """A file is there, but not as UTF-8 text that the API hands out; `reason` is for a person."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
