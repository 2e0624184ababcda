"""The section `hygiene`: what holds where it is silent, and what it refuses."""

from datetime import timedelta

import pytest

from ghapp.model.hygiene import LIMITS, Hygiene, Stale
from ghapp.model.load import load
from ghapp.model.types import Model

SMALLEST = "version: 1\nareas: {app: {owner: alice}}\nfallback_area: app\n"


def model(section: str) -> Model:
    loaded = load(f"{SMALLEST}{section}\n")
    assert loaded.model is not None, loaded.errors
    return loaded.model


def test_where_it_is_silent() -> None:
    found = model("hygiene: {}").hygiene
    assert found == Hygiene()
    assert found.grace == timedelta(seconds=30)
    assert found.limits == LIMITS
    assert (found.wip, found.cap, found.idle_after) == (3, 20, timedelta(days=14))
    assert (found.stale, found.require) == (None, ())


def test_without_it_the_file_is_known_to_be_silent() -> None:
    assert "hygiene" not in model("").model_fields_set
    assert "hygiene" in model("hygiene: {}").model_fields_set


def test_stale_with_nothing_said() -> None:
    stale = model("hygiene: {stale: {}}").hygiene.stale
    assert stale == Stale()
    assert (stale.after, stale.close_after) == (timedelta(days=60), timedelta(days=14))
    assert (stale.drafts, stale.exempt) == (timedelta(days=120), ("pinned",))


def test_what_can_be_said() -> None:
    found = model(
        "hygiene: {grace: 0s, require: [area, priority, kind], kinds: [Bug, Wish], limits: {p0: 4h},"
        " idle_after: 7d, stale: {close_after: null, drafts: 30d, exempt: []}, wip: null, cap: 5}"
    ).hygiene
    assert found.require == ("area", "priority", "kind")
    assert dict(found.limits) == {"p0": timedelta(hours=4)}
    assert (found.wip, found.kinds) == (None, ("Bug", "Wish"))
    assert found.stale is not None
    assert found.stale.close_after is None


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ("{require: [owner]}", "`require[0]` must be `area`, `priority` or `kind`"),
        ("{limits: {p9: 1d}}", "`p9` must be `p0`, `p1`, `p2` or `p3`"),
        ("{wip: 0}", "`wip` must be at least 1"),
        ("{idle_after: 0s}", "`idle_after` must be longer than 0s"),
        ("{stale: {draft: 3d}}", "unknown key `draft`"),
    ],
)
def test_what_is_refused(section: str, message: str) -> None:
    errors = load(f"{SMALLEST}hygiene: {section}\n").errors
    assert [error.message for error in errors] == [message]
