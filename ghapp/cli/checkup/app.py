"""The App at GitHub: whether it is reached and known, and has the permissions, events and time it needs."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta

from ghapp.cli.checkup import Finding, counted, github_alerts, ok, problem, unknown
from ghapp.core.facts import RepoName
from ghapp.github.admin import NEEDED, Admin, Installed, Seen
from ghapp.github.errors import GitHubError, NotFound, Refused, Unreadable
from ghapp.model.load import load
from ghapp.model.types import Model
from ghapp.plugins import known_rules
from ghapp.settings import Settings

EVENTS = (
    "check_run",
    "check_suite",
    "issue_comment",
    "issues",
    "milestone",
    "pull_request",
    "pull_request_review",
    "push",
    "release",
    "status",
)
"""What has to be subscribed to; news of installations come by themselves, and a merge queue needs `merge_group`.

https://docs.github.com/en/webhooks/webhook-events-and-payloads#installation
"""

OWNERS = "OWNERS.yaml"
MAX_SKEW = timedelta(seconds=30)
"""GitHub takes a JWT whose `iat` is not in its future; the app's is set back by a minute."""

_LEVELS = ("", "read", "write", "admin")
_SETTINGS = "On the App's page at GitHub: Permissions & events."


def examine(settings: Settings, now: Callable[[], datetime]) -> Iterator[Finding]:
    """Ask GitHub, beginning with what the rest depends on."""
    try:
        admin = Admin(
            app_id=settings.app_id, private_key=settings.private_key, base_url=settings.api_url
        )
    except GitHubError as error:
        yield _untold("App", error)
        return
    with admin:
        try:
            seen = admin.app()
        except GitHubError as error:
            yield _untold("App", error)
            return
        yield ok("App", f"{seen.app.name} ({seen.app.slug}) is known at {settings.api_url}")
        yield from _asked_for(seen)
        yield clock(seen.github_time, now())
        yield from _home(admin, settings.home_repo, seen)


def _untold(about: str, error: GitHubError) -> Finding:
    if isinstance(error, Refused) and error.status in {401, 404}:
        return problem(
            about,
            f"GitHub does not accept the App's id and key: {error.message}",
            "Compare GHAPP_GITHUB_APP_ID with the App's page, and make a new key there.",
        )
    return unknown(about, f"{error}", "Is GHAPP_GITHUB_API_URL right, and the network open?")


def _asked_for(seen: Seen) -> Iterator[Finding]:
    yield permissions("Permissions", seen.app.permissions, _SETTINGS)
    missing = [event for event in EVENTS if event not in seen.app.events]
    if missing:
        yield problem("Events", f"not subscribed to: {', '.join(missing)}", _SETTINGS)
    else:
        yield ok("Events", f"subscribed to {', '.join(EVENTS)}")


def permissions(about: str, granted: Mapping[str, str], hint: str) -> Finding:
    """Whether each needed permission is there, at its level or above."""
    missing = [
        f"{name}: {level}"
        for name, level in NEEDED.items()
        if _rank(granted.get(name, "")) < _rank(level)
    ]
    if missing:
        return problem(about, f"missing: {', '.join(missing)}", hint)
    return ok(about, ", ".join(f"{name}: {granted[name]}" for name in NEEDED))


def _rank(level: str) -> int:
    return _LEVELS.index(level) if level in _LEVELS else 0


def clock(github_time: datetime | None, now: datetime) -> Finding:
    """How far this machine's clock is from GitHub's, which tells whole seconds only."""
    if github_time is None:
        return unknown("Clock", "GitHub did not tell the time")
    skew = now - github_time
    seconds = round(abs(skew).total_seconds())
    if abs(skew) <= MAX_SKEW:
        return ok("Clock", f"within {max(seconds, 1)} s of GitHub's")
    direction = "ahead of" if skew > timedelta() else "behind"
    return problem(
        "Clock",
        f"{seconds} s {direction} GitHub's: tokens and signatures may be refused",
        "Switch on time synchronisation (NTP).",
    )


def _home(admin: Admin, home: RepoName, seen: Seen) -> Iterator[Finding]:
    about = "Home repository"
    try:
        installed = admin.installed(home)
    except NotFound:
        yield problem(about, f"the App is not installed on {home}", "Install it there.")
        return
    except GitHubError as error:
        yield unknown(about, f"{error}")
        return
    yield _installation(about, home, installed)
    if not installed.suspended:
        finding, model = _owners(admin, home)
        yield finding
        if model is not None:
            yield from github_alerts.examine(model, seen.app, installed)


def _installation(about: str, home: RepoName, installed: Installed) -> Finding:
    if installed.suspended:
        return problem(about, f"the installation on {home} is suspended", "Unsuspend it.")
    hint = "An owner of the organisation has to accept the App's new permissions."
    granted = permissions(about, installed.permissions, hint)
    return granted if granted.hint else ok(about, f"installed on {home}")


def _owners(admin: Admin, home: RepoName) -> tuple[Finding, Model | None]:
    try:
        file = admin.file(home, OWNERS)
    except Unreadable as error:
        return problem(OWNERS, error.reason, "It has to be a text file in UTF-8."), None
    except GitHubError as error:
        return unknown(OWNERS, f"{error}"), None
    if file is None:
        return problem(OWNERS, f"{home} has none", "`ghapp init` writes a small one."), None
    loaded = load(file.text, OWNERS, known_rules())
    if loaded.model is None:
        more = f", and {len(loaded.errors) - 1} more" if len(loaded.errors) > 1 else ""
        text = f"{loaded.errors[0]}{more}"
        return problem(OWNERS, text, "`ghapp check` shows them all."), None
    areas = counted(len(loaded.model.areas), "area", "areas")
    text = f"{areas}, {counted(len(loaded.problems), 'warning', 'warnings')}"
    return ok(OWNERS, text), loaded.model
