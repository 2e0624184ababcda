"""Lints: what a valid model still gets wrong."""

import pytest

from ghapp.model.load import load

HEAD = "version: 1\nfallback_area: app\n"


def said(text: str) -> list[str]:
    """What the lints say about a file that has two lines before this text."""
    problems = load(HEAD + text).problems
    return [f"{one.line}: {one.level}: {one.message} ({one.hint})" for one in problems]


def rules(*written: str) -> list[str]:
    """What they say about alert rules, one area for each text, two rules parted by a bar."""
    lines = ["areas:"]
    for name, text in zip(("app", "web"), written, strict=False):
        lines += [f"  {name}:", "    owner: alice", "    runbook: r.md", "    alerts:"]
        lines += [f"      - {{{rule.strip()}}}" for rule in text.split("|")]
    return said("\n".join(lines))


UNREACHABLE = (
    "error: this alert rule is unreachable: `areas.app.alerts[0]` comes first and takes all its"
    " alerts (move the narrower rule up, or narrow the broader one)"
)
REPEATED = "error: this alert rule repeats `areas.app.alerts[0]` (remove one of them)"
AMBIGUOUS = (
    "error: this alert rule is ambiguous: `areas.app.alerts[0]` is the same and comes first"
    " (keep it in the area that owns these alerts)"
)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("source: gcp", "source: gcp, match: {a: b}"),
        ("source: '*'", "source: gcp"),
        ("source: 'g*'", "source: 'gc*'"),
        ("source: gcp, match: {a: 'x*'}", "source: gcp, match: {a: xy}"),
        ("source: gcp, match: {a: 'x*'}", "source: gcp, match: {a: 'xy*', b: c}"),
    ],
)
def test_a_rule_after_a_broader_one_is_unreachable(first: str, second: str) -> None:
    assert rules(f"{first}|{second}") == [f"9: {UNREACHABLE}"]
    assert rules(first, second) == [f"13: {UNREACHABLE}"]
    assert rules(f"{second}|{first}") == []
    assert rules(second, first) == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("source: gcp", "source: stripe"),
        ("source: gcp, match: {a: x}", "source: gcp, match: {a: y}"),
        ("source: gcp, match: {a: '*'}", "source: gcp, match: {b: x}"),
        ("source: gcp, match: {a: 'x*'}", "source: gcp, match: {a: '*x'}"),
    ],
)
def test_rules_that_differ_are_fine(first: str, second: str) -> None:
    assert rules(f"{first}|{second}") == []


def test_the_same_rule_twice() -> None:
    rule = "source: gcp, match: {a: x}"
    assert rules(f"{rule}, severity: sev1|{rule}, severity: sev2") == [f"9: {REPEATED}"]
    assert rules(rule, rule) == [f"13: {AMBIGUOUS}"]


def test_a_level_that_reaches_nobody() -> None:
    text = """\
escalation:
  default:
    levels:
      - {notify: [rotation]}
      - {notify: [backup]}
areas:
  app: {owner: alice, backup: bob}
  web: {owner: alice}
  db: {owner: bob, backup: alice}
"""
    assert said(text) == [
        (
            "7: error: level 2 of `default` reaches nobody in `web`"
            " (name a backup there, or notify somebody else as well)"
        ),
        (
            "10: warning: nobody but `alice` is ever told of an incident in `web`"
            " (add a backup or a rotation)"
        ),
    ]


@pytest.mark.parametrize(
    ("target", "alone"),
    [
        ("rotation", "alice"),
        ("owner", "alice"),
        ("area", "alice"),
        ("alice", "alice"),
        ("bob", "bob"),
        ("team:t", "bob"),
        ("rotation:r", "bob"),
        ("owner, bob", None),
    ],
)
def test_an_area_of_one_person_among_others(target: str, alone: str | None) -> None:
    text = f"""\
teams: {{t: [bob]}}
rotations: {{r: {{people: [bob], start: 2026-01-05}}}}
escalation: {{default: {{levels: [{{notify: [{target}]}}]}}}}
areas:
  app: {{owner: alice}}
  web: {{owner: bob, backup: carol, rotation: r, team: t, escalation: other}}
"""
    policy = "escalation: {other: {levels: [{notify: [owner, backup]}]}, default"
    warnings = [
        (
            f"7: warning: nobody but `{alone}` is ever told of an incident in `app`"
            " (add a backup or a rotation)"
        )
    ]
    assert said(text.replace("escalation: {default", policy)) == (warnings if alone else [])


def test_everyone_named_in_an_area_counts() -> None:
    text = """\
teams: {t: [bob]}
rotations: {r: {people: [carol], start: 2026-01-05}}
escalation: {default: {levels: [{notify: [area]}]}}
areas:
  app: {owner: alice, team: t}
  web: {owner: alice, rotation: r}
  db: {owner: alice, backup: bob}
"""
    assert said(text) == []


def test_an_owner_who_backs_up_himself() -> None:
    assert said("areas:\n  app: {owner: alice, backup: alice}\n") == [
        "4: warning: `alice` is owner and backup of `app` (name somebody else)"
    ]


def test_alerts_without_a_runbook() -> None:
    assert said("areas:\n  app: {owner: alice, alerts: [{source: gcp}]}\n") == [
        (
            "4: warning: `app` has alerts but no runbook"
            " (whoever is woken up needs one: `runbook: docs/runbooks/…`)"
        )
    ]


def test_names_that_nothing_uses() -> None:
    text = """\
teams: {t: [alice]}
rotations: {r: {people: [alice], start: 2026-01-05}}
escalation: {p: {levels: [{notify: [owner]}]}}
areas: {app: {owner: alice}}
"""
    assert said(text) == [
        "3: warning: nothing uses `t` (use it, or remove it)",
        "4: warning: nothing uses `r` (use it, or remove it)",
        "5: warning: nothing uses `p` (use it, or remove it)",
    ]


@pytest.mark.parametrize(
    "use",
    [
        "areas: {app: {owner: alice, team: t, rotation: r}}",
        (
            "areas: {app: {owner: alice}}\n"
            "escalation: {default: {levels: [{notify: ['team:t', 'rotation:r']}]}}"
        ),
        (
            "areas: {app: {owner: alice}}\nreview: {fallback: 'team:t'}\n"
            "triage: {facilitators: 'rotation:r'}"
        ),
        (
            "areas: {app: {owner: alice}}\n"
            "release: {cadence: {every: 2w}, captain: 'rotation:r', gate: {sign_off: ['team:t']}}"
        ),
    ],
    ids=["area", "level", "review and triage", "release"],
)
def test_names_that_something_uses(use: str) -> None:
    text = "teams: {t: [alice]}\nrotations: {r: {people: [alice], start: 2026-01-05}}\n"
    assert said(text + use) == []


def test_names_that_differ_only_in_case() -> None:
    text = "people: {alice: , Alice: }\nareas: {app: {owner: alice}, App: {owner: alice}}\n"
    assert [one for one in said(text) if "error" in one] == [
        "3: error: `Alice` and `alice` differ only in case (to GitHub they are one account)",
        "4: error: `App` and `app` differ only in case (to GitHub their labels are one)",
    ]


def test_a_heartbeat_of_an_area_that_is_not_there() -> None:
    text = "areas: {app: {owner: alice}}\nheartbeats: {sync: {every: 1h, area: apps}}"
    assert said(text) == [
        "4: warning: unknown area `apps`, so `app` answers for it (did you mean `app`?)"
    ]
    assert said(text.replace("apps", "app")) == []
