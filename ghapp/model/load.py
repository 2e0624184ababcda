"""OWNERS.yaml from its text: the model, or every problem with its line, all in one go."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from ghapp.model.document import Document, read
from ghapp.model.explain import findings
from ghapp.model.lint import lint, shadowed_rules
from ghapp.model.problem import Finding, Problem, dotted, printable
from ghapp.model.references import Names
from ghapp.model.salvage import salvage
from ghapp.model.types import Model, Rules
from ghapp.model.with_rules import model_type

__all__ = ["Loaded", "Problem", "load", "load_bytes"]


@dataclass(frozen=True, slots=True)
class Loaded:
    """The outcome: a model unless there is an error; warnings leave it in force."""

    model: Model | None
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that keep the file out of force."""
        return tuple(problem for problem in self.problems if problem.level == "error")


def load(text: str, file: str = "OWNERS.yaml", rules: Rules | None = None) -> Loaded:
    """Read, validate and lint an OWNERS.yaml. Any text will do: what is wrong becomes a problem, never an exception.

    Without `rules`, rules of any name are taken with any settings.
    """
    document = read(text)
    problems = [
        Problem(
            file, one.mark.line, one.mark.column, dotted(one.path), printable(one.message), one.hint
        )
        for one in document.complaints
    ]
    model: Model | None = None
    if document.data is not None or not problems:
        model, found = _validated(document.data, model_type(rules))
        problems += (located(one, document, file) for one in found)
    problems.sort(key=lambda one: (one.line, one.column))
    broken = any(problem.level == "error" for problem in problems)
    return Loaded(None if broken else model, tuple(dict.fromkeys(problems)))


def load_bytes(content: bytes, file: str = "OWNERS.yaml", rules: Rules | None = None) -> Loaded:
    """The same for a file as it lies on disk; it has to be UTF-8."""
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line, column = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
        problem = Problem(file, line, column, "", "the file is not UTF-8", "save it as UTF-8")
        return Loaded(None, (problem,))
    return load(text, file, rules)


def _validated(data: Any, kind: type[Model]) -> tuple[Model | None, Iterable[Finding]]:
    if data is None:
        return None, [
            Finding((), "the file is empty", "`ghapp init` writes the smallest useful one")
        ]
    if not isinstance(data, Mapping):
        return None, [Finding((), "the file must be a mapping", "begin with `version: 1`")]
    try:
        model = kind.model_validate(data, context=Names.of(data))
    except ValidationError as error:
        return None, [*findings(error, kind), *_still_shadowed(data, kind)]
    return model, lint(model)


def _still_shadowed(data: Mapping[str, Any], kind: type[Model]) -> Iterable[Finding]:
    """The alert rules of a broken file are looked at all the same, so that one round of mending will do."""
    sound = salvage(data, kind)
    return () if sound is None else shadowed_rules(sound)


def located(finding: Finding, document: Document, file: str) -> Problem:
    """A finding about a file as a problem on the line where that stands in its document."""
    mark = document.place(finding.path, at_key=finding.at_key)
    return Problem(
        file=file,
        line=mark.line,
        column=mark.column,
        key=dotted(finding.path),
        message=printable(finding.message),
        hint=printable(finding.hint),
        level=finding.level,
    )
