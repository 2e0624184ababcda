"""What is known of documents and postmortems, as far as a triage and a report tell of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ghapp.core.agenda_items import FollowUp
from ghapp.core.docs_review import Reviewed
from ghapp.core.postmortem import Action
from ghapp.model.types import Model


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """How they stand; `links` are the addresses of documents by path, `late` the postmortems with what is late of each.

    `actions` are those of all postmortems, open and closed.
    """

    documents: Sequence[Reviewed] = ()
    links: Mapping[str, str] = field(default_factory=dict)
    late: Sequence[FollowUp] = ()
    actions: Sequence[Action] = ()


class Paperwork(Protocol):
    """Whoever keeps documents and postmortems."""

    async def papers(self, model: Model) -> Papers:
        """How they stand now. Raises GitHubError."""
        ...


class Together:
    """What several know."""

    def __init__(self, *parts: Paperwork) -> None:
        self._parts = parts

    async def papers(self, model: Model) -> Papers:
        """All of it. Raises GitHubError."""
        found = [await part.papers(model) for part in self._parts]
        return Papers(
            documents=[document for papers in found for document in papers.documents],
            links={path: link for papers in found for path, link in papers.links.items()},
            late=[one for papers in found for one in papers.late],
            actions=[action for papers in found for action in papers.actions],
        )
