import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghapp.core.marker import Marker, find, find_state, render, render_state

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


def test_a_marker_is_one_exact_line():
    assert (
        render(Marker("incident", "gcp:4711"))
        == '<!-- ghapp {"kind":"incident","key":"gcp:4711"} -->'
    )


def test_a_dated_key_stays_readable():
    assert (
        render(Marker("triage", "2026-W47")) == '<!-- ghapp {"kind":"triage","key":"2026-W47"} -->'
    )


@given(kind=st.text(), key=st.text(), before=st.text())
def test_what_is_rendered_is_found_as_the_last_line(kind, key, before):
    marker = Marker(kind, key)
    assert find(f"{before}\n{render(marker)}") == marker


@given(kind=st.text(), key=st.text(alphabet='-<>!\r\n"\\\u2028é\ud800x'))
def test_no_key_ends_the_comment_or_the_line(kind, key):
    inside = render(Marker(kind, key)).removeprefix("<!-- ").removesuffix(" -->")
    assert "--" not in inside
    assert not set(inside) & set("<>\n\r")
    assert inside.isascii()


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_every_newline_of_markdown_ends_a_line(newline):
    body = newline.join(
        ["text", '<!-- ghapp {"kind":"a","key":"b"} -->', "what a person added below"]
    )
    assert find(body) == Marker("a", "b")


def test_the_last_marker_counts():
    assert find(f"{render(Marker('a', '1'))}\n{render(Marker('a', '2'))}") == Marker("a", "2")


def test_a_broken_line_does_not_hide_the_marker_above_it():
    assert find(f"{render(Marker('a', '1'))}\n<!-- ghapp {{oops}} -->") == Marker("a", "1")


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("", id="empty"),
        pytest.param("no marker", id="plain text"),
        pytest.param('> <!-- ghapp {"kind":"a","key":"b"} -->', id="quoted"),
        pytest.param('    <!-- ghapp {"kind":"a","key":"b"} -->', id="indented code"),
        pytest.param('see <!-- ghapp {"kind":"a","key":"b"} -->', id="not alone on its line"),
        pytest.param('<!-- ghapp {"kind":"a","key":"b"} --> ', id="something follows"),
        pytest.param('<!-- ghapp {"kind":"a","key":1} -->', id="key is not text"),
        pytest.param('<!-- ghapp {"kind":"a"} -->', id="no key"),
        pytest.param('<!-- ghapp {"kind":"a","key":"b","more":1} -->', id="more than a marker"),
        pytest.param("<!-- ghapp {} -->", id="empty object"),
        pytest.param("<!-- ghapp {] -->", id="not JSON"),
        pytest.param("<!-- ghapp {" + '"a":' + "[" * 60_000 + "} -->", id="nested too deep"),
        pytest.param(
            '<!-- ghapp {"kind":"a","key":' + "9" * 10_000 + "} -->", id="a number too long"
        ),
        pytest.param('<!-- ghapp-state {"kind":"a","key":"b"} -->', id="state, not a marker"),
        pytest.param("<!-- ghapp {} -", id="cut"),
    ],
)
def test_what_is_not_exactly_a_marker_is_none(body):
    assert find(body) is None


@given(st.text(alphabet=st.sampled_from('<!- ghapp{}":kindey\n\r')))
def test_finding_is_total(body):
    find(body)
    find_state(body)


@given(st.dictionaries(st.text(), json_values))
def test_state_round_trips(data):
    assert find_state(f"text\n{render_state(data)}\nmore") == data


def test_state_does_not_depend_on_order():
    assert render_state({"a": 1, "b": "-->"}) == render_state({"b": "-->", "a": 1})
    assert (
        render_state({"b": "-->", "a": 1}) == '<!-- ghapp-state {"a":1,"b":"-\\u002d\\u003e"} -->'
    )


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_numbers_that_json_lacks_are_refused_both_ways(number):
    with pytest.raises(ValueError):
        render_state({"n": float(number)})
    assert find_state(f'<!-- ghapp-state {{"n":{number}}} -->') is None


def test_marker_and_state_live_side_by_side():
    body = f"{render_state({'seen': 3})}\n{render(Marker('incident', 'k'))}"
    assert find(body) == Marker("incident", "k")
    assert find_state(body) == {"seen": 3}


@pytest.mark.parametrize(
    "body",
    [
        "<!-- ghapp {" * 6_000,
        "<!-- ghapp {} -->\n" * 4_000,
        '<!-- ghapp {"kind":"a","key":"' + "-" * 65_000 + '"} -->',
        json.dumps(["<!--"] * 9_000),
    ],
    ids=["openers", "empty markers", "dashes", "nested openers"],
)
def test_a_hostile_body_costs_no_more_than_its_length(body):
    started = time.process_time()
    find(body)
    find_state(body)
    assert time.process_time() - started < 3
