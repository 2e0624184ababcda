"""The reasons of the release gate, one function each."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from ghapp.core import freeze
from ghapp.core.freeze import Exemption, OpenIncident, Window
from ghapp.core.gate_facts import Blocker, Check, GateFacts, InMilestone
from ghapp.core.sign_off import Standing, assigned, is_among, standing
from ghapp.core.verdict import Reason, State, Unread, note
from ghapp.model.names import Login, same_login
from ghapp.model.release import Release

_PASSED: Final = frozenset({"success", "neutral"})
"""The conclusions that let a pull request be merged, besides `skipped`:
https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/collaborating-on-repositories-with-code-quality-features/about-status-checks
"""


def moment(at: datetime) -> str:
    """An instant for a reader."""
    return f"{at:%Y-%m-%d %H:%M} UTC"


def unread(name: str, what: str, why: Unread, setting: str = "") -> Reason:
    """What could not be read holds the release back; it is tried again."""
    text = f"Could not evaluate {what}: {why.why}"
    return Reason(name, State.UNKNOWN, f"Could not evaluate {what}", text, setting=setting)


def is_hotfix(facts: GateFacts, release: Release) -> bool:
    """Whether the pull request goes by the rules for urgent repairs."""
    return any(label.casefold() == release.hotfix.label.casefold() for label in facts.labels)


def voices(facts: GateFacts, release: Release) -> Standing | Unread:
    """Who has said what, as far as it counts."""
    if isinstance(facts.sign_offs, Unread):
        return facts.sign_offs
    void = release.gate.void_sign_offs_on_push
    return standing(facts.sign_offs, facts.author, facts.head, void_on_push=void)


def people_of(facts: GateFacts, names: Iterable[str]) -> tuple[Login, ...]:
    """Everyone whom several names mean, but the author."""
    logins = (login for name in names for login in facts.roles.get(name, ()))
    return tuple(dict.fromkeys(login for login in logins if not same_login(login, facts.author)))


def signers(facts: GateFacts, release: Release) -> tuple[str, ...]:
    """The names that must sign it off, as OWNERS.yaml has them."""
    urgent = release.hotfix.sign_off if is_hotfix(facts, release) else None
    return release.gate.sign_off if urgent is None else urgent


def draft(facts: GateFacts) -> Reason | None:
    """A draft is not released."""
    if not facts.draft:
        return None
    return Reason("draft", State.PENDING, "Draft", "The pull request is a draft.")


def milestone(facts: GateFacts, release: Release) -> Reason:
    """Open blockers of the milestone; what was moved out of it meanwhile is shown."""
    name, setting, found = "milestone", "release.gate.blockers", facts.milestone
    if isinstance(found, Unread):
        return unread(name, "the milestone", found, setting)
    if found is None:
        refused = release.gate.require_milestone
        state = State.REFUSED if refused else State.SKIPPED
        text = "The release has no milestone, so nothing in one can hold it back."
        return Reason(name, state, "No milestone", text, (), "release.gate.require_milestone")
    if isinstance(found.blockers, Unread):
        return unread(name, "the blockers", found.blockers, setting)
    return _blocked(name, setting, found, found.blockers)


def _blocked(name: str, setting: str, found: InMilestone, blockers: tuple[Blocker, ...]) -> Reason:
    moved = tuple(
        note(name, f"#{one.number} was moved away by {one.by}, {moment(one.at)}")
        for one in found.moved_away
    )
    if not blockers:
        text = f"Nothing in {found.title} blocks it."
        return Reason(name, State.SATISFIED, "No blocker", text, (), setting, moved)
    rows = tuple(
        Reason(name, State.REFUSED, f"Blocked by #{one.number}", f"#{one.number} {one.title}")
        for one in blockers
    )
    short = f"Blocked by #{blockers[0].number}{_more(blockers)}"
    text = f"Open blockers in {found.title}: {_numbers(blockers)}."
    return Reason(name, State.REFUSED, short, text, (), setting, rows + moved)


def incidents(facts: GateFacts, release: Release) -> Reason:
    """Open incidents in areas that the release touches; a sev1 is a freeze, and stands there."""
    name, setting = "incidents", "release.gate.severities"
    if isinstance(facts.incidents, Unread):
        return unread(name, "open incidents", facts.incidents, setting)
    here = [one for one in touching(facts.incidents, facts) if one.severity != freeze.FREEZING]
    gated = [one for one in here if one.severity in release.gate.severities]
    rows = tuple(
        _incident(one, refused=one in gated and not is_hotfix(facts, release)) for one in here
    )
    if gated and is_hotfix(facts, release):
        text = "A hotfix is not held back by the incidents that it may mend."
        return Reason(name, State.SKIPPED, "Hotfix", text, (), "release.hotfix", rows)
    if gated:
        first = min(gated, key=lambda one: (one.severity, one.number))
        short = f"{first.severity.label} {first.ref} in {first.area} is open{_more(gated)}"
        text = f"Open incidents where the release touches: {', '.join(one.ref for one in gated)}."
        return Reason(name, State.REFUSED, short, text, (), setting, rows)
    text = "No incident that counts is open where the release touches."
    return Reason(name, State.SATISFIED, "No incident", text, (), setting, rows)


def touching(found: Iterable[OpenIncident], facts: GateFacts) -> tuple[OpenIncident, ...]:
    """The incidents in areas that the release touches; in all, when those could not be read."""
    touched = facts.touched
    return tuple(one for one in found if isinstance(touched, Unread) or one.area in touched)


def _incident(one: OpenIncident, *, refused: bool) -> Reason:
    text = f"{one.ref} {one.severity.label} in {one.area}: {one.title}"
    return Reason("incidents", State.REFUSED if refused else State.SKIPPED, text, text)


def areas(facts: GateFacts) -> Reason | None:
    """Nothing is safe to say of a release of which it is not known what it touches."""
    if isinstance(facts.touched, Unread):
        return unread("areas", "what the release touches", facts.touched)
    return None


def checks(facts: GateFacts, release: Release) -> Reason:
    """The jobs that must have succeeded on the head; one that never reported has not."""
    name, setting = "checks", "release.gate.checks"
    if not release.gate.checks:
        return note(name, "OWNERS.yaml names no checks.")
    if isinstance(facts.checks, Unread):
        return unread(name, "checks", facts.checks, setting)
    rows = tuple(_check(one, facts.checks, release) for one in dict.fromkeys(release.gate.checks))
    return _together(name, setting, rows, "All checks succeeded.")


def _check(name: str, reported: tuple[Check, ...], release: Release) -> Reason:
    """Several of one name, of different apps, must all have succeeded."""
    own = [one for one in reported if one.name == name]
    skippable = name in release.gate.may_skip
    failed = [
        one.conclusion
        for one in own
        if one.conclusion
        and one.conclusion not in _PASSED
        and not (skippable and one.conclusion == "skipped")
    ]
    if failed:
        said = failed[0].replace("_", " ")
        return Reason("checks", State.REFUSED, f"{name}: {said}", f"{name} ended with {said}.")
    if not own:
        return Reason(
            "checks", State.PENDING, f"{name} has not reported", f"{name} has never reported."
        )
    if any(not one.conclusion for one in own):
        return Reason("checks", State.PENDING, f"{name} is running", f"{name} has not ended.")
    return Reason("checks", State.SATISFIED, f"{name} passed", f"{name}: {own[0].conclusion}.")


def approvals(facts: GateFacts, release: Release) -> Reason:
    """Approving reviews of the head, other than the author's."""
    name, setting, wanted = "approvals", "release.gate.approvals", release.gate.approvals
    if not wanted:
        return note(name, "OWNERS.yaml asks for no approvals.")
    if isinstance(facts.approvals, Unread):
        return unread(name, "approvals", facts.approvals, setting)
    people = {one.casefold(): one for one in facts.approvals if not same_login(one, facts.author)}
    text = f"{len(people)} of {wanted} approvals"
    if people:
        text += f": {', '.join(people.values())}"
    state = State.SATISFIED if len(people) >= wanted else State.PENDING
    return Reason(name, state, f"{len(people)} of {wanted} approvals", text, (), setting)


