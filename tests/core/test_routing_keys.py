"""A dotted key of a rule finds its value however the sender nests it."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ghapp.core.routing import route
from tests.support.builders import firing, model

MODEL = model("""
version: 1
areas:
  first: {owner: alice, alerts: [{source: gcp, match: {a.b.c.d: wanted}}]}
  other: {owner: bob}
fallback_area: other
""")


def nested(joins: list[bool], value: Any) -> dict[str, Any]:
    """The value under `a.b.c.d`, where some of the dots are part of a key and others a level of nesting."""
    *heads, last = "abcd"
    key, keys = "", []
    for head, join in zip(heads, joins, strict=True):
        key += head
        if join:
            key += "."
        else:
            keys.append(key)
            key = ""
    found: Any = {key + last: value}
    for name in reversed(keys):
        found = {name: found}
    return found  # type: ignore[no-any-return]


joins = st.lists(st.booleans(), min_size=3, max_size=3)
noise = st.recursive(st.none() | st.text("abcd."), lambda x: st.dictionaries(st.text("abcd."), x))


@given(joins=joins, others=st.dictionaries(st.sampled_from(["a", "a.b", "b", "a.b.c"]), noise))
def test_however_it_is_nested(joins: list[bool], others: dict[str, Any]) -> None:
    fields = {**others, **nested(joins, "wanted")}
    assert route(firing(fields=fields), MODEL).area == "first"


@given(others=st.dictionaries(st.sampled_from(["a", "a.b", "b", "a.b.c"]), noise))
def test_what_is_not_there_is_not_found(others: dict[str, Any]) -> None:
    assert route(firing(fields=others), MODEL).area == "other"


def test_a_shorter_key_that_leads_nowhere_hides_no_longer_one() -> None:
    fields = {"a": {"b": {"x": "wanted"}}, "a.b": {"c": {}}, "a.b.c": {"d": "wanted"}}
    assert route(firing(fields=fields), MODEL).area == "first"
