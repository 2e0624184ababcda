"""The environment as typed settings, read once at the start."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import quote, urlsplit

from ghapp.core.facts import RepoName

GITHUB_API_URL = "https://api.github.com"
DEFAULT_DATABASE_URL = "sqlite:///ghapp.sqlite"
DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8080
PUBLIC_URL_VARIABLE = "GHAPP_PUBLIC_URL"
"""Where others reach the server."""

_REPO = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+")
_DATABASES = ("sqlite", "postgresql")
_KEY_MARK = "PRIVATE KEY-----"


class SettingsError(Exception):
    """The environment does not say enough, or says it wrong: one line what, one line what to do."""

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the process was started with. Secrets are never part of its `repr`."""

    app_id: str
    private_key: str = field(repr=False)
    home_repo: RepoName
    api_url: str = GITHUB_API_URL
    database_url: str = field(default=DEFAULT_DATABASE_URL, repr=False)
    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    github_webhook_secrets: tuple[str, ...] = field(default=(), repr=False)
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Every GHAPP_ variable as given: senders name their own, so there is no list of them here."""

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """Read the variables of docs/; blank ones count as unset.

        Raises:
            SettingsError: something is missing, unreadable or not of its kind.
        """
        env = {name: value.strip() for name, value in environ.items() if value.strip()}
        _require(env)
        return cls(
            app_id=_app_id(env["GHAPP_GITHUB_APP_ID"]),
            private_key=_private_key(env),
            home_repo=_home_repo(env["GHAPP_HOME_REPO"]),
            api_url=_api_url(env.get("GHAPP_GITHUB_API_URL", GITHUB_API_URL)),
            database_url=_database_url(env.get("GHAPP_DATABASE_URL", DEFAULT_DATABASE_URL)),
            host=env.get("GHAPP_HOST", DEFAULT_HOST),
            port=_port(env),
            github_webhook_secrets=_listed(env.get("GHAPP_GITHUB_WEBHOOK_SECRET", "")),
            variables={name: value for name, value in env.items() if name.startswith("GHAPP_")},
        )

    @property
    def web_url(self) -> str:
        """Where people see what the API tells of, without a slash at the end."""
        if self.api_url == GITHUB_API_URL:
            return "https://github.com"
        return self.api_url.removesuffix("/api/v3")

    def file_address(self, path: str) -> str:
        """Where a person reads a file of the home repository; an address stays what it is."""
        if path.startswith(("http://", "https://")):
            return path
        return f"{self.web_url}/{self.home_repo}/blob/HEAD/{quote(path)}"

    def secrets_of(self, variable: str) -> tuple[str, ...]:
        """The comma-separated secrets in a variable; empty when it is unset."""
        return _listed(self.variables.get(variable, ""))


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _require(env: Mapping[str, str]) -> None:
    missing = [name for name in ("GHAPP_GITHUB_APP_ID",) if name not in env]
    if not {"GHAPP_GITHUB_PRIVATE_KEY", "GHAPP_GITHUB_PRIVATE_KEY_FILE"} & env.keys():
        missing.append("GHAPP_GITHUB_PRIVATE_KEY_FILE (or GHAPP_GITHUB_PRIVATE_KEY)")
    if "GHAPP_HOME_REPO" not in env:
        missing.append("GHAPP_HOME_REPO")
    if missing:
        raise SettingsError(
            f"not set: {', '.join(missing)}",
            "The App's page on GitHub has its id and makes its key; the repository is owner/name.",
        )


def _app_id(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9.]+", text):
        raise SettingsError(
            f"GHAPP_GITHUB_APP_ID is not an App's id: {text!r}", "It is a number such as 123456."
        )
    return text


def _private_key(env: Mapping[str, str]) -> str:
    inline = env.get("GHAPP_GITHUB_PRIVATE_KEY")
    name = "GHAPP_GITHUB_PRIVATE_KEY" if inline else "GHAPP_GITHUB_PRIVATE_KEY_FILE"
    # Many hosts keep variables on one line, so that a PEM's line ends arrive as backslash and n.
    key = inline.replace("\\n", "\n") if inline else _read_key(Path(env[name]))
    if _KEY_MARK not in key:
        raise SettingsError(
            f"{name} holds no PEM private key", "GitHub lets you download one as a .pem file."
        )
    return key


def _read_key(path: Path) -> str:
    hint = "GHAPP_GITHUB_PRIVATE_KEY_FILE must name the App's .pem file."
    try:
        return path.expanduser().read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"cannot read {path}: {error.strerror}", hint) from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path} is not a PEM file", hint) from error


def _home_repo(text: str) -> RepoName:
    if not _REPO.fullmatch(text):
        raise SettingsError(f"GHAPP_HOME_REPO is not owner/name: {text!r}", "For example acme/ops.")
    return RepoName(text)


def _api_url(text: str) -> str:
    try:
        parts = urlsplit(text)
        sound = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        sound = False
    if not sound:
        raise SettingsError(
            f"GHAPP_GITHUB_API_URL is not a web address: {text!r}",
            "For GitHub Enterprise Server it is https://HOST/api/v3; unset it for GitHub.com.",
        )
    return text.rstrip("/")


def _database_url(text: str) -> str:
    kind = text.partition(":")[0].partition("+")[0]
    if kind not in _DATABASES or "://" not in text:
        raise SettingsError(
            "GHAPP_DATABASE_URL is neither SQLite nor PostgreSQL",
            "sqlite:///ghapp.sqlite or postgresql://user:password@host/name.",
        )
    return text


def _port(env: Mapping[str, str]) -> int:
    name = "GHAPP_PORT" if "GHAPP_PORT" in env else "PORT"
    text = env.get(name, str(DEFAULT_PORT))
    if not (text.isascii() and text.isdigit() and int(text[:6]) <= 65535):
        raise SettingsError(f"{name} is not a port number: {text!r}", "0 takes any free port.")
    return int(text)