def sign_offs(facts: GateFacts, release: Release) -> Reason:
    """The word of each named role. Anybody's of them against it holds until they take it back."""
    name, wanted = "sign-off", signers(facts, release)
    own = is_hotfix(facts, release) and release.hotfix.sign_off is not None
    setting = "release.hotfix.sign_off" if own else "release.gate.sign_off"
    if not wanted:
        return note(name, "OWNERS.yaml asks for no sign-off.")
    said = voices(facts, release)
    if isinstance(said, Unread):
        return unread(name, "sign-offs", said, setting)
    people = people_of(facts, wanted)
    against = [one for one in said.no_gos if is_among(one.by, (*people, facts.author))]
    notes = tuple(note(name, f"{one.by} said /go of an earlier head") for one in said.void)
    if said.own:
        notes += (note(name, f"The /go of {facts.author}, whose release it is, does not count"),)
    if against:
        rows = tuple(
            Reason(name, State.REFUSED, f"{one.by}: no-go", f"{one.by}: {one.reason}", (one.by,))
            for one in against
        )
        short, text = f"No-go by {against[0].by}", "Somebody has said /no-go."
        return Reason(name, State.REFUSED, short, text, (against[0].by,), setting, rows + notes)
    signed = assigned(wanted, facts.roles, said.gos)
    rows = tuple(
        _role(one, facts, signed[one].by if one in signed else None)
        for one in dict.fromkeys(wanted)
    )
    return _together(name, setting, rows, "Everyone has signed off.", notes)


