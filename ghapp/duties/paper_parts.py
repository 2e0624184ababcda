"""Builds the duties of postmortems and documents over what they share."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from ghapp.core.facts import RepoName
from ghapp.duties.alarms import Alarms
from ghapp.duties.dated import Dated
from ghapp.duties.doc_facts import DocsRead
from ghapp.duties.docs import Docs
from ghapp.duties.postmortems import Postmortems
from ghapp.duties.records import Memory, Records
from ghapp.duties.replies import Replies
from ghapp.duties.texts import TemplateTexts
from ghapp.github.github import GitHub
from ghapp.github.reconciler import Reconciler


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperParts:
    """What they are built over; `address` is where a person reads a file of the home repository."""

    github: GitHub
    store: Memory
    dated: Dated
    records: Records
    reconciler: Reconciler
    replies: Replies
    texts: TemplateTexts
    alarms: Alarms
    home: RepoName
    address: Callable[[str], str]
    wake: Callable[[str], Awaitable[None]]
    now: Callable[[], datetime]


def postmortems(parts: PaperParts) -> Postmortems:
    """The duty of postmortems."""
    return Postmortems(
        gateway=parts.github,
        dated=parts.dated,
        records=parts.records,
        memory=parts.store,
        reconciler=parts.reconciler,
        replies=parts.replies,
        texts=parts.texts,
        alarms=parts.alarms,
        home=parts.home,
        wake=parts.wake,
        now=parts.now,
    )


def documents(parts: PaperParts) -> Docs:
    """The duty of documents."""
    return Docs(
        gateway=parts.github,
        dated=parts.dated,
        read=DocsRead(parts.github, parts.records, parts.store, parts.home),
        replies=parts.replies,
        texts=parts.texts,
        home=parts.home,
        address=parts.address,
        wake=parts.wake,
        now=parts.now,
    )
