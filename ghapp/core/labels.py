"""The app's labels: what each is called, its colour, and what it means to who reads an issue."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from ghapp.core import carry_over, docs_review, postmortem, release_pull
from ghapp.core.incident import ACKNOWLEDGED, ESCALATED, INCIDENT, RECOVERED, SNOOZED
from ghapp.core.postmortem_state import ACTION
from ghapp.model.names import AreaName, Severity
from ghapp.model.types import Model

MODEL = "model"
OWN_SOURCES = ("backlog", "maintenance", "support")
"""Where an incident comes from that no sender raised alone."""

MAX_DESCRIPTION = 100
"""Characters that GitHub takes: https://docs.github.com/en/rest/issues/labels."""

_SEVERITIES = {
    Severity.SEV1: ("b60205", "The worst"),
    Severity.SEV2: ("d93f0b", "Serious"),
    Severity.SEV3: ("fbca04", "Limited"),
    Severity.SEV4: ("fef2c0", "Minor"),
}
_AREA_COLOR = "1d76db"
_SOURCE_COLOR = "c5def5"


@dataclass(frozen=True, slots=True)
class LabelSpec:
    """A label as it should be; `color` is six hexadecimal digits without `#`."""

    name: str
    color: str
    description: str


_REPORT = LabelSpec("report", "bfd4f2", "The figures of a cycle")

_HYGIENE = (
    LabelSpec("needs-triage", "fbca04", "Something is missing before this can be planned"),
    LabelSpec("needs-area", "fef2c0", "No area, so nobody answers for it"),
    LabelSpec("stale", "ededed", "It waits for its author and will be closed"),
    LabelSpec("priority/p0", "b60205", "Drop everything else"),
    LabelSpec("priority/p1", "d93f0b", "Next"),
    LabelSpec("priority/p2", "fbca04", "Soon"),
    LabelSpec("priority/p3", "fef2c0", "Some day"),
)
"""What upkeep of the backlog sets, and what it asks people to set."""


_DOCS = LabelSpec(docs_review.KIND, "0075ca", "Documents that somebody has to read over")


class Action(StrEnum):
    """What a label needs."""

    CREATE = "create"
    RECOLOUR = "recolour"
    FINE = "fine"


@dataclass(frozen=True, slots=True)
class LabelChange:
    """What to do about one label; `there` is it as the repository has it, spelt as it is there."""

    action: Action
    wanted: LabelSpec
    there: LabelSpec | None = None


def label_set(model: Model, sources: Iterable[str] = ()) -> tuple[LabelSpec, ...]:
    """All labels that the app owns under this model; `sources` are the senders that it knows."""
    return (
        LabelSpec(INCIDENT, "5319e7", "Something is broken; the on-call engineer owns it"),
        *(_severity(severity, model) for severity in Severity),
        LabelSpec(ACKNOWLEDGED, "0e8a16", "Someone is on it"),
        LabelSpec(ESCALATED, "e11d21", "Nobody answered in time, so the next level was called"),
        LabelSpec(RECOVERED, "bfdadc", "The alert has ended; a person resolves it"),
        LabelSpec(SNOOZED, "d4c5f9", "Its clocks stand still for a while"),
        LabelSpec("handoff", "c2e0c6", "What the next person on call must know"),
        LabelSpec("freeze", "0052cc", "Nothing is released while this is open"),
        LabelSpec("triage", "d4c5f9", "What the week's meeting is to talk about"),
        LabelSpec(MODEL, "e4e669", "OWNERS.yaml needs attention"),
        *((_REPORT,) if model.report is not None else ()),
        *_of_releases(model),
        *_of_postmortems(model),
        *([_DOCS] if model.docs else ()),
        *(_HYGIENE if "hygiene" in model.model_fields_set else ()),
        *(_area(name, model) for name in model.areas),
        *(
            LabelSpec(f"source/{name}", _SOURCE_COLOR, f"Raised by {name}")
            for name in sorted({*OWN_SOURCES, *sources})
        ),
    )


def compare(wanted: Iterable[LabelSpec], there: Iterable[LabelSpec]) -> tuple[LabelChange, ...]:
    """What each wanted label needs, in their order; other labels are nobody's business here.

    GitHub takes names that differ in case for the same, and so does this: the spelling stays.
    """
    known = {label.name.casefold(): label for label in there}
    return tuple(_change(label, known.get(label.name.casefold())) for label in wanted)


def _change(wanted: LabelSpec, there: LabelSpec | None) -> LabelChange:
    if there is None:
        return LabelChange(Action.CREATE, wanted)
    same = (there.color.casefold(), there.description) == (wanted.color, wanted.description)
    return LabelChange(Action.FINE if same else Action.RECOLOUR, wanted, there)


def _severity(severity: Severity, model: Model) -> LabelSpec:
    color, word = _SEVERITIES[severity]
    return LabelSpec(severity.label, color, _short(model.severities[severity].description or word))


def _of_releases(model: Model) -> tuple[LabelSpec, ...]:
    """Those that releases go by, when there are any."""
    release = model.release
    if release is None:
        return ()
    return (
        LabelSpec(release_pull.LABEL, "0052cc", "A release, or the pull request that makes one"),
        *(
            LabelSpec(label, "b60205", "Holds back the release of its milestone")
            for label in release.gate.blockers
        ),
        LabelSpec(release.hotfix.label, "d93f0b", "An urgent repair, released at once"),
        LabelSpec(carry_over.LABEL, "e99695", "Moved to the next release three times or more"),
        LabelSpec(carry_over.PINNED, "c5def5", "Stays in its milestone when the rest moves on"),
    )


def _of_postmortems(model: Model) -> tuple[LabelSpec, ...]:
    """Those of postmortems, when any severity asks for one."""
    if all(one.postmortem is None for one in model.severities.values()):
        return ()
    return (
        LabelSpec(postmortem.KIND, "5319e7", "What an incident teaches, and what is done about it"),
        LabelSpec(ACTION, "c5def5", "What somebody is to do until a date"),
    )


def _area(name: AreaName, model: Model) -> LabelSpec:
    area = model.areas[name]
    text = area.description or f"Owned by {area.owner}"
    return LabelSpec(f"area/{name}", _AREA_COLOR, _short(text))


def _short(text: str) -> str:
    """One line that GitHub takes."""
    line = " ".join(text.split())
    return line if len(line) <= MAX_DESCRIPTION else f"{line[: MAX_DESCRIPTION - 1].rstrip()}…"
