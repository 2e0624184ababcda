"""The alert senders and GitHub's webhook: which are on, by the secrets in the environment."""

from collections.abc import Iterator

from ghapp import plugins
from ghapp.cli.checkup import Finding, ok, problem
from ghapp.core.source import Source
from ghapp.settings import Settings

WEBHOOK_SECRET = "GHAPP_GITHUB_WEBHOOK_SECRET"  # noqa: S105 - a variable's name


def examine(settings: Settings, *, hears_github: bool = False) -> Iterator[Finding]:
    """A sender without a secret is off, which is fine unless all are.

    `hears_github` says that GitHub itself is a sender, by rules of OWNERS.yaml; its webhook has a secret anyway.
    """
    if settings.github_webhook_secrets:
        yield ok("GitHub's webhook", "on")
    else:
        yield problem(
            "GitHub's webhook",
            f"off: {WEBHOOK_SECRET} is not set",
            "Without it the app hears no comments: set the secret of the App's page.",
        )
    sources = [
        source for source in plugins.sources().values() if source.secret_variable != WEBHOOK_SECRET
    ]
    for source in sources:
        unset = _unset(source, settings)
        path = f"/webhooks/{source.path}"
        if not unset:
            yield ok(f"Sender {source.name}", f"on at {path}")
        elif unset == list(source.variables):
            yield ok(f"Sender {source.name}", f"off: {unset[0]} not set")
        else:
            yield problem(f"Sender {source.name}", f"off: {unset[0]} not set", "It needs both.")
    if not hears_github and all(_unset(source, settings) for source in sources):
        variables = ", ".join(source.secret_variable for source in sources)
        yield problem("Senders", "all are off: no alert can arrive", f"Set one of {variables}.")


def _unset(source: Source, settings: Settings) -> list[str]:
    return [variable for variable in source.variables if not settings.secrets_of(variable)]
