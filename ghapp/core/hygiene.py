"""What upkeep writes on an item: one comment on what it lacks, reminders, labels, and what is forgotten goes.

Decided in two steps. A listing shows nearly everything; `candidates` says for which items it does not, so that only
their timelines are read. `decide` then takes an item as well as it is known: what is not known leads to nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from heapq import nsmallest
from typing import Any, Final

from ghapp.core import stale
from ghapp.core.backlog import NEEDS, NEEDS_TRIAGE, Backlog, Finding, Told, Weight, exempt
from ghapp.core.effects import AddLabels, CloseIssue, RemoveLabel, Say, Stick, Unassign
from ghapp.core.history import Mark, guide_key
from ghapp.core.hygiene_rule import HygieneRule
from ghapp.core.item import Item
from ghapp.core.stale import Judgement

Act = Say | Stick | AddLabels | RemoveLabel | Unassign | CloseIssue
Rules = Sequence[HygieneRule[Any]]
_NOTHING: Final[Mapping[str, Mark]] = {}


@dataclass(frozen=True, slots=True)
class Checked:
    """What the rules find; `unsure` are those that need the timeline, `failed` those that broke, with their errors."""

    findings: tuple[Finding, ...] = ()
    unsure: tuple[str, ...] = ()
    failed: tuple[tuple[str, Exception], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tidying:
    """What is wrong with an item, and what to write on it, in order.

    `wake_at` is when to look again where nothing happens before (UTC), `stale` how it stands with being forgotten.
    """

    item: Item
    acts: tuple[Act, ...] = ()
    findings: tuple[Finding, ...] = ()
    stale: Judgement | None = None
    weight: Weight = Weight.HINT
    wake_at: datetime | None = None


def candidates(items: Iterable[Item], backlog: Backlog, rules: Rules, most: int) -> tuple[int, ...]:
    """The numbers of those whose timelines are worth reading now, at most so many, what matters most first."""
    ranked = (
        (weight, item.updated_at, item.number)
        for item in items
        if (weight := _worth(item, backlog, rules)) is not None
    )
    return tuple(number for _, _, number in nsmallest(most, ranked))


def check(item: Item, backlog: Backlog, rules: Rules) -> Checked:
    """What the rules find about one item; a rule that breaks stops no other."""
    findings: list[Finding] = []
    unsure: list[str] = []
    failed: list[tuple[str, Exception]] = []
    for rule in () if exempt(item) else rules:
        try:
            found = _found(rule, item, backlog)
        except Exception as error:  # noqa: BLE001 - whatever a rule does wrong, the others work
            failed.append((rule.name, error))
            continue
        if found is None:
            unsure.append(rule.name)
        else:
            findings += found
    return Checked(tuple(findings), tuple(unsure), tuple(failed))


def sketch(item: Item, backlog: Backlog, rules: Rules) -> dict[str, Any]:
    """What the surveys keep of an item, by rule; of most items it is nothing."""
    kept = {}
    for rule in () if exempt(item) else rules:
        settings = rule.settings_in(backlog)
        if rule.sketch is None or not _looks(item, settings.counts, settings.skip):
            continue
        found = rule.sketch(item, backlog, settings)
        if found is not None:
            kept[rule.name] = found
    return kept


def survey(sketches: Mapping[int, Mapping[str, Any]], backlog: Backlog, rules: Rules) -> Checked:
    """What the rules find about all items together, of each of which `sketch` has kept something."""
    findings: list[Finding] = []
    failed: list[tuple[str, Exception]] = []
    for rule in rules:
        settings = rule.settings_in(backlog)
        if rule.survey is None or not settings.counts:
            continue
        kept = {number: own[rule.name] for number, own in sketches.items() if rule.name in own}
        try:
            findings += rule.survey(kept, backlog, settings)
        except Exception as error:  # noqa: BLE001 - whatever a rule does wrong, the others work
            failed.append((rule.name, error))
    return Checked(tuple(findings), (), tuple(failed))


def decide(
    item: Item, backlog: Backlog, checked: Checked, surveyed: Iterable[Finding] = ()
) -> Tidying:
    """What to write on an item; `surveyed` are the findings of the surveys, of which its own are taken.

    Without a section `hygiene` in OWNERS.yaml nothing is written, and the findings are for whoever asks for them.
    """
    findings = (*checked.findings, *(one for one in surveyed if one.number == item.number))
    judgement = stale.judge(item, backlog)
    found = Tidying(item=item, findings=findings, stale=judgement, wake_at=judgement.next_at)
    if exempt(item):
        return replace(found, findings=(), acts=tuple(_forgotten(item, backlog, judgement)))
    if "hygiene" not in backlog.model.model_fields_set:
        return found
    quiet_until = item.updated_at + backlog.settings.grace
    if backlog.now < quiet_until:
        return replace(found, wake_at=quiet_until)
    reminders = tuple(_unsaid(item, findings))
    acts = (
        *(act for one in reminders for act in _reminding(item, one)),
        *_unfinished(item, findings),
        *_guiding(item, checked),
        *_labelling(item, checked),
        *_forgotten(item, backlog, judgement),
    )
    return replace(found, acts=acts, weight=_weight(acts, reminders, checked))


def plan(tidyings: Iterable[Tidying], cap: int) -> tuple[Tidying, ...]:
    """Those that are written in one run, at most so many: what matters most first, then what was longest untouched.

    No more than these are kept in memory, however many there are.
    """
    waiting = (one for one in tidyings if one.acts)
    return tuple(
        nsmallest(cap, waiting, lambda one: (one.weight, one.item.updated_at, one.item.number))
    )


def occasion_of(item: Item, finding: Finding) -> str:
    """The name of a reminder, by which it is written once and known again."""
    return f"hygiene:{item.repo}#{item.number}:{finding.rule}:{finding.occasion}"


def _worth(item: Item, backlog: Backlog, rules: Rules) -> Weight | None:
    """How much the timeline of an item matters; None when it would tell nothing that is needed."""
    if item.known is not None:
        return None
    weights = [Weight.IDLE] if stale.suspects(item, backlog) else []
    if not exempt(item):
        checked = check(item, backlog, rules)
        weights += [rule.weight for rule in rules if rule.name in checked.unsure]
        if item.has_any(NEEDS) or (item.comments and _told(checked)):
            weights.append(Weight.LACKING)
    return min(weights, default=None)


def _told(checked: Checked) -> bool:
    return any(one.told is not Told.AGENDA or one.labels for one in checked.findings)


def _found(rule: HygieneRule[Any], item: Item, backlog: Backlog) -> list[Finding] | None:
    """What a rule finds; None when it would need the timeline."""
    settings = rule.settings_in(backlog)
    if rule.check is None or not _looks(item, settings.counts, settings.skip):
        return []
    if rule.suspects is not None and item.known is None:
        return None if rule.suspects(item, backlog, settings) else []
    found = rule.check(item, backlog, settings)
    extra = (NEEDS_TRIAGE,) if settings.required else ()
    return [replace(one, labels=tuple(dict.fromkeys((*one.labels, *extra)))) for one in found]


def _looks(item: Item, counts: bool, skip: str | None) -> bool:
    return counts and (skip is None or item.label(skip) is None)


def _said(item: Item) -> Mapping[str, Mark] | None:
    """On which occasions the app has spoken there; None when that is not known."""
    if item.known is not None:
        return item.known.said
    return None if item.comments else _NOTHING


def _unsaid(item: Item, findings: Iterable[Finding]) -> Iterator[Finding]:
    """The reminders that are still to be written, each once."""
    said = _said(item)
    if said is None:
        return
    done = set(said)
    for one in findings:
        name = occasion_of(item, one)
        if one.told is Told.REMIND and name not in done:
            done.add(name)
            yield one


def _reminding(item: Item, finding: Finding) -> Iterator[Act]:
    """The comment is first: it says why somebody is no longer assigned."""
    facts = {
        "notified": finding.to,
        "text": finding.text,
        "then": finding.then,
        "others": finding.others,
        "rule": finding.rule,
    }
    yield Say(occasion_of(item, finding), "hygiene_reminder", facts)
    if finding.unassign:
        yield Unassign(finding.unassign)


def _unfinished(item: Item, findings: Iterable[Finding]) -> Iterator[Act]:
    """Whoever was to be unassigned when the reminder said so, and is not yet."""
    said = _said(item) or _NOTHING
    for one in findings:
        if one.unassign and occasion_of(item, one) in said:
            yield Unassign(one.unassign)


def _guiding(item: Item, checked: Checked) -> Iterator[Act]:
    """The one comment on what an item lacks; where all is well and it was never needed, there is none."""
    if _said(item) is None:
        return
    lacking = sorted(
        (one for one in checked.findings if one.told is Told.GUIDE), key=lambda one: one.rule
    )
    asks = tuple(f"{one.rule}:{one.occasion}" for one in lacking)
    asked = item.known.asks if item.known is not None else None
    if asks == (asked or ()):
        return
    facts = {"asks": [(one.text, one.then) for one in lacking]}
    template = "hygiene_guide" if lacking else "hygiene_done"
    yield Stick(guide_key(item.repo, item.number), template, facts, {"asks": list(asks)})


def _labelling(item: Item, checked: Checked) -> Iterator[Act]:
    """The app's labels as they should be; what a person has set or taken off stays so."""
    if _said(item) is None:
        return
    known = item.known
    wanted = tuple(dict.fromkeys(label for one in checked.findings for label in one.labels))
    missing = tuple(
        label
        for label in wanted
        if item.label(label) is None
        and (known is None or not _by_a_person(known.unlabeled_at(label)))
    )
    if missing:
        yield AddLabels(missing)
    if known is None or checked.failed:
        return
    for name in NEEDS:
        label = item.label(name)
        if label is not None and name not in wanted and not _by_a_person(known.labeled_at(name)):
            yield RemoveLabel(label)


def _by_a_person(mark: Mark | None) -> bool:
    return mark is not None and not mark.by_bot


def _forgotten(item: Item, backlog: Backlog, judgement: Judgement) -> Iterator[Act]:
    if "hygiene" in backlog.model.model_fields_set:
        yield from stale.acts(item, backlog, judgement)


def _weight(acts: Sequence[Act], reminders: Sequence[Finding], checked: Checked) -> Weight:
    """That of what is said; where nothing is, something is put right."""
    guiding = any(isinstance(act, Stick) for act in acts)
    said = (*reminders, *(one for one in checked.findings if guiding and one.told is Told.GUIDE))
    closing = any(isinstance(act, Say) for act in acts) and not reminders
    return min((one.weight for one in said), default=Weight.IDLE if closing else Weight.LACKING)
