"""Names of releases: by date, calendar version and semantic version, and none twice."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghapp.core.version import (
    Bump,
    Change,
    bump_of,
    bump_of_all,
    is_semantic,
    next_name,
    predict,
    tag_of,
)

DAY = date(2026, 11, 4)
PATTERNS = ["{date:%Y-%m-%d}", "calver", "YYYY.0M.MICRO", "0Y.MM", "semver-next", "app-{semver}"]


@pytest.mark.parametrize(
    ("pattern", "taken", "bump", "name"),
    [
        pytest.param(*case, id=name)
        for name, *case in (
            ("a date", "{date:%Y-%m-%d}", "2026-11-03", Bump.MINOR, "2026-11-04"),
            ("a date with text", "Release of {date:%d %B}", "", Bump.MINOR, "Release of 04 November"),
            ("G13 a date again", "{date:%Y-%m-%d}", "2026-11-04", Bump.MINOR, "2026-11-04.1"),
            ("G13 a date for the third time", "{date:%Y-%m-%d}", "2026-11-04 2026-11-04.1", Bump.MINOR, "2026-11-04.2"),
            ("C12 an ISO week", "{date:%G-W%V}", "", Bump.MINOR, "2026-W45"),
            ("calver, the first of a month", "calver", "2026.10.7 2025.11.3", Bump.MINOR, "2026.11.0"),
            ("calver, counted", "calver", "2026.11.0 2026.11.1", Bump.MAJOR, "2026.11.2"),
            ("G13 calver, not what was rolled back", "calver", "2026.11.0", Bump.PATCH, "2026.11.1"),
            ("calver with zeros", "v0Y.0M.0D", "", Bump.MINOR, "v26.11.04"),
            ("calver without zeros", "YY.MM.DD", "", Bump.MINOR, "26.11.4"),
            ("calver in a name", "app {calver}", "app 2026.11.9", Bump.MINOR, "app 2026.11.10"),
            ("semver, the first of all", "semver-next", "nightly", Bump.MINOR, "v0.1.0"),
            ("semver, a fix", "semver-next", "v1.2.3 v1.2.10", Bump.PATCH, "v1.2.11"),
            ("semver, a feature", "semver-next", "1.9.3 1.10.0", Bump.MINOR, "1.11.0"),
            ("semver, a break", "MAJOR.MINOR.PATCH", "v1.2.3", Bump.MAJOR, "v2.0.0"),
            ("semver, a break before 1.0.0", "semver", "v0.2.3", Bump.MAJOR, "v0.3.0"),
            ("semver, nothing to release", "semver", "v0.2.3", Bump.NONE, "v0.2.4"),
            ("semver with a prefix", "app-{semver}", "app-1.2.3 v7.0.0", Bump.MINOR, "app-1.3.0"),
            ("semver with a prefix, the first", "app-{semver}", "v7.0.0", Bump.MINOR, "app-0.1.0"),
            ("semver with a suffix", "{semver} of app", "", Bump.MINOR, "0.1.0 of app"),
            ("semver, no candidates counted", "semver", "v1.0.0 v1.1.0-rc.1 v01.9.9", Bump.MINOR, "v1.1.0"),
            ("G13 semver, the patch after what was rolled back", "semver", "v1.2.0 v1.3.0", Bump.PATCH, "v1.3.1"),
        )
    ],
)  # fmt: skip
def test_the_next_name(pattern: str, taken: str, bump: Bump, name: str) -> None:
    assert next_name(pattern, DAY, taken.split() if "app 2" not in taken else [taken], bump) == name


def test_a_hotfix_raises_the_patch() -> None:
    assert next_name("semver-next", DAY, ["v1.2.3"], Bump.MAJOR, hotfix=True) == "v1.2.4"
    assert next_name("calver", DAY, ["2026.11.0"], hotfix=True) == "2026.11.1"


@pytest.mark.parametrize(
    ("title", "labels", "body", "bump"),
    [
        ("Mend the door", "", "", Bump.PATCH),
        ("fix: mend the door", "", "", Bump.PATCH),
        ("chore(deps): a newer lock", "", "", Bump.PATCH),
        ("feat: a window", "", "", Bump.MINOR),
        ("Feat(house): a window", "", "", Bump.MINOR),
        ("feat!: another door", "", "", Bump.MAJOR),
        ("fix(door)!: opens outwards", "", "", Bump.MAJOR),
        ("fix: the door", "", "It opens outwards.\n\nBREAKING CHANGE: mind the step", Bump.MAJOR),
        ("fix: the door", "", "no BREAKING CHANGE: here", Bump.PATCH),
        ("docs: the door", "", "", Bump.NONE),
        ("test(door): it opens", "", "", Bump.NONE),
        ("docs: the door", "feature", "", Bump.MINOR),
        ("A door", "Breaking bug", "", Bump.MAJOR),
        ("feat!: a door", "skip-release", "", Bump.NONE),
        ("A window", "area/house", "", Bump.PATCH),
        ("feat:no blank", "", "", Bump.PATCH),
    ],
)
def test_what_a_change_raises(title: str, labels: str, body: str, bump: Bump) -> None:
    assert bump_of(Change(1, title, frozenset(labels.split()), body)) is bump


def test_what_changes_raise_together() -> None:
    fix, feature, words = (Change(1, f"{kind}: it") for kind in ("fix", "feat", "docs"))
    assert bump_of_all([words, feature, fix]) is Bump.MINOR
    assert bump_of_all([words]) is Bump.NONE  # G12: nothing to ship
    assert bump_of_all([]) is Bump.NONE


def test_names_in_advance() -> None:
    days = [date(2026, 11, 10), date(2026, 11, 24), date(2026, 12, 8)]
    assert predict("calver", days, ["2026.11.0"]) == ("2026.11.1", "2026.11.2", "2026.12.0")
    assert predict("semver-next", days, ["v1.4.2"]) == ("v1.5.0", "v1.6.0", "v1.7.0")
    assert predict("{date:%Y-%m-%d}", days, []) == tuple(day.isoformat() for day in days)


@pytest.mark.parametrize(
    ("name", "tag"),
    [
        ("v1.2.3", "v1.2.3"),
        ("2026-11-24", "2026-11-24"),
        ("Release of 24 November", "Release-of-24-November"),
        ("a..b~c^d:e", "a-b-c-d-e"),
        ("app//1.0", "app-1.0"),
        ("app/1.0", "app/1.0"),
        ("-1.0.", "1.0"),
        ("a/.b/c.lock", "a/b/c"),
        ("..", "release"),
    ],
)
def test_a_tag(name: str, tag: str) -> None:
    assert tag_of(name) == tag


@given(st.text())
def test_a_tag_is_a_ref_that_git_takes(name: str) -> None:
    tag = tag_of(name)
    assert tag
    assert not re.search(
        r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|\.lock(/|$)|(^|/)\.|^/|^-|[/.]$", tag
    )
    assert tag_of(tag) == tag


@given(
    st.sampled_from(PATTERNS),
    st.lists(st.tuples(st.integers(0, 60), st.sampled_from(Bump), st.booleans()), max_size=12),
)
def test_no_name_is_used_twice(pattern: str, releases: list[tuple[int, Bump, bool]]) -> None:
    taken: list[str] = []
    for days, bump, hotfix in releases:
        day = date.fromordinal(DAY.toordinal() + days)
        taken.append(next_name(pattern, day, taken, bump, hotfix=hotfix))
    assert len({name.casefold() for name in taken}) == len(taken)


def test_which_patterns_have_a_semantic_version() -> None:
    assert [one for one in PATTERNS if is_semantic(one)] == ["semver-next", "app-{semver}"]
