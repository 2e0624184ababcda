"""The environment, read once, with an answer in one line when it does not do."""

from pathlib import Path

import pytest

from ghapp.core.facts import RepoName
from ghapp.settings import Settings, SettingsError

KEY = "-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----"
LEAST = {
    "GHAPP_GITHUB_APP_ID": "123456",
    "GHAPP_GITHUB_PRIVATE_KEY": KEY,
    "GHAPP_HOME_REPO": "acme/ops",
}


def read(**changes: str | None) -> Settings:
    env = {**LEAST, **changes}
    return Settings.from_env({name: value for name, value in env.items() if value is not None})


def test_the_least_has_good_defaults() -> None:
    settings = read()
    assert (settings.app_id, settings.private_key, settings.home_repo) == (
        "123456",
        KEY,
        "acme/ops",
    )
    assert settings.api_url == "https://api.github.com"
    assert settings.database_url == "sqlite:///ghapp.sqlite"
    assert (settings.host, settings.port) == ("127.0.0.1", 8080)
    assert settings.github_webhook_secrets == ()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        pytest.param({"GHAPP_GITHUB_APP_ID": None}, "not set: GHAPP_GITHUB_APP_ID", id="no app id"),
        pytest.param({"GHAPP_GITHUB_APP_ID": " "}, "not set: GHAPP_GITHUB_APP_ID", id="blank"),
        pytest.param(
            {"GHAPP_GITHUB_PRIVATE_KEY": None},
            "not set: GHAPP_GITHUB_PRIVATE_KEY_FILE (or GHAPP_GITHUB_PRIVATE_KEY)",
            id="no key",
        ),
        pytest.param({"GHAPP_HOME_REPO": None}, "not set: GHAPP_HOME_REPO", id="no home"),
        pytest.param(
            {"GHAPP_GITHUB_APP_ID": None, "GHAPP_HOME_REPO": None},
            "not set: GHAPP_GITHUB_APP_ID, GHAPP_HOME_REPO",
            id="several at once",
        ),
        pytest.param(
            {"GHAPP_GITHUB_APP_ID": "my app"}, "GHAPP_GITHUB_APP_ID is not", id="bad app id"
        ),
        pytest.param(
            {"GHAPP_GITHUB_PRIVATE_KEY": "hunter2"},
            "GHAPP_GITHUB_PRIVATE_KEY holds no PEM private key",
            id="no pem",
        ),
        pytest.param(
            {"GHAPP_GITHUB_PRIVATE_KEY": None, "GHAPP_GITHUB_PRIVATE_KEY_FILE": "/nowhere.pem"},
            "cannot read /nowhere.pem: No such file or directory",
            id="no such file",
        ),
        pytest.param({"GHAPP_HOME_REPO": "acme"}, "GHAPP_HOME_REPO is not owner/name", id="home"),
        pytest.param(
            {"GHAPP_HOME_REPO": "acme/ops/x"}, "GHAPP_HOME_REPO is not owner/name", id="home path"
        ),
        pytest.param(
            {"GHAPP_GITHUB_API_URL": "github.com"}, "GHAPP_GITHUB_API_URL is not", id="api url"
        ),
        pytest.param(
            {"GHAPP_GITHUB_API_URL": "http://[x"},
            "GHAPP_GITHUB_API_URL is not",
            id="api url, broken",
        ),
        pytest.param(
            {"GHAPP_DATABASE_URL": "mysql://root:hunter2@x/y"}, "GHAPP_DATABASE_URL is", id="mysql"
        ),
        pytest.param({"GHAPP_PORT": "http"}, "GHAPP_PORT is not a port number", id="port"),
        pytest.param({"GHAPP_PORT": "65536"}, "GHAPP_PORT is not a port number", id="port, large"),
        pytest.param({"GHAPP_PORT": "9" * 5000}, "GHAPP_PORT is not a port", id="port, endless"),
        pytest.param({"PORT": "-1"}, "PORT is not a port number", id="the host's port"),
    ],
)
def test_what_is_missing_or_wrong_is_named(changes: dict[str, str | None], says: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read(**changes)
    assert refused.value.what.startswith(says)
    assert refused.value.hint
    assert "\n" not in refused.value.what + refused.value.hint
    assert "hunter2" not in refused.value.what + refused.value.hint


def test_the_key_may_be_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_text(KEY)
    env = {"GHAPP_GITHUB_PRIVATE_KEY": None, "GHAPP_GITHUB_PRIVATE_KEY_FILE": str(path)}
    assert read(**env).private_key == KEY
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="is not a PEM file"):
        read(**env)


def test_the_key_may_be_on_one_line() -> None:
    assert read(GHAPP_GITHUB_PRIVATE_KEY=KEY.replace("\n", "\\n")).private_key == KEY


@pytest.mark.parametrize(
    ("changes", "port"),
    [({"PORT": "80"}, 80), ({"PORT": "80", "GHAPP_PORT": "81"}, 81), ({"GHAPP_PORT": "0"}, 0)],
)
def test_the_port_is_ours_else_the_hosts(changes: dict[str, str], port: int) -> None:
    assert read(**changes).port == port


def test_secrets_are_lists() -> None:
    settings = read(GHAPP_GITHUB_WEBHOOK_SECRET=" old, new ,", GHAPP_GCP_WEBHOOK_TOKEN="one")
    assert settings.github_webhook_secrets == ("old", "new")
    assert settings.secrets_of("GHAPP_GCP_WEBHOOK_TOKEN") == ("one",)
    assert settings.secrets_of("GHAPP_SENTRY_SECRET") == ()


def test_an_api_elsewhere() -> None:
    assert read(GHAPP_GITHUB_API_URL="http://127.0.0.1:4000/").api_url == "http://127.0.0.1:4000"


def test_secrets_never_show() -> None:
    settings = read(
        GHAPP_GITHUB_WEBHOOK_SECRET="hunter2",
        GHAPP_GCP_WEBHOOK_TOKEN="hunter2",
        GHAPP_DATABASE_URL="postgresql://ghapp:hunter2@db/ghapp",
    )
    assert "hunter2" not in repr(settings)
    assert "PRIVATE KEY" not in repr(settings)


@pytest.mark.parametrize(
    ("api", "web"),
    [
        ("https://api.github.com", "https://github.com"),
        ("https://git.example/api/v3", "https://git.example"),
        ("http://127.0.0.1:4000", "http://127.0.0.1:4000"),
    ],
    ids=["GitHub.com", "Enterprise", "an emulator"],
)
def test_people_see_files_beside_the_api(api: str, web: str) -> None:
    settings = Settings(app_id="1", private_key="", home_repo=RepoName("acme/ops"), api_url=api)
    assert settings.web_url == web
    assert settings.file_address("docs/a b.md") == f"{web}/acme/ops/blob/HEAD/docs/a%20b.md"
    assert settings.file_address("https://wiki.example/a") == "https://wiki.example/a"