def _role(role: str, facts: GateFacts, by: Login | None) -> Reason:
    if by is not None:
        return Reason("sign-off", State.SATISFIED, f"{role}: {by}", f"{role}: {by} said /go.")
    people = people_of(facts, (role,))
    if not people:
        short = f"Nobody can sign off as {role}"
        return Reason("sign-off", State.REFUSED, short, f"{short}: it is nobody but the author.")
    text = f"{role} has not signed off: {' or '.join(people)}, each for one role only."
    return Reason("sign-off", State.PENDING, f"Waits for /go of {role}", text, people)


def soak(facts: GateFacts, release: Release, now: datetime) -> Reason:
    """How long the head has been as it is."""
    name, setting, wanted = "soak", "release.gate.soak", release.gate.soak
    if not wanted:
        return note(name, "OWNERS.yaml asks for no soak.")
    if isinstance(facts.changed_at, Unread):
        return unread(name, "when it was last pushed to", facts.changed_at, setting)
    waived = _waived(facts, release)
    if isinstance(waived, Unread):
        return unread(name, "sign-offs", waived, setting)
    if waived is not None:
        text = f"Waived for a hotfix by {waived.by}."
        return Reason(name, State.SKIPPED, "Waived", text, (), "release.hotfix.approvers")
    ends = facts.changed_at + wanted
    if ends <= now:
        text = f"Unchanged since {moment(facts.changed_at)}."
        return Reason(name, State.SATISFIED, "Soaked", text, (), setting)
    who = people_of(facts, release.hotfix.approvers) if is_hotfix(facts, release) else ()
    text = f"Unchanged since {moment(facts.changed_at)}, which must last until {moment(ends)}."
    return Reason(name, State.PENDING, f"Soaks until {moment(ends)}", text, who, setting)


def _waived(facts: GateFacts, release: Release) -> Exemption | Unread | None:
    """The word of an approver, by which a hotfix goes without a soak and in a freeze."""
    if not is_hotfix(facts, release):
        return None
    said = voices(facts, release)
    if isinstance(said, Unread):
        return said
    approvers = people_of(facts, release.hotfix.approvers)
    own = [one for one in said.gos if is_among(one.by, approvers)]
    return Exemption(by=own[0].by, text=own[0].reason, at=own[0].at) if own else None


def freezes(facts: GateFacts, release: Release, now: datetime) -> Reason:
    """Every freeze that holds now must have been excused by one of those who may."""
    name, setting = "freeze", "release.freezes"
    for what, found in (("freezes", facts.windows), ("exemptions", facts.exemptions)):
        if isinstance(found, Unread):
            return unread(name, what, found, setting)
    waived = _waived(facts, release)
    if isinstance(waived, Unread):
        return unread(name, "sign-offs", waived, setting)
    held = [one for one in windows(facts, release) if one.holds(now)]
    if not held:
        return Reason(name, State.SATISFIED, "No freeze", "No freeze holds.", (), setting)
    rows = tuple(row for one in held for row in _frozen(one, facts, waived))
    return _together(name, setting, rows, "Every freeze is excused.")


