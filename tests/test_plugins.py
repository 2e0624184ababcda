"""Plugins are found, kept apart, and a broken one stops no other."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from structlog.testing import capture_logs

from ghapp import plugins

Package = Callable[..., str]


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: Any) -> Package:
    """Write a package of files and return its name, another for each test."""
    name = "plugins_" + "".join(filter(str.isalnum, request.node.name))[:60]

    def write(**files: str) -> str:
        folder = tmp_path / name
        folder.mkdir()
        for module, text in {"__init__": "", **files}.items():
            (folder / f"{module}.py").write_text(text)
        monkeypatch.syspath_prepend(tmp_path)
        return name

    return write


def named(name: str) -> str:
    return f"from types import SimpleNamespace\nPLUGIN = SimpleNamespace(name={name!r})\n"


def names_of(plugin: SimpleNamespace) -> tuple[str]:
    return (plugin.name,)


def test_they_are_found_in_the_order_of_their_files(package: Package) -> None:
    found = plugins.scan(package(b=named("x"), a=named("y"), _helper="1/0"), "PLUGIN")
    assert [module.rpartition(".")[2] for module in found.plugins] == ["a", "b"]
    assert list(plugins.by_name(found, names_of)) == ["y", "x"]
    assert not found.failures


@pytest.mark.parametrize(
    ("broken", "error"),
    [
        pytest.param("1/0", ZeroDivisionError, id="fails as it is imported"),
        pytest.param("def", SyntaxError, id="is not Python"),
        pytest.param("import nowhere_at_all", ModuleNotFoundError, id="misses a package"),
        pytest.param("OTHER = 1", AttributeError, id="has no plugin"),
    ],
)
def test_a_broken_file_stops_no_other(
    package: Package, broken: str, error: type[Exception]
) -> None:
    with capture_logs() as logged:
        found = plugins.scan(package(a=named("a"), b=broken, c=named("c")), "PLUGIN")
    assert list(plugins.by_name(found, names_of)) == ["a", "c"]
    (failure,) = found.failures
    assert isinstance(failure.error, error)
    assert logged[0]["event"] == "plugin_failed"
    assert logged[0]["module"] == failure.module


def test_two_of_one_name_are_refused(package: Package) -> None:
    name = package(a=named("same"), b=named("same"))
    with pytest.raises(plugins.DuplicatePluginError) as refused:
        plugins.by_name(plugins.scan(name, "PLUGIN"), names_of)
    assert str(refused.value) == f"{name}.a and {name}.b are both named 'same'"


def test_the_apps_own() -> None:
    assert plugins.sources()["gcp"].path == "gcp"
    assert {"ack", "escalate", "help"} <= plugins.command_names()
    assert plugins.commands()["ack"] is plugins.commands()["ack"]
    assert plugins.rules()["title"].section == "review"
