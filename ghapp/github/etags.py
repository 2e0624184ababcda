"""Answers to remember, so that asking again is free as long as nothing has changed (304).

https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#use-conditional-requests
"""

from collections import OrderedDict
from dataclasses import dataclass

MAX_ANSWERS = 1000
MAX_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Remembered:
    """A 200 as GitHub gave it."""

    etag: str
    body: bytes
    content_type: str
    link: str


class Etags:
    """The answers used last, within bounds.

    The key is whose eyes saw it (an installation, or the App) and the full URL. Tokens change every
    hour and GitHub's ETags with them: then the answer is a plain 200, and replaces what was here.
    """

    def __init__(self, max_answers: int = MAX_ANSWERS, max_bytes: int = MAX_BYTES) -> None:
        self._max_answers = max_answers
        self._max_bytes = max_bytes
        self._bytes = 0
        self._answers: OrderedDict[tuple[str, str], Remembered] = OrderedDict()

    def get(self, subject: str, url: str) -> Remembered | None:
        """What was answered last, if it is still remembered."""
        found = self._answers.get((subject, url))
        if found is not None:
            self._answers.move_to_end((subject, url))
        return found

    def put(self, subject: str, url: str, answer: Remembered) -> None:
        """Remember, and forget the least used beyond the bounds; one that is too large is not kept."""
        self.drop(subject, url)
        if len(answer.body) > self._max_bytes // 4:
            return
        self._answers[subject, url] = answer
        self._bytes += len(answer.body)
        while len(self._answers) > self._max_answers or self._bytes > self._max_bytes:
            _, oldest = self._answers.popitem(last=False)
            self._bytes -= len(oldest.body)

    def drop(self, subject: str, url: str) -> None:
        """Forget one answer."""
        old = self._answers.pop((subject, url), None)
        if old is not None:
            self._bytes -= len(old.body)