def windows(facts: GateFacts, release: Release) -> tuple[Window, ...]:
    """Every freeze of which is known, those included that open incidents are."""
    known = () if isinstance(facts.windows, Unread) else facts.windows
    open_ones = () if isinstance(facts.incidents, Unread) else facts.incidents
    here = touching(open_ones, facts)
    approvers = people_of(facts, release.hotfix.approvers)
    return (*known, *freeze.by_incidents(here, {one.area for one in here}, approvers))


def _frozen(window: Window, facts: GateFacts, waived: Exemption | None) -> Iterable[Reason]:
    given = () if isinstance(facts.exemptions, Unread) else facts.exemptions
    given = tuple(one for one in given if not same_login(one.by, facts.author))
    until = "" if window.end is None else f" until {moment(window.end)}"
    said = f"{window.said[0].upper()}{window.said[1:]}"
    excuse = freeze.excused(window, given)
    if excuse is None and waived is not None:
        excuse = freeze.excused(replace(window, approvers=(waived.by,)), (waived,))
    if excuse is not None:
        text = f"{said}{until} ({window.said_in}): {excuse.by} lets it through, {moment(excuse.at)}: {excuse.text}"
        yield Reason("freeze", State.SKIPPED, said, text, (), window.said_in)
        return
    short = said if window.end is None else f"{said} (until {window.end:%Y-%m-%d})"
    text = f"{said}{until}."
    yield Reason("freeze", State.REFUSED, short, text, window.approvers, window.said_in)
    for one in freeze.refused(window, given):
        yield note("freeze", f"The word of {one.exemption.by} does not count: {one.why}")


def checklist(facts: GateFacts) -> Reason:
    """The boxes before the release; those after it are no concern of the gate."""
    if isinstance(facts.boxes, Unread):
        return unread("checklist", "the checklist", facts.boxes)
    if not facts.boxes:
        return Reason("checklist", State.SATISFIED, "Checklist done", "No box is open.")
    rows = tuple(Reason("checklist", State.PENDING, one, one) for one in facts.boxes)
    short = f"{len(rows)} of the checklist to do"
    text = f"Open before the release: {len(rows)}."
    return Reason("checklist", State.PENDING, short, text, children=rows)


def required(facts: GateFacts) -> Reason | None:
    """Whether the branch takes merges in spite of this check, which nobody may overlook."""
    name, found = "required", facts.required
    if isinstance(found, Unread):
        return unread(name, "whether this check is required", found)
    if found is None:
        return note(name, "GitHub does not let the app see whether the branch requires this check.")
    return (
        None
        if found
        else note(name, "The branch takes merges without this check: it only advises.")
    )


def soaked_at(facts: GateFacts, soak: timedelta) -> datetime | None:
    """When the soak ends; None when that is not known."""
    return None if isinstance(facts.changed_at, Unread) else facts.changed_at + soak


def _together(
    name: str, setting: str, rows: tuple[Reason, ...], well: str, notes: tuple[Reason, ...] = ()
) -> Reason:
    """A reason that stands as the worst of its parts, and says the first of those."""
    open_rows = [one for one in rows if not one.holds]
    children = (*rows, *notes)
    if not open_rows:
        return Reason(name, State.SATISFIED, well, well, (), setting, children)
    refused = [one for one in open_rows if one.state is State.REFUSED]
    first = (refused or open_rows)[0]
    who = tuple(dict.fromkeys(login for one in open_rows for login in one.who))
    return Reason(
        name, first.state, f"{first.short}{_more(open_rows)}", first.text, who, setting, children
    )


def _numbers(found: Iterable[Blocker]) -> str:
    return ", ".join(f"#{one.number}" for one in found)


def _more(found: Iterable[object]) -> str:
    others = len(list(found)) - 1
    return f", {others} more" if others else ""
