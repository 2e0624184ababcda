"""GitHub in memory from which issues can be deleted, and that fails after some good calls."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from ghapp.core.facts import Issue, RepoName
from ghapp.github.errors import Refused, Unavailable
from ghapp.github.priority import Priority
from tests.support.fake_github import FakeGateway


@dataclass
class ForgetfulGitHub(FakeGateway):
    """GitHub from which issues can be deleted; `gone` says how it answers for them."""

    gone: dict[tuple[RepoName, int], Refused] = field(default_factory=dict)
    _left: int | None = None
    _later: dict[str, tuple[int, Exception]] = field(default_factory=dict)

    def fail_after(self, good: int, method: str, error: Exception) -> None:
        """Let a call of `method` raise after some good ones."""
        self._later[method] = (good, error)

    @contextmanager
    def killed_after(self, good: int) -> Iterator[None]:
        """The process does no more than so many calls: everything after them fails."""
        self._left = good
        try:
            yield
        finally:
            self._left = None

    def recover(self) -> None:
        """No call fails any more."""
        self._failures.clear()
        self._later.clear()

    def _fail_before(self, method: str, args: Mapping[str, Any], priority: Priority) -> None:
        if self._left is not None:
            self._left -= 1
            if self._left < 0:
                raise Unavailable("killed")
        good, error = self._later.pop(method, (-1, None))
        if good > 0 and error is not None:
            self._later[method] = (good - 1, error)
        if good == 0 and error is not None:
            self.fail(method, error)
        super()._fail_before(method, args, priority)

    def issue(self, repo: RepoName, number: int) -> Issue:
        """The issue as it is."""
        if (repo, number) in self.gone:
            raise self.gone[repo, number]
        return super().issue(repo, number)
