"""What is wrong with a template of the home repository, as far as can be told before it is used."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from jinja2 import TemplateSyntaxError, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from ghapp.core.facts import Page, Signal
from ghapp.core.handoff import Takeover
from ghapp.core.incident import Incident
from ghapp.duties import page_texts, texts
from ghapp.duties.templates import address, environment, templates_folder
from ghapp.model.areas import Area
from ghapp.model.problem import Problem, printable
from ghapp.model.severities import SeverityPolicy
from ghapp.model.suggest import suggest

LONGEST: Final = 65_536
"""Characters of one template; a text that is longer could not be posted."""

_EVERYWHERE: Final = frozenset(
    {"area", "commands", "due", "incident", "on_call", "resolve_by", "severity", "title"}
)
"""Facts that every text about an incident has, beside those that its packaged template uses."""

_KINDS: Final[Mapping[str, type]] = {
    "area": Area,
    "before": Incident,
    "incident": Incident,
    "page": Page,
    "severity": SeverityPolicy,
    "signal": Signal,
    "takeover": Takeover,
}
_UNESCAPED: Final[Mapping[type[nodes.Node], str]] = {
    nodes.FilterBlock: "{% filter %}",
    nodes.CallBlock: "{% call %}",
}
"""Blocks whose outcome Jinja prints without asking whether it may stand there."""


@dataclass(frozen=True, slots=True)
class _Packaged:
    """A template of the package: what it is given, and the words that it may use."""

    environment: ImmutableSandboxedEnvironment
    facts: frozenset[str]


def problems(name: str, text: str, file: str | None = None) -> tuple[Problem, ...]:
    """Everything that keeps a template out of force, in the order of its lines; `file` is where it lies."""
    found = sorted(_complaints(name, text))
    where = address(name) if file is None else file
    return tuple(
        Problem(where, line, 1, "", printable(message), hint) for line, message, hint in found
    )


@cache
def names() -> tuple[str, ...]:
    """The names of the templates that may be replaced: the pages of the server are not among them."""
    found = (path.name for path in templates_folder().iterdir() if path.suffix in {".md", ".txt"})
    return tuple(sorted(found))


def _complaints(name: str, text: str) -> Iterator[tuple[int, str, str]]:
    if name not in names():
        yield 1, "no template has this name", suggest(name, names())
        return
    if len(text) > LONGEST:
        yield 1, f"the template is longer than {LONGEST} characters", ""
        return
    for number, line in enumerate(text.splitlines(), 1):
        if "<!-- ghapp" in line:
            yield number, "a template must not contain a marker of ghapp", "leave the line out"
    packaged = _packaged(name)
    try:
        tree = packaged.environment.parse(text)
        packaged.environment.compile(text)
        unknown = meta.find_undeclared_variables(tree) - packaged.facts
    except TemplateSyntaxError as error:
        yield error.lineno, error.message or "the template can't be read", ""
        return
    except RecursionError:
        yield 1, "the template is nested too deeply", ""
        return
    yield from _unescaped(tree)
    yield from _unknown_names(tree, unknown, packaged.facts)
    yield from _unknown_attributes(tree)


def _unescaped(tree: nodes.Template) -> Iterator[tuple[int, str, str]]:
    for kind, tag in _UNESCAPED.items():
        for node in tree.find_all(kind):
            yield node.lineno, f"{tag} can't be used here", "it prints without escaping"


def _unknown_names(
    tree: nodes.Template, unknown: set[str], known: Iterable[str]
) -> Iterator[tuple[int, str, str]]:
    for node in tree.find_all(nodes.Name):
        if node.name in unknown and node.ctx == "load":
            yield node.lineno, f"there is no `{node.name}` here", suggest(node.name, sorted(known))


def _unknown_attributes(tree: nodes.Template) -> Iterator[tuple[int, str, str]]:
    own = {node.name for node in tree.find_all(nodes.Name) if node.ctx != "load"}
    for node in tree.find_all(nodes.Getattr):
        if not isinstance(node.node, nodes.Name) or node.node.name in own:
            continue
        kind = _KINDS.get(node.node.name)
        known = () if kind is None else _attributes(kind)
        if known and node.attr not in known:
            message = f"`{node.node.name}` has no `{node.attr}`"
            yield node.lineno, message, suggest(node.attr, known)


@cache
def _packaged(name: str) -> _Packaged:
    filters: Mapping[str, Any] = (
        page_texts.FILTERS
        if name.endswith(".txt")
        else dict.fromkeys((*texts.FILTERS, "at", "file"), str)
    )
    known = environment(None, str, filters)
    tree = known.parse((templates_folder() / name).read_text(encoding="utf-8"))
    given = meta.find_undeclared_variables(tree)
    return _Packaged(known, frozenset(given | (_EVERYWHERE if name.endswith(".md") else set())))


@cache
def _attributes(kind: type) -> tuple[str, ...]:
    fields = getattr(kind, "model_fields", {})
    return tuple(sorted({*fields, *(one for one in dir(kind) if not one.startswith("_"))}))
