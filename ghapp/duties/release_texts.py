"""The words of releases: the issue, the pull request and the release itself, from `templates/`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from ghapp.core import checklist, marker
from ghapp.core.facts import Sha
from ghapp.core.incident import Incident
from ghapp.core.marker import Marker
from ghapp.core.release_state import to_data
from ghapp.duties.dated import generated, rewritten
from ghapp.duties.release_view import Seen
from ghapp.duties.texts import Markdown, TemplateTexts

PULL_KIND: Final = "release-pull"
_NOTES: Final = ("<!-- ghapp:notes -->", "<!-- ghapp:notes-end -->")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What a release mends, and what it goes out with in spite of."""

    resolved: tuple[Incident, ...] = ()
    open: tuple[Incident, ...] = ()
    blockers: tuple[int, ...] = ()


class ReleaseTexts:
    """Renders what people read of a release."""

    def __init__(self, texts: TemplateTexts, repo: str) -> None:
        """`repo` is the address at which people see the home repository."""
        self._texts = texts
        self._repo = repo

    def plain(self, template: str, **facts: Any) -> str:
        """A text from a template, of whatever facts it needs besides the address of the repository."""
        return self._texts.plain(template, repo=self._repo, **facts)

    def title(self, seen: Seen) -> str:
        """The title of the release issue; people may edit it."""
        return self.plain("release_title.md", seen=seen)

    def pull_title(self, seen: Seen) -> str:
        """The title of the release pull request, and of the commit that begins its branch."""
        return self.plain("release_pull_title.md", seen=seen)

    def issue(self, seen: Seen, *, over: bool = False) -> str:
        """What ghapp keeps current in the release issue, with what it remembers; `over`: nothing follows."""
        text = self.plain(
            "release_issue.md",
            seen=seen,
            facts=seen.facts,
            state=seen.state,
            after=checklist.after_release(seen.facts),
            over=over,
        )
        return f"{marker.render_state(to_data(seen.state))}\n\n{text}"

    def boxes(self, seen: Seen) -> str:
        """The checklist with which a release issue begins; from then on it is people's own."""
        return self.plain("release_checklist.md", seen=seen)

    def notes(self, seen: Seen, notes: str, trouble: Trouble) -> str:
        """What has changed, which incidents were resolved since, and what is known to be amiss."""
        return self.plain(
            "release_notes.md",
            seen=seen,
            notes=Markdown(notes),
            trouble=trouble,
        )

    def pull(self, seen: Seen, body: str, notes: str, trouble: Trouble, head: Sha) -> str:
        """The body of the release pull request with the app's part as it should be; people's words stay."""
        kept = f"{_NOTES[0]}\n{notes}\n{_NOTES[1]}" if notes else ""
        shown = Markdown(self.notes(seen, kept, trouble))
        text = self.plain("release_pull.md", seen=seen, notes=shown)
        state = marker.render_state({"head": head, "since": seen.state.since})
        return rewritten(body, f"{state}\n\n{text}", Marker(PULL_KIND, seen.key))

    def taken_back(self, seen: Seen, body: str) -> str:
        """The notes of a release that was rolled back, saying so above everything else."""
        text = self.plain("release_rolled_back.md", back=seen.state.rolled_back)
        return rewritten(body, text, Marker(PULL_KIND, seen.key))


def notes_in(body: str) -> tuple[str, Sha | None]:
    """The generated notes in the body of a release pull request, and the head that they are of."""
    text = generated(body)
    state = marker.find_state(text) or {}
    _, _, rest = text.partition(_NOTES[0])
    notes, end, _ = rest.partition(_NOTES[1])
    head = state.get("head")
    return (notes.strip() if end else ""), (Sha(head) if isinstance(head, str) else None)


def is_kept(body: str) -> bool:
    """Whether the app has a part in a pull request's body that it keeps current."""
    found = marker.find(body)
    return found is not None and found.kind == PULL_KIND


def shown(incidents: Iterable[Incident]) -> list[Incident]:
    """Incidents in the order of their issues, without those that only list others."""
    return sorted(
        (one for one in incidents if not (one.backlog or one.maintenance)),
        key=lambda one: one.number,
    )


def resolved_since(incidents: Iterable[Incident], since: datetime | None) -> list[Incident]:
    """Those that were closed at or after an aware datetime; none where there was no release before."""
    if since is None:
        return []
    return shown(one for one in incidents if one.closed_at is not None and one.closed_at >= since)
