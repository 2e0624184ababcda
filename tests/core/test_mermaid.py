"""Charts that stay valid whatever a title contains."""

import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghapp.core.mermaid import Bar, bars, gantt, label, pie

DAY = date(2026, 11, 22)
NASTY = 'a "b": c; #1 `d` | e\nf %% {g} <h> [i] \\ & @j $k --> l'
names = st.text(max_size=80) | st.lists(
    st.sampled_from([*NASTY, "section", "title", "end", " "])
).map("".join)
_NAME = r"· [^\s\":;#`|%{}<>\[\]\\&@$'-][^\":;#`|%{}<>\[\]\\&@$'\n\r-]*"
_NUMBER = r"\d+(\.\d{1,2})?"


class TestLabel:
    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            pytest.param("2026.11.1", "2026.11.1", id="plain"),
            pytest.param('"x": y; z', "\u201dx\u201d\u2236 y, z", id="R09 signs"),
            pytest.param("a\nb\r\n\tc\u2028d", "a b c d", id="R09 line ends"),
            pytest.param("", "?", id="empty"),
            pytest.param("\u202e\u200b", "?", id="nothing that shows"),
            pytest.param("x" * 61, "x" * 59 + "…", id="long"),
        ],
    )
    def test_it(self, text: str, shown: str) -> None:
        assert label(text) == shown

    @given(names)
    def test_r09_nothing_in_it_means_anything(self, text: str) -> None:
        assert re.fullmatch(_NAME, f"· {label(text)}")
        assert len(label(text)) <= 60
        assert label(label(text)) == label(text)


class TestPie:
    def test_it(self) -> None:
        assert pie("Calls", [("alice", 3), ("bob", 0), ("carol", 1)]) == (
            'pie showData title · Calls\n    "· alice" : 3\n    "· carol" : 1'
        )

    def test_r02_nothing_to_divide_is_no_chart(self) -> None:
        assert pie("Calls", [("alice", 0)]) == pie("Calls", []) == ""

    @given(names, st.lists(st.tuples(names, st.integers(-1, 9)), max_size=50))
    def test_r09_it_is_always_valid(self, title: str, slices: list[tuple[str, int]]) -> None:
        first, *rest = pie(title, slices).split("\n")
        assert first == "" or re.fullmatch(f"pie showData title {_NAME}", first)
        assert all(re.fullmatch(rf' {{4}}"{_NAME}" : [1-9]\d*', line) for line in rest)
        assert len(rest) <= 40


class TestBars:
    def test_it(self) -> None:
        assert bars("Open issues", "issues", [("October", 12), ("November", 7.25)]).split("\n") == [
            "xychart-beta",
            '    title "· Open issues"',
            '    x-axis ["· October", "· November"]',
            '    y-axis "· issues" 0 --> 12',
            "    bar [12, 7.25]",
        ]

    def test_r02_none(self) -> None:
        assert bars("Open issues", "issues", []) == ""
        assert "0 --> 1\n" in bars("Open issues", "issues", [("a", 0)])

    @given(names, st.lists(st.tuples(names, st.floats(-5, 1e6)), min_size=1, max_size=50))
    def test_r09_it_is_always_valid(self, title: str, values: list[tuple[str, float]]) -> None:
        kind, head, x, y, bar = bars(title, title, values).split("\n")
        assert kind == "xychart-beta"
        assert re.fullmatch(f' {{4}}title "{_NAME}"', head)
        assert re.fullmatch(rf' {{4}}x-axis \["{_NAME}"(, "{_NAME}")*\]', x)
        assert re.fullmatch(rf' {{4}}y-axis "{_NAME}" 0 --> {_NUMBER}', y)
        assert re.fullmatch(rf" {{4}}bar \[{_NUMBER}(, {_NUMBER})*\]", bar)
        assert x.count('"') // 2 == bar.count(",") + 1 == min(len(values), 40)


class TestGantt:
    def test_it(self) -> None:
        lines = [Bar("1.0", DAY, DAY), Bar("1.1", DAY, DAY + timedelta(days=2), late=True)]
        assert gantt("Releases", "November", lines).split("\n") == [
            "gantt",
            "    title · Releases",
            "    dateFormat YYYY-MM-DD",
            "    section · November",
            "    · 1.0 :2026-11-22, 2026-11-23",
            "    · 1.1 :crit, 2026-11-22, 2026-11-25",
        ]

    def test_r02_none(self) -> None:
        assert gantt("Releases", "November", []) == ""

    @given(names, st.lists(names, min_size=1, max_size=50))
    def test_r09_it_is_always_valid(self, title: str, found: list[str]) -> None:
        kind, head, form, section, *rest = gantt(
            title, title, [Bar(name, DAY, DAY) for name in found]
        ).split("\n")
        assert (kind, form.strip()) == ("gantt", "dateFormat YYYY-MM-DD")
        assert re.fullmatch(f" {{4}}title {_NAME}", head)
        assert re.fullmatch(f" {{4}}section {_NAME}", section)
        assert all(re.fullmatch(rf" {{4}}{_NAME} :2026-11-22, 2026-11-23", line) for line in rest)
