"""Finds the alert senders, slash commands and rules: one file each, no list of them anywhere.

A file that cannot be loaded is reported and left out, so that it stops no other.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, TypeVar, cast

import structlog

from ghapp.core.command import Command
from ghapp.core.hygiene_rule import HygieneRule
from ghapp.core.rule import ReviewRule, Rule
from ghapp.core.source import Source
from ghapp.model.rule_settings import Rules, RuleSettings

_log = structlog.get_logger(__name__)
_T = TypeVar("_T")


class DuplicatePluginError(Exception):
    """Two files claim one name, so that it is unclear which of them is meant."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be loaded."""

    module: str
    error: Exception


@dataclass(frozen=True, slots=True)
class Found:
    """The plugins of a package by module name, in the order of their names, and the files that failed."""

    plugins: Mapping[str, object]
    failures: tuple[Failure, ...]


def scan(package: str, attribute: str) -> Found:
    """Import every file of a package; each has its plugin under `attribute`.

    A file whose name begins with an underscore is a helper of others.
    """
    plugins: dict[str, object] = {}
    failures = []
    path = importlib.import_module(package).__path__
    for name in sorted(found.name for found in pkgutil.iter_modules(path)):
        if name.startswith("_"):
            continue
        module = f"{package}.{name}"
        try:
            plugins[module] = getattr(importlib.import_module(module), attribute)
        except Exception as error:  # noqa: BLE001 - whatever a plugin does wrong, the others work
            _log.error("plugin_failed", module=module, exc_info=error)
            failures.append(Failure(module, error))
    return Found(MappingProxyType(plugins), tuple(failures))


def by_name(found: Found, names_of: Callable[[_T], Iterable[str]]) -> Mapping[str, _T]:
    """The plugins under each of their names.

    Raises:
        DuplicatePluginError: two of them have the same name.
    """
    named: dict[str, _T] = {}
    owners: dict[str, str] = {}
    for module, plugin in cast("Mapping[str, _T]", found.plugins).items():
        for name in names_of(plugin):
            if name in named:
                raise DuplicatePluginError(f"{owners[name]} and {module} are both named {name!r}")
            named[name], owners[name] = plugin, module
    return MappingProxyType(named)


@cache
def sources() -> Mapping[str, Source]:
    """Every alert sender by its name."""
    found = scan("ghapp.sources", "SOURCE")
    by_name(found, lambda source: (cast("Source", source).path,))
    return by_name(found, lambda source: (source.name,))


@cache
def commands() -> Mapping[str, Command]:
    """Every slash command under each of its names."""
    return by_name(scan("ghapp.commands", "COMMAND"), lambda command: command.names)


@cache
def rules() -> Mapping[str, Rule[Any]]:
    """Every rule by its name, those of all sections together."""
    return by_name(scan("ghapp.rules", "RULE"), lambda rule: (rule.name,))


@cache
def review_rules() -> tuple[ReviewRule[Any], ...]:
    """The rules for pull requests, in the order of their names."""
    found = (rule for rule in rules().values() if isinstance(rule, ReviewRule))
    return tuple(sorted(found, key=lambda rule: rule.name))


@cache
def hygiene_rules() -> tuple[HygieneRule[Any], ...]:
    """The rules for the backlog, in the order of their names."""
    found = (rule for rule in rules().values() if isinstance(rule, HygieneRule))
    return tuple(sorted(found, key=lambda rule: rule.name))


@cache
def known_rules() -> Rules:
    """What OWNERS.yaml can set of rules, for `model.load`."""
    return Rules(review=_where_silent("review"), hygiene=_where_silent("hygiene"))


def _where_silent(section: str) -> Mapping[str, RuleSettings]:
    return {name: one.where_silent for name, one in rules().items() if one.section == section}


def command_names() -> frozenset[str]:
    """The words that a comment's line may begin with after the slash."""
    return frozenset(commands())
