"""The release gate: what holds a release back, what it says, and that doubt never lets one through."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghapp.core.facts import RepoName, Sha
from ghapp.core.freeze import Exemption, OpenIncident, Window
from ghapp.core.gate import Gate, could_not, evaluate
from ghapp.core.gate_facts import Blocker, Check, GateFacts, InMilestone, MovedAway, SignOff
from ghapp.core.sign_off import assigned
from ghapp.core.verdict import Reason, State, Unread, title_of
from ghapp.model.names import AreaName, Login, Severity
from ghapp.model.types import Release

ALICE, BOB, CAROL, APP = Login("alice"), Login("bob"), Login("carol"), Login("ghapp[bot]")
HEAD, OLD = Sha("a" * 40), Sha("b" * 40)
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
BILLING, CONNECTIVITY = AreaName("billing"), AreaName("connectivity")

SETTINGS: dict[str, Any] = {
    "cadence": {"every": "2w"},
    "gate": {
        "checks": ["ci", "docs"],
        "may_skip": ["docs"],
        "approvals": 1,
        "sign_off": ["captain"],
        "soak": "24h",
    },
    "hotfix": {"approvers": ["carol"]},
}


def release(**gate: Any) -> Release:
    return Release.model_validate(SETTINGS | {"gate": SETTINGS["gate"] | gate})


def go(by: str, *, at: datetime = NOW - HOUR, **settings: Any) -> SignOff:
    return SignOff(**({"by": Login(by), "go": True, "at": at, "head": HEAD} | settings))


def no_go(by: str, *, at: datetime = NOW, reason: str = "the index is not built") -> SignOff:
    return go(by, at=at, go=False, reason=reason)


def incident(
    severity: Severity, area: AreaName = BILLING, number: int = 7, **settings: Any
) -> OpenIncident:
    title, since = "Payments fail", NOW - HOUR
    return OpenIncident(
        number=number, severity=severity, area=area, title=title, since=since, **settings
    )


def window(start: datetime, end: datetime | None = None, **settings: Any) -> Window:
    standing: dict[str, Any] = {"reason": "holidays", "said_in": "release.freezes[0]"}
    standing |= {"approvers": (ALICE,), "foreseen": True}
    return Window(start=start, end=end, **(standing | settings))


def milestone(*blockers: int, **settings: Any) -> InMilestone:
    open_ones = tuple(Blocker(number, f"Item {number}") for number in blockers)
    return InMilestone(3, "2026-11-24", **({"blockers": open_ones} | settings))


def facts(**settings: Any) -> GateFacts:
    """A release that may go."""
    well: dict[str, Any] = {
        "head": HEAD,
        "author": APP,
        "draft": False,
        "labels": frozenset(),
        "changed_at": NOW - 24 * HOUR,
        "milestone": milestone(),
        "incidents": (),
        "touched": frozenset({BILLING}),
        "checks": (Check("ci", "success"), Check("docs", "skipped")),
        "approvals": (BOB,),
        "sign_offs": (go("alice"),),
        "roles": {"captain": (ALICE,), "team:ops": (ALICE, BOB), "carol": (CAROL,)},
        "windows": (),
        "exemptions": (),
        "boxes": (),
        "required": True,
    }
    return GateFacts(**(well | settings))


def every(reasons: tuple[Reason, ...]) -> list[Reason]:
    return [one for reason in reasons for one in (reason, *every(reason.children))]


def said(gate: Gate) -> str:
    return "\n".join(one.text for one in every(gate.reasons))


def word(by: Login, at: datetime = NOW) -> Exemption:
    return Exemption(by=by, text="needed for the audit", at=at)


READABLE = [one.name for one in fields(GateFacts) if "Unread" in str(one.type)]
READY = "Ready to release"
NAMED = {"labels": frozenset({"Hotfix"})}
FROZEN = (window(NOW, NOW + 48 * HOUR),)


@pytest.mark.parametrize(
    ("settings", "gate", "conclusion", "title"),
    [
        pytest.param(settings, gate, conclusion, title, id=name)
        for name, settings, gate, conclusion, title in (
            ("all is well", {}, {}, "success", READY),
            ("a draft", {"draft": True}, {}, "action_required", "Draft"),
            ("G01 a blocker", {"milestone": milestone(12)}, {}, "failure", "Blocked by #12"),
            ("G01 blockers", {"milestone": milestone(12, 14, 15)}, {}, "failure", "Blocked by #12, 2 more"),
            ("G02 a sev2 where it touches", {"incidents": (incident(Severity.SEV2),)}, {},
             "failure", "sev2 #7 in billing is open"),
            ("G02 the worst of several", {"incidents": (incident(Severity.SEV3), incident(Severity.SEV2, number=9))},
             {"severities": ["sev2", "sev3"]}, "failure", "sev2 #9 in billing is open, 1 more"),
            ("G02 a sev3", {"incidents": (incident(Severity.SEV3),)}, {}, "success", READY),
            ("G02 a sev2 elsewhere", {"incidents": (incident(Severity.SEV2, CONNECTIVITY),)}, {}, "success", READY),
            ("G02 a sev1 is a freeze", {"incidents": (incident(Severity.SEV1),)}, {},
             "failure", "Freeze: sev1 in billing: Payments fail"),
            ("G02 a sev1 elsewhere", {"incidents": (incident(Severity.SEV1, CONNECTIVITY),)}, {}, "success", READY),
            ("G03 what it touches is not known", {"touched": Unread("502")}, {},
             "failure", "Could not evaluate what the release touches"),
            ("G04 signed off before a push, if that counts", {"sign_offs": (go("alice", head=OLD),)}, {},
             "success", READY),
            ("G04 signed off before a push, if it does not", {"sign_offs": (go("alice", head=OLD),)},
             {"void_sign_offs_on_push": True}, "action_required", "Waits for /go of captain"),
            ("G05 a freeze begins", {"windows": FROZEN}, {}, "failure", "Freeze: holidays (until 2026-11-26)"),
            ("G05 just before", {"windows": (window(NOW + HOUR / 3600),)}, {}, "success", READY),
            ("G05 it has ended", {"windows": (window(NOW - HOUR, NOW),)}, {}, "success", READY),
            ("G05 an approver lets it through", {"windows": FROZEN, "exemptions": (word(ALICE),)}, {},
             "success", READY),
            ("G05 anybody else does not", {"windows": FROZEN, "exemptions": (word(BOB),)}, {},
             "failure", "Freeze: holidays (until 2026-11-26)"),
            ("G05 the author does not", {"windows": FROZEN, "exemptions": (word(ALICE),), "author": ALICE,
             "roles": {"captain": (BOB,)}, "sign_offs": (go("bob"),)}, {},
             "failure", "Freeze: holidays (until 2026-11-26)"),
            ("G05 one freeze excused, another not",
             {"windows": (*FROZEN, window(NOW, approvers=(), reason="", said_in="#9")), "exemptions": (word(ALICE),)},
             {}, "failure", "Freeze: #9"),
            ("G06 opened during the freeze", {"windows": (window(NOW - 99 * HOUR),), "changed_at": NOW - 25 * HOUR}, {},
             "failure", "Freeze: holidays"),
            ("G07 it soaks", {"changed_at": NOW - HOUR}, {}, None, "Soaks until 2026-11-25 08:00 UTC"),
            ("G07 to the second", {"changed_at": NOW - 24 * HOUR + HOUR / 3600}, {}, None,
             "Soaks until 2026-11-24 09:00 UTC"),
            ("G07 a hotfix with its approver", NAMED | {"changed_at": NOW, "sign_offs": (go("alice"), go("carol"))}, {},
             "success", READY),
            ("G07 a hotfix without", NAMED | {"changed_at": NOW - HOUR}, {}, None, "Soaks until 2026-11-25 08:00 UTC"),
            ("G07 an approver, but no hotfix", {"changed_at": NOW - HOUR, "sign_offs": (go("alice"), go("carol"))}, {},
             None, "Soaks until 2026-11-25 08:00 UTC"),
            ("G08 the author does not count", {"author": ALICE}, {}, "failure", "Nobody can sign off as captain"),
            ("G08 nor among others", {"author": ALICE, "sign_offs": (go("Alice"),)}, {"sign_off": ["team:ops"]},
             "action_required", "Waits for /go of team:ops"),
            ("G08 twice by one counts once", {"sign_offs": (go("alice"), go("Alice", at=NOW))},
             {"sign_off": ["captain", "team:ops"]}, "action_required", "Waits for /go of team:ops"),
            ("G08 each role by a person of its own", {"sign_offs": (go("alice"), go("bob"))},
             {"sign_off": ["team:ops", "captain"]}, "success", READY),
            ("G08 withdrawn", {"sign_offs": (go("alice", withdrawn=True),)}, {},
             "action_required", "Waits for /go of captain"),
            ("G08 withdrawn, but said before", {"sign_offs": (go("alice"), go("alice", at=NOW, withdrawn=True))}, {},
             "success", READY),
            ("G08 a no-go", {"sign_offs": (go("alice"), no_go("alice"))}, {}, "failure", "No-go by alice"),
            ("G08 a no-go taken back", {"sign_offs": (no_go("alice", at=NOW - 2 * HOUR), go("alice"))}, {},
             "success", READY),
            ("G08 a no-go of no role", {"sign_offs": (go("alice"), no_go("bob"))}, {}, "success", READY),
            ("G08 a go of no role", {"sign_offs": (go("bob"),)}, {}, "action_required", "Waits for /go of captain"),
            ("G09 a box before the release", {"boxes": ("Support knows of it",)}, {},
             "action_required", "1 of the checklist to do"),
            ("G10 no milestone", {"milestone": None}, {}, "success", READY),
            ("G10 no milestone, where one is required", {"milestone": None}, {"require_milestone": True},
             "failure", "No milestone"),
            ("G14 a job never reported", {"checks": (Check("docs", "success"),)}, {}, None, "ci has not reported"),
            ("G14 a job was skipped", {"checks": (Check("ci", "skipped"), Check("docs", "success"))}, {},
             "failure", "ci: skipped"),
            ("G14 a job was skipped that may be", {"checks": (Check("ci", "success"), Check("docs", "skipped"))}, {},
             "success", READY),
            ("G14 neutral", {"checks": (Check("ci", "neutral"), Check("docs", "success"))}, {}, "success", READY),
            ("G14 running", {"checks": (Check("ci"), Check("docs", "success"))}, {}, None, "ci is running"),
            ("G14 failed", {"checks": (Check("ci", "timed_out"), Check("docs"))}, {},
             "failure", "ci: timed out, 1 more"),
            ("G14 one of two of a name failed", {"checks": (Check("ci", "success"), Check("ci", "failure"),
             Check("docs", "success"))}, {}, "failure", "ci: failure"),
            ("G17 not required", {"required": False}, {}, "success", "Advisory: Ready to release"),
            ("G17 not required, and blocked", {"required": False, "milestone": milestone(12)}, {},
             "failure", "Advisory: Blocked by #12"),
            ("G03 whether it is required could not be read", {"required": Unread("502")}, {},
             "failure", "Could not evaluate whether this check is required"),
            ("GitHub does not say whether it is required", {"required": None}, {}, "success", READY),
            ("a sev2 of another repository", {"incidents": (incident(Severity.SEV2, repo=RepoName("acme/shop")),)}, {},
             "failure", "sev2 acme/shop#7 in billing is open"),
            ("approvals", {"approvals": ()}, {}, "action_required", "0 of 1 approvals"),
            ("approvals, one person twice", {"approvals": (BOB, Login("Bob"))}, {"approvals": 2},
             "action_required", "1 of 2 approvals"),
            ("approvals, the author's", {"approvals": (APP,)}, {}, "action_required", "0 of 1 approvals"),
            ("the nearest reason is the worst", {"milestone": Unread("502"), "approvals": (),
             "checks": (Check("ci", "failure"), Check("docs", "success"))}, {}, "failure", "ci: failure"),
            ("a person and a job are waited for", {"checks": (Check("docs", "success"),), "approvals": ()}, {},
             "action_required", "ci has not reported"),
        )
    ],
)  # fmt: skip
def test_the_gate(
    settings: dict[str, Any], gate: dict[str, Any], conclusion: str | None, title: str
) -> None:
    found = evaluate(facts(**settings), release(**gate), NOW)
    assert (found.conclusion, found.title) == (conclusion, title)
    assert found.passes is (conclusion == "success")


@pytest.mark.parametrize("field", READABLE)
@pytest.mark.parametrize("labels", [frozenset(), frozenset({"hotfix"})], ids=["", "hotfix"])
def test_g03_what_could_not_be_read_never_lets_it_through(field: str, labels: Any) -> None:
    found = evaluate(facts(labels=labels, **{field: Unread("502")}), release(), NOW)
    assert found.conclusion == "failure"
    assert found.title.startswith("Could not evaluate")
    assert "502" in said(found)
    assert found.retries


def test_g03_blockers_that_could_not_be_read() -> None:
    unread = facts(milestone=milestone(blockers=Unread("the list is incomplete")))
    assert evaluate(unread, release(), NOW).title == "Could not evaluate the blockers"


def test_g03_nothing_could_be_read() -> None:
    found = could_not("GitHub did not answer")
    assert (found.conclusion, found.retries) == ("failure", True)
    assert found.title == "Could not evaluate the release"


words = st.sampled_from([go("alice"), no_go("alice"), go("carol"), go("alice", head=OLD)])
jobs = st.builds(Check, st.just("ci"), st.sampled_from(["", "success", "failure"]))
any_facts = st.fixed_dictionaries(
    {},
    optional={
        "milestone": st.sampled_from([None, milestone(), milestone(12)]),
        "incidents": st.lists(st.builds(incident, st.sampled_from(Severity)), max_size=2).map(
            tuple
        ),
        "checks": st.lists(jobs, max_size=2).map(tuple),
        "sign_offs": st.lists(words, max_size=3).map(tuple),
        "windows": st.sampled_from([(), FROZEN]),
        "labels": st.sampled_from([frozenset(), frozenset({"hotfix"})]),
        "boxes": st.sampled_from([(), ("tell support",)]),
        "required": st.booleans(),
    },
)


@given(any_facts, st.sampled_from(READABLE))
def test_g03_knowing_less_never_helps(settings: dict[str, Any], field: str) -> None:
    whole = facts(**settings)
    less = replace(whole, **{field: Unread("502")})
    known, doubted = (evaluate(one, release(), NOW) for one in (whole, less))
    assert known.passes or not doubted.passes
    for gate in (known, doubted):
        assert len(gate.title) <= 50
        assert (gate.conclusion == "success") is gate.passes


def test_g02_a_sev3_is_noted() -> None:
    found = evaluate(facts(incidents=(incident(Severity.SEV3),)), release(), NOW)
    assert "#7 sev3 in billing: Payments fail" in said(found)


def test_g02_a_hotfix_may_be_what_mends_it() -> None:
    hotfix = facts(labels=frozenset({"hotfix"}), incidents=(incident(Severity.SEV2),))
    found = evaluate(hotfix, release(), NOW)
    assert found.passes
    assert "A hotfix is not held back by the incidents that it may mend." in said(found)


def test_g02_a_sev1_lets_a_hotfix_through_whose_approver_knows_of_it() -> None:
    down = {"labels": frozenset({"hotfix"}), "incidents": (incident(Severity.SEV1),)}
    early, late = (go("carol", at=NOW - 2 * HOUR), go("carol", reason="mends it"))
    assert not evaluate(facts(**down), release(), NOW).passes
    assert not evaluate(facts(sign_offs=(go("alice"), early), **down), release(), NOW).passes
    found = evaluate(facts(sign_offs=(go("alice"), late), **down), release(), NOW)
    assert found.passes
    assert "carol lets it through, 2026-11-24 08:00 UTC: mends it" in said(found)


def test_g04_says_whose_word_is_void() -> None:
    found = evaluate(
        facts(sign_offs=(go("alice", head=OLD),)), release(void_sign_offs_on_push=True), NOW
    )
    assert "alice said /go of an earlier head" in said(found)


def test_g05_quotes_the_exception_and_refuses_others() -> None:
    found = evaluate(facts(windows=FROZEN, exemptions=(word(BOB), word(ALICE))), release(), NOW)
    assert "alice lets it through, 2026-11-24 09:00 UTC: needed for the audit" in said(found)
    found = evaluate(facts(windows=FROZEN, exemptions=(word(BOB),)), release(), NOW)
    assert "The word of bob does not count: only alice may let a release through" in said(found)
    assert found.foremost is not None
    assert (found.foremost.who, found.foremost.setting) == ((ALICE,), "release.freezes")


def test_g07_says_who_may_waive_the_soak() -> None:
    found = evaluate(facts(labels=frozenset({"hotfix"}), changed_at=NOW), release(), NOW)
    assert found.foremost is not None
    assert found.foremost.who == (CAROL,)


def test_g08_says_that_the_authors_word_does_not_count() -> None:
    own = facts(author=ALICE, sign_offs=(go("alice"),), roles={"captain": (ALICE, BOB)})
    found = evaluate(own, release(), NOW)
    assert "The /go of alice, whose release it is, does not count" in said(found)
    assert found.foremost is not None
    assert found.foremost.who == (BOB,)


def test_g08_a_hotfix_has_signers_of_its_own() -> None:
    hotfix = Release.model_validate(SETTINGS | {"hotfix": {"sign_off": ["carol"]}})
    urgent = facts(labels=frozenset({"hotfix"}), sign_offs=(go("carol"),))
    assert evaluate(urgent, hotfix, NOW).passes
    assert not evaluate(replace(urgent, labels=frozenset()), hotfix, NOW).passes


def test_g10_warns_of_a_missing_milestone() -> None:
    assert "The release has no milestone" in said(evaluate(facts(milestone=None), release(), NOW))


@pytest.mark.parametrize(
    ("required", "words"),
    [
        (False, "The branch takes merges without this check: it only advises."),
        (None, "GitHub does not let the app see whether the branch requires this check."),
    ],
    ids=["G17 advisory", "not known"],
)
def test_g17_reports_it(required: Any, words: str) -> None:
    assert words in said(evaluate(facts(required=required), release(), NOW))


def test_k02_shows_what_was_moved_away_meanwhile() -> None:
    moved = milestone(moved_away=(MovedAway(14, BOB, NOW),))
    found = evaluate(facts(milestone=moved), release(), NOW)
    assert "#14 was moved away by bob, 2026-11-24 09:00 UTC" in said(found)
    blocked = evaluate(facts(milestone=replace(moved, blockers=(Blocker(2, "x"),))), release(), NOW)
    assert "#14 was moved away by bob" in said(blocked)


def test_what_is_not_asked_for_is_not_needed() -> None:
    least = Release.model_validate({"cadence": {"every": "2w"}})
    bare = facts(checks=(), approvals=(), sign_offs=(), changed_at=NOW)
    assert evaluate(bare, least, NOW).passes


@pytest.mark.parametrize(
    ("settings", "wakes"),
    [
        pytest.param({}, None, id="never"),
        pytest.param({"changed_at": NOW - HOUR}, NOW + 23 * HOUR, id="when it has soaked"),
        pytest.param({"windows": FROZEN}, NOW + 48 * HOUR, id="when a freeze ends"),
        pytest.param({"windows": (window(NOW + HOUR),)}, NOW + HOUR, id="G05 when a freeze begins"),
        pytest.param({"windows": Unread("502"), "changed_at": Unread("502")}, None, id="not known"),
        pytest.param({"incidents": Unread("502")}, None, id="not known of incidents"),
    ],
)
def test_when_time_alone_may_change_it(settings: dict[str, Any], wakes: datetime | None) -> None:
    assert evaluate(facts(**settings), release(), NOW).wake_at == wakes


def test_titles_are_cut() -> None:
    assert title_of("word " * 20) == "word word word word word word word word word word…"[:50]
    assert len(title_of("x" * 51)) == 50
    assert title_of("two\nlines") == "two lines"


class TestRoles:
    def test_as_many_as_possible_are_signed_for(self) -> None:
        people = {"a": (ALICE, BOB), "b": (ALICE,), "c": (BOB, CAROL)}
        gos = [go("alice"), go("bob"), go("carol")]
        found = assigned(["a", "b", "c"], people, gos)
        assert {role: one.by for role, one in found.items()} == {"a": BOB, "b": ALICE, "c": CAROL}

    @given(
        st.dictionaries(st.sampled_from("abcd"), st.sets(st.sampled_from([ALICE, BOB, CAROL]))),
        st.sets(st.sampled_from(["alice", "bob", "carol"])),
    )
    def test_nobody_signs_twice_and_nobody_for_what_is_not_theirs(
        self, people: dict[str, set[Login]], signed: set[str]
    ) -> None:
        roles = {role: tuple(sorted(logins)) for role, logins in people.items()}
        found = assigned(list("abcd"), roles, [go(one) for one in sorted(signed)])
        names = [one.by for one in found.values()]
        assert len(names) == len(set(names))
        assert all(one.by in roles[role] for role, one in found.items())

    def test_states_say_whether_they_stand_in_the_way(self) -> None:
        holding = {state for state in State if Reason("x", state, "", "").holds}
        assert holding == {State.SATISFIED, State.SKIPPED}
