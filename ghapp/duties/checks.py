"""Publishes verdicts as check runs: one of each name on a head, kept up to date, written only when it changes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from typing import Any

import msgspec
import structlog

from ghapp.core import marker
from ghapp.core.facts import RepoName, Sha
from ghapp.core.marker import Marker
from ghapp.core.owners_file import OwnersFile
from ghapp.core.verdict import Reason, without_echoes
from ghapp.duties.records import Memory
from ghapp.duties.texts import Markdown, TemplateTexts
from ghapp.engine.store import Done
from ghapp.github.errors import NotFound
from ghapp.github.gateway_checks import (
    ANNOTATIONS,
    Annotation,
    CheckGateway,
    CheckRun,
    Conclusion,
    Report,
)
from ghapp.github.once import Once

log = structlog.get_logger(__name__)

KIND = "check"
"""Of the memory, and of the marker at the end of a summary."""

LONGEST_SUMMARY = 65_535
"""https://docs.github.com/en/rest/checks/runs; of bytes, for it is not said how characters are counted."""

_TEMPLATE = "check.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a check says of a head; without a conclusion it is still under way.

    `conversation` is where it is asked for again, `file` where the settings stand that it goes by.
    """

    repo: RepoName
    head: Sha
    name: str
    conclusion: Conclusion | None
    title: str
    reasons: tuple[Reason, ...]
    conversation: str
    file: OwnersFile | None = None
    annotations: tuple[Annotation, ...] = ()
    details: str = ""
    """Markdown behind the reasons, escaped already."""


@dataclass(frozen=True, slots=True)
class _Known:
    """A check run as it was last written: its id, and digests of what it says and of its annotations."""

    id: int
    said: str
    remarks: str


class Checks:
    """Keeps check runs as their verdicts want them. An unchanged one costs nothing, a changed one a single write."""

    def __init__(
        self, gateway: CheckGateway, memory: Memory, once: Once, texts: TemplateTexts, web: str
    ) -> None:
        """`web` is where repositories are shown to people, such as `https://github.com`."""
        self._gateway = gateway
        self._memory = memory
        self._once = once
        self._texts = texts
        self._web = web

    async def publish(
        self, verdict: Verdict, *, new_head: bool = False, again: bool = False
    ) -> bool:
        """Let the check run of that name say so; whether anything was written.

        `new_head` says that the commit has only just come up, so that it has no check run which a lost database knew:
        then none is looked for. `again` writes even what is said already, as GitHub expects it when somebody asks for
        the check again.

        Raises:
            GitHubError: GitHub could not be asked or told; the same may be published again.
        """
        report = self._report(verdict)
        key = f"{verdict.repo} {verdict.head} {verdict.name}"
        known = await self._known(key)
        if known is None:
            known = await self._look(verdict.repo, report, key, new_head=new_head)
        said, remarks = _said(report), _remarks(report)
        if known is not None and (known.said, known.remarks) == (said, remarks) and not again:
            return False
        run = await self._write(verdict.repo, report, key, known)
        await self._remember(key, _Known(run.id, said, remarks))
        log.info(
            "check_published",
            repo=verdict.repo,
            head=verdict.head,
            check=verdict.name,
            conclusion=verdict.conclusion,
            title=verdict.title,
        )
        return True

    def summary(self, verdict: Verdict) -> str:
        """The whole tree of reasons in Markdown, which mentions nobody."""
        return self._texts.whole(
            _TEMPLATE,
            reasons=list(_lines(without_echoes(verdict.reasons))),
            place=lambda setting: self._place(verdict.file, setting),
            details=Markdown(verdict.details),
        )

    def _report(self, verdict: Verdict) -> Report:
        report = Report(
            name=verdict.name,
            head=verdict.head,
            conclusion=verdict.conclusion,
            title=verdict.title,
            summary="",
            annotations=verdict.annotations,
            external_id=verdict.conversation,
        )
        seal = marker.render(Marker(KIND, _remarks(report)))
        room = LONGEST_SUMMARY - len(f"\n\n{seal}".encode())
        return replace(report, summary=f"{cut(self.summary(verdict), room)}\n\n{seal}")

    def _place(self, file: OwnersFile | None, setting: str) -> Markdown | None:
        path = file.path(setting) if file is not None else None
        return None if path is None else Markdown(f"{self._web}/{path}")

    async def _known(self, key: str) -> _Known | None:
        value = await self._memory.memory_get(KIND, key)
        return None if value is None else msgspec.convert(value, _Known)

    async def _remember(self, key: str, known: _Known) -> None:
        await self._memory.memory_put(KIND, key, asdict(known))
        await self._once.done(_name(key), str(known.id))

    async def _look(
        self, repo: RepoName, report: Report, key: str, *, new_head: bool
    ) -> _Known | None:
        """The check run that a lost answer or a lost database knew of, if there is one."""
        state = await self._once.settle(_name(key))
        if state is None and new_head:
            return None
        runs = await self._gateway.own_checks(repo, report.head, report.name)
        if not runs:
            return None
        # Its annotations are sent by several calls, of which the first alone may have arrived.
        whole = isinstance(state, Done) or len(report.annotations) <= ANNOTATIONS
        known = _of_run(runs[0], report.head, whole=whole)
        await self._remember(key, known)
        return known

    async def _write(
        self, repo: RepoName, report: Report, key: str, known: _Known | None
    ) -> CheckRun:
        """Annotations are only ever added: where they are others than before, it takes another run."""
        none = _remarks(replace(report, annotations=()))
        if known is not None and known.remarks in {none, _remarks(report)}:
            same = known.remarks == _remarks(report)
            told = replace(report, annotations=()) if same else report
            try:
                return await self._gateway.update_check(repo, known.id, told)
            except NotFound:
                log.warning("check_gone", repo=repo, head=report.head, check=report.name)
        await self._memory.memory_delete(KIND, key)
        await self._once.intend(_name(key))
        return await self._gateway.create_check(repo, report)


def cut(text: str, room: int) -> str:
    """The text without so many of its last lines that it fits into so many bytes, and a line that says so."""
    if len(text.encode()) <= room:
        return text
    lines = text.split("\n")
    left = room - len(_left_out(len(lines), len(lines)).encode())
    kept: list[str] = []
    for line in lines:
        left -= len(line.encode()) + 1
        if left < 0:
            break
        kept.append(line)
    return "\n".join(kept) + _left_out(len(lines) - len(kept), len(lines))


def _left_out(some: int, of: int) -> str:
    return f"\n\n… {some} of {of} lines are left out."


def _name(key: str) -> str:
    return f"{KIND}:{key}"


def _of_run(run: CheckRun, head: Sha, *, whole: bool) -> _Known:
    found = marker.find(run.summary)
    remarks = found.key if found is not None and found.kind == KIND and whole else ""
    said = Report(
        name=run.name,
        head=head,
        conclusion=run.conclusion or None,  # type: ignore[arg-type]
        title=run.title,
        summary=run.summary,
        external_id=run.external_id,
    )
    return _Known(run.id, _said(said), remarks)


def _said(report: Report) -> str:
    facts: Mapping[str, Any] = asdict(replace(report, annotations=()))
    return _digest(facts)


def _remarks(report: Report) -> str:
    facts: Sequence[Any] = [asdict(one) for one in report.annotations]
    return _digest(facts)


def _digest(facts: Any) -> str:
    return sha256(msgspec.json.encode(facts)).hexdigest()[:16]


def _lines(reasons: Iterable[Reason], depth: int = 0) -> Iterator[tuple[Markdown, Reason]]:
    """The tree as the items of a nested list, each behind its indentation."""
    for reason in reasons:
        yield Markdown("  " * depth), reason
        yield from _lines(reason.children, depth + 1)
