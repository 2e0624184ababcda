"""What can go wrong between the app and GitHub, on request."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ghapp.demo.messages import Answer, Request


@dataclass(frozen=True, slots=True)
class Refuse:
    """Answer in GitHub's place; GitHub is not asked."""

    name: str
    answer: Callable[[], Answer]


@dataclass(frozen=True, slots=True)
class Drop:
    """Close the connection without an answer, before or after GitHub did the work."""

    after: bool

    @property
    def name(self) -> str:
        """What the recording says of it."""
        return "dropped after" if self.after else "dropped before"


@dataclass(frozen=True, slots=True)
class Delay:
    """Wait this many seconds, then go on."""

    seconds: float

    @property
    def name(self) -> str:
        """What the recording says of it."""
        return f"delayed {self.seconds:g} s"


Action = Refuse | Drop | Delay


def status(
    code: int, *, headers: Mapping[str, str] | None = None, body: Any = None, message: str = ""
) -> Action:
    """Answer with `code`, before GitHub is asked; without a body, one in GitHub's shape."""
    if body is not None:
        answer = Answer.of(code, body, headers)
    else:
        shaped = Answer.refusal(code, message or _MESSAGES.get(code, "Refused"))
        answer = Answer(
            status=code, headers={**shaped.headers, **(headers or {})}, content=shaped.content
        )
    return Refuse(f"status {code}", lambda: answer)


def drop_before() -> Action:
    """Close the connection; GitHub never saw the request."""
    return Drop(after=False)


def drop_after() -> Action:
    """Let GitHub do the work, then close the connection: the answer is lost."""
    return Drop(after=True)


def delay(seconds: float) -> Action:
    """Hold the request back for `seconds`, then pass it on."""
    return Delay(seconds)


def rate_limit(
    kind: Literal["primary", "secondary"] = "secondary",
    *,
    retry_after: int | None = None,
    code: Literal[403, 429] = 403,
) -> Action:
    """Refuse as GitHub does at a limit.

    The primary limit tells its end in `x-ratelimit-reset` (`retry_after` seconds from now, 60 if
    unsaid); the secondary one in `retry-after`, or, when None, not at all: then the app is to wait
    a minute at least.
    https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
    """
    if kind == "primary":
        seconds = 60 if retry_after is None else retry_after
        return Refuse("primary limit", lambda: _primary(code, seconds))
    return Refuse("secondary limit", lambda: _secondary(code, retry_after))


def _primary(code: int, seconds: int) -> Answer:
    body = {
        "message": "API rate limit exceeded for installation ID 1.",
        "documentation_url": "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api",
        "status": str(code),
    }
    return Answer.of(code, body, _budget(remaining=0, reset=seconds))


def _secondary(code: int, retry_after: int | None) -> Answer:
    body = {
        "documentation_url": "https://docs.github.com/free-pro-team@latest/rest/overview/"
        "rate-limits-for-the-rest-api#about-secondary-rate-limits",
        "message": "You have exceeded a secondary rate limit. Please wait a few minutes before "
        "you try again.",
    }
    headers = _budget(remaining=4321, reset=1800)
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    return Answer.of(code, body, headers)


def _budget(*, remaining: int, reset: int) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": "5000",
        "X-RateLimit-Remaining": str(remaining),
        "X-RateLimit-Used": str(5000 - remaining),
        "X-RateLimit-Reset": str(int(time.time()) + reset),
        "X-RateLimit-Resource": "core",
    }


_MESSAGES = {
    401: "Bad credentials",
    403: "Resource not accessible by integration",
    404: "Not Found",
    409: "Conflict",
    410: "This issue was deleted",
    422: "Validation Failed",
    500: "Server Error",
    502: "Server Error",
    503: "No server is currently available to service your request.",
}


def on(method: str, pattern: str) -> Callable[[Request], bool]:
    """Match the App's requests of `method` (`*`: any) on a path like `/repos/*/*/issues`."""
    return lambda request: request.by_app and request.matches(method, pattern)


def any_call(request: Request) -> bool:
    """Match every request of the App but the making of tokens."""
    return request.by_app and not request.matches("POST", "/app/installations/*/access_tokens")


def any_write(request: Request) -> bool:
    """Match every request of the App that changes something, but the making of tokens."""
    return any_call(request) and request.method not in {"GET", "HEAD"}


@dataclass(slots=True)
class Fault:
    """Do `action` to the first `times` requests that `match`; None: to all until it is removed."""

    match: Callable[[Request], bool]
    action: Action
    times: int | None = 1
    hits: int = field(default=0, init=False)

    def takes(self, request: Request) -> bool:
        """Whether it strikes this request; counts the hit."""
        if (self.times is not None and self.hits >= self.times) or not self.match(request):
            return False
        self.hits += 1
        return True


class Faults:
    """The faults in force, in the order in which they were added."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        """Put a fault in force."""
        self._faults.append(fault)
        return fault

    def remove(self, fault: Fault) -> None:
        """Take a fault out of force."""
        self._faults.remove(fault)

    def clear(self) -> None:
        """Let everything go well again."""
        self._faults.clear()

    def strike(self, request: Request) -> list[Action]:
        """What is to be done to a request: any delays, then at most one refusal or drop."""
        struck: list[Action] = []
        for fault in self._faults:
            if fault.takes(request):
                struck.append(fault.action)
                if not isinstance(fault.action, Delay):
                    break
        return struck
