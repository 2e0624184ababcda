"""The templates in force: the packaged ones, and in their place those that the home repository has."""

import traceback
from collections.abc import Callable, Mapping
from importlib import resources
from pathlib import Path
from typing import Any, Final

import jinja2
import structlog
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from ghapp.model.problem import Problem, printable

log = structlog.get_logger(__name__)

FOLDER: Final = ".github/ghapp"
"""Where the home repository has its own."""

_WITHOUT: Final = ("range", "lipsum")
"""Of Jinja's functions, those with which a few words make a text without end."""


def templates_folder() -> Path:
    """`templates/` inside the installed package, or beside it in a checkout."""
    inside = Path(str(resources.files("ghapp"))) / "templates"
    return inside if inside.is_dir() else inside.parent.parent / "templates"


def is_title(name: str) -> bool:
    """Whether a template makes a title, in which Markdown does not count."""
    return name.endswith("_title.md")


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja without reach into the program, and without the means to make a text without end."""

    intercepted_binops = frozenset({"*", "**"})

    def call_binop(
        self, context: jinja2.runtime.Context, operator: str, left: Any, right: Any
    ) -> Any:
        """Only numbers are multiplied."""
        if operator == "**" or not all(isinstance(one, int | float) for one in (left, right)):
            raise SecurityError(f"`{operator}` can't be used on these")
        return super().call_binop(context, operator, left, right)


class Replaced:
    """The templates of the home repository by name, and what went wrong when they were used."""

    def __init__(self) -> None:
        self._texts: Mapping[str, str] = {}
        self._failures: dict[str, Problem] = {}

    def __bool__(self) -> bool:
        return bool(self._texts)

    def take(self, texts: Mapping[str, str]) -> None:
        """Take these into force; what was wrong with a text that has changed since is forgotten."""
        for name in [name for name in self._failures if texts.get(name) != self._texts.get(name)]:
            del self._failures[name]
        self._texts = dict(texts)

    def text(self, name: str) -> str | None:
        """What stands in the place of a packaged template."""
        return self._texts.get(name)

    @property
    def failures(self) -> Mapping[str, Problem]:
        """By name, the last failure of each that has failed since it was read."""
        return self._failures

    def failed(self, name: str, line: int, message: str) -> None:
        """Remember that one could not be used."""
        self._failures[name] = Problem(address(name), line, 1, "", printable(message))


class Renderer:
    """Renders templates; where one of the home repository fails, the packaged one speaks.

    `finalize` makes of each printed value what may stand in such a text: that nothing from outside gets into one as
    it is depends on nothing that a template says.
    """

    def __init__(
        self,
        finalize: Callable[[Any], str],
        filters: Mapping[str, Callable[..., Any]],
        *,
        folder: Path | None = None,
        replaced: Replaced | None = None,
    ) -> None:
        self._replaced = Replaced() if replaced is None else replaced
        packaged = jinja2.FileSystemLoader(folder or templates_folder())
        first = jinja2.ChoiceLoader([jinja2.FunctionLoader(self._load), packaged])
        self._packaged, self._first = (
            environment(loader, finalize, filters) for loader in (packaged, first)
        )

    def render(self, name: str, facts: Mapping[str, Any]) -> str:
        """The text of a template, without blanks around it."""
        if self._replaced:
            try:
                text = self._first.get_template(name).render(facts).strip()
            except Exception as error:
                log.warning("template_failed", template=name, exc_info=error)
                self._blame(error)
            else:
                if text or self._replaced.text(name) is None:
                    return text
                self._replaced.failed(name, 1, "it came out empty")
        return self._packaged.get_template(name).render(facts).strip()

    def _load(self, name: str) -> tuple[str, str, Callable[[], bool]] | None:
        text = self._replaced.text(name)
        if text is None:
            return None
        return text, address(name), lambda: self._replaced.text(name) == text

    def _blame(self, error: Exception) -> None:
        """Note where it failed, if that was in a template of the home repository."""
        for frame in reversed(traceback.extract_tb(error.__traceback__)):
            place = Path(frame.filename)
            if self._replaced.text(place.name) is not None and frame.filename == address(
                place.name
            ):
                self._replaced.failed(place.name, frame.lineno or 1, _told(error))
                return


def environment(
    loader: jinja2.BaseLoader | None,
    finalize: Callable[[Any], str],
    filters: Mapping[str, Callable[..., Any]],
) -> ImmutableSandboxedEnvironment:
    """Jinja as all templates have it: a wrong name is an error, and no template reaches into the program."""
    made = _Sandbox(
        loader=loader,
        undefined=jinja2.StrictUndefined,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(filters)
    for name in _WITHOUT:
        del made.globals[name]
    return made


def address(name: str) -> str:
    """Where the home repository has the template of this name."""
    return f"{FOLDER}/{name}"


def _told(error: Exception) -> str:
    return f"it could not be used: {error}" if str(error) else f"it raised {type(error).__name__}"
