"""Finds the slash commands in a comment: the lines that give an order, and not those that show one.

A command is a line of prose that begins with `/name`. What renders as code, as a quote (with the lines
that lazily continue it) or not at all (HTML, comments) is not prose. Lines end where CommonMark ends
them: at LF, CRLF or CR, not at U+2028. Names that nobody asked for are passed over in silence, because
other bots share the slash.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from ghapp.core.markdown_blocks import Paragraph, paragraphs
from ghapp.core.markdown_inline import spans

LIMIT = 10
"""How many commands of one comment are obeyed."""

_LINE_END = re.compile(r"\r\n|\n|\r")
_COMMAND = re.compile(r"/([A-Za-z][A-Za-z0-9-]*)[.,:;!]?(?:[ \t]+(.*))?")
_ARGUMENT = re.compile(r'"([^"]*)"(?![^ \t])|([^ \t]+)')
_PUNCTUATION = ".,:;!?)]}>…"


_MAYBE = re.compile(r"(?:^|[\r\n])/[A-Za-z]")


def may_command(body: str) -> bool:
    """Whether a look at the lines' beginnings does not rule out that a comment commands something; cheap."""
    return _MAYBE.search(body) is not None


@dataclass(frozen=True, slots=True)
class Command:
    """An order: its name in small letters, its arguments, and the raw text behind the name, for notes."""

    name: str
    args: tuple[str, ...]
    text: str


def commands(
    body: str, previous: str | None = None, *, known: Collection[str]
) -> tuple[Command, ...]:
    """The commands of a comment in the order of their lines, each once, at most `LIMIT`. Never raises.

    Of an edited comment, whose body was `previous`, only those that it did not have before.
    """
    found: dict[object, Command] = {}
    for command in _all(body, known):
        found.setdefault(_identity(command), command)
    before = {_identity(command) for command in _all(previous or "", known)}
    return tuple(found[it] for it in list(found)[:LIMIT] if it not in before)


def _identity(command: Command) -> tuple[str, tuple[str, ...]]:
    return command.name, command.args


def _all(body: str, known: Collection[str]) -> Iterator[Command]:
    lines = _LINE_END.split(body.removeprefix("\ufeff"))
    candidates = {
        number: command
        for number, line in enumerate(lines)
        if line.startswith("/") and (command := _parse(line)) and command.name in known
    }
    if candidates:
        for number in _prose(lines, candidates):
            yield candidates[number]


def _prose(lines: list[str], wanted: Collection[int]) -> Iterator[int]:
    """Those of the wanted lines that are prose, in order."""
    for paragraph in paragraphs(lines):
        if not paragraph.quoted and any(number in wanted for number, _ in paragraph.lines):
            hidden = _hidden(paragraph)
            yield from (n for n, _ in paragraph.lines if n in wanted and n not in hidden)


def _hidden(paragraph: Paragraph) -> set[int]:
    """The lines of a paragraph that begin within code, a tag or a comment."""
    stretches = spans("\n".join(line for _, line in paragraph.lines))
    start, end = next(stretches, (0, 0))
    hidden, at = set(), 0
    for number, line in paragraph.lines:
        while end and end <= at:
            start, end = next(stretches, (0, 0))
        if start < at < end:
            hidden.add(number)
        at += len(line) + 1
    return hidden


def _parse(line: str) -> Command | None:
    found = _COMMAND.fullmatch(line)
    if found is None:
        return None
    text = (found[2] or "").strip()
    return Command(found[1].lower(), tuple(_arguments(text)), text)


def _arguments(text: str) -> Iterator[str]:
    for group, word in _ARGUMENT.findall(text):
        yield (word.rstrip(_PUNCTUATION) if word.startswith("@") else word) or group
