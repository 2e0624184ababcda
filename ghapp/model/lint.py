"""What a valid model still gets wrong: rules that never match, levels that reach nobody, unused names."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from ghapp.model.globs import covers
from ghapp.model.lint_review import lint_review
from ghapp.model.names import AreaName, Login, RotationName, TeamName
from ghapp.model.problem import Finding, Path, dotted
from ghapp.model.references import DEFAULT_POLICY
from ghapp.model.suggest import suggest
from ghapp.model.types import AlertRule, Area, Model


def lint(model: Model) -> Iterator[Finding]:
    """Every finding about a whole file."""
    for check in (
        _same_but_for_case,
        shadowed_rules,
        _levels_that_reach_nobody,
        lint_review,
        *_ADVICE,
    ):
        yield from check(model)


def shadowed_rules(model: Model) -> Iterator[Finding]:
    """Alert rules that never decide, because an earlier one takes all their alerts."""
    earlier: list[tuple[Path, AreaName, AlertRule]] = []
    for name, area in model.areas.items():
        for index, rule in enumerate(area.alerts):
            path: Path = ("areas", name, "alerts", index)
            for other_path, other_name, other in earlier:
                if _takes_all_of(other, rule):
                    yield _shadowed(path, rule, dotted(other_path), other, other_name == name)
                    break
            earlier.append((path, name, rule))


def _takes_all_of(broad: AlertRule, narrow: AlertRule) -> bool:
    return covers(broad.source, narrow.source) and all(
        key in narrow.match and covers(pattern, narrow.match[key])
        for key, pattern in broad.match.items()
    )


def _shadowed(
    path: Path, rule: AlertRule, other_path: str, other: AlertRule, same_area: bool
) -> Finding:
    if (rule.source, rule.match) != (other.source, other.match):
        return Finding(
            path,
            f"this alert rule is unreachable: `{other_path}` comes first and takes all its alerts",
            "move the narrower rule up, or narrow the broader one",
        )
    if same_area:
        return Finding(path, f"this alert rule repeats `{other_path}`", "remove one of them")
    return Finding(
        path,
        f"this alert rule is ambiguous: `{other_path}` is the same and comes first",
        "keep it in the area that owns these alerts",
    )


def _same_but_for_case(model: Model) -> Iterator[Finding]:
    kinds: tuple[tuple[str, Iterable[str], str], ...] = (
        ("people", model.people, "to GitHub they are one account"),
        ("areas", model.areas, "to GitHub their labels are one"),
    )
    for section, names, why in kinds:
        first: dict[str, str] = {}
        for name in names:
            known = first.setdefault(name.casefold(), name)
            if known != name:
                message = f"`{name}` and `{known}` differ only in case"
                yield Finding((section, name), message, why, at_key=True)


def _levels_that_reach_nobody(model: Model) -> Iterator[Finding]:
    for policy_name, policy in model.escalation.items():
        users = [name for name, area in model.areas.items() if area.escalation == policy_name]
        for index, level in enumerate(policy.levels):
            lost = [name for name in users if not _reached(model, model.areas[name], level.notify)]
            if lost:
                areas = ", ".join(f"`{name}`" for name in lost)
                yield Finding(
                    ("escalation", policy_name, "levels", index, "notify"),
                    f"level {index + 1} of `{policy_name}` reaches nobody in {areas}",
                    "name a backup there, or notify somebody else as well",
                )


def _reached(model: Model, area: Area, targets: Iterable[str]) -> set[Login]:
    """Everyone whom these targets may mean for an area, at any time."""
    return {login for target in targets for login in _meant(model, area, target)}


def _meant(model: Model, area: Area, target: str) -> tuple[Login, ...]:
    kind, _, name = target.partition(":")
    if name:
        return _team(model, name) if kind == "team" else _turns(model, name)
    match target:
        case "rotation":
            return _turns(model, area.rotation) or (area.owner,)
        case "owner":
            return (area.owner,)
        case "backup":
            return area.named[1:]
        case "area":
            return (*area.named, *_turns(model, area.rotation), *_team(model, area.team))
        case login:
            return (Login(login),)


def _team(model: Model, name: str | None) -> tuple[Login, ...]:
    return model.teams.get(TeamName(name or ""), ())


def _turns(model: Model, name: str | None) -> tuple[Login, ...]:
    rotation = model.rotations.get(RotationName(name or ""))
    return () if rotation is None else rotation.logins


def _alone(model: Model) -> Iterator[Finding]:
    if len(model.named) == 1:
        return
    for name, area in model.areas.items():
        policy = model.escalation[area.escalation]
        people = _reached(model, area, (who for level in policy.levels for who in level.notify))
        if len(people) == 1:
            yield _warning(
                ("areas", name),
                f"nobody but `{people.pop()}` is ever told of an incident in `{name}`",
                "add a backup or a rotation",
            )


def _own_backup(model: Model) -> Iterator[Finding]:
    for name, area in model.areas.items():
        if area.backup == area.owner:
            message = f"`{area.owner}` is owner and backup of `{name}`"
            yield _warning(("areas", name, "backup"), message, "name somebody else")


def _no_runbook(model: Model) -> Iterator[Finding]:
    for name, area in model.areas.items():
        if area.alerts and area.runbook is None:
            yield _warning(
                ("areas", name),
                f"`{name}` has alerts but no runbook",
                "whoever is woken up needs one: `runbook: docs/runbooks/…`",
            )


def _unused(model: Model) -> Iterator[Finding]:
    used = Counter(_mentions(model))
    for section, kind, names in (
        ("teams", "team", list[str](model.teams)),
        ("rotations", "rotation", list[str](model.rotations)),
        ("escalation", "policy", [name for name in model.escalation if name != DEFAULT_POLICY]),
    ):
        for name in names:
            if f"{kind}:{name}" not in used:
                yield _warning((section, name), f"nothing uses `{name}`", "use it, or remove it")


def _mentions(model: Model) -> Iterator[str]:
    """Everything that the file refers to, as `team:NAME`, `rotation:NAME` or `policy:NAME`."""
    for area in model.areas.values():
        yield from (f"team:{area.team}", f"rotation:{area.rotation}", f"policy:{area.escalation}")
    for policy in model.escalation.values():
        yield from (target for level in policy.levels for target in level.notify)
    yield str(model.review.fallback)
    if model.release is not None:
        release = model.release
        yield from (str(release.captain), *release.gate.sign_off, *release.hotfix.approvers)
        yield from release.hotfix.sign_off or ()
    if isinstance(model.triage.facilitators, str):
        yield model.triage.facilitators


def _heartbeats_of_nobody(model: Model) -> Iterator[Finding]:
    for name, heartbeat in model.heartbeats.items():
        if heartbeat.area not in model.areas:
            yield _warning(
                ("heartbeats", name, "area"),
                f"unknown area `{heartbeat.area}`, so `{model.fallback_area}` answers for it",
                suggest(heartbeat.area, model.areas),
            )


def _nobody_to_wake(model: Model) -> Iterator[Finding]:
    """Areas of which a sev1 wakes nobody, because a mention on GitHub is all that anybody in its policy gets.

    A file that describes no people yet has no place to say how they are reached.
    """
    if not model.people:
        return
    woken = {login.casefold() for login, person in model.people.items() if person.notify}
    hint = "add `notify: [env:NAME]` to people; docs/paging.md says how"
    if not woken:
        message = "a sev1 wakes nobody: no person here can be reached outside GitHub"
        yield _warning(("people",), message, hint)
        return
    for name, area in model.areas.items():
        policy = model.escalation[area.escalation]
        people = _reached(model, area, (who for level in policy.levels for who in level.notify))
        if not any(login.casefold() in woken for login in people):
            message = f"a sev1 in `{name}` wakes nobody: its policy has no person with `notify`"
            yield _warning(("areas", name), message, hint)


def _warning(path: Path, message: str, hint: str) -> Finding:
    return Finding(path, message, hint, level="warning", at_key=True)


_ADVICE: tuple[Callable[[Model], Iterator[Finding]], ...] = (
    _alone,
    _own_backup,
    _no_runbook,
    _unused,
    _heartbeats_of_nobody,
    _nobody_to_wake,
)
