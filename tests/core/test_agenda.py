"""The agenda of a triage: what is on it, and what people's ticks become."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghapp.core.agenda import (
    FEWER,
    ROWS,
    Item,
    Part,
    Section,
    assemble,
    fitting,
    issue_url,
    items_in,
    mark_of,
    search_url,
    shown,
    unfinished,
)
from ghapp.core.facts import RepoName
from ghapp.core.text import escape, safe_url, unescape
from tests.support.activity import active
from tests.support.builders import HOME

WEB = "https://github.com"


def item(number: int, text: str = "Login is slow", **changes: object) -> Item:
    values = {"key": f"{HOME}#{number}", "text": text, "ref": f"#{number}"}
    return Item(**{**values, "url": issue_url(WEB, HOME, number), **changes})  # type: ignore[arg-type]


def line(one: Item) -> str:
    """As the template writes it."""
    box = "x" if one.ticked else " "
    link = f"[{escape(one.ref)}]({safe_url(one.url)}) " if one.url else ""
    return f"- [{box}] {link}{escape(one.text)} {mark_of(one.key, one.weeks)} · {escape(one.note)}"


def body(*items: Item, below: str = "") -> str:
    rows = "\n".join(line(one) for one in items)
    return f"<!-- ghapp:generated -->\n{rows}\n<!-- ghapp:end -->\n\n{below}"


def keys(parts: tuple[Part, ...]) -> dict[str, list[int]]:
    return {
        part.section.name: [int(one.key.partition("#")[2]) for one in part.items] for part in parts
    }


class TestSections:
    def test_t04_an_item_is_in_the_first_section_that_has_it(self) -> None:
        found = {
            Section.STALE: [item(3), item(1)],
            Section.UNTRIAGED: [item(1), item(2), item(1)],
            Section.INCIDENTS: [item(2)],
        }
        assert keys(assemble(found)) == {"INCIDENTS": [2], "UNTRIAGED": [1], "STALE": [3]}

    def test_a_section_without_items_is_left_out(self) -> None:
        assert assemble({Section.STALE: []}) == ()

    def test_t05_so_many_rows_and_a_search_for_the_rest(self) -> None:
        search = search_url(WEB, HOME, "is:open no:label")
        found = {Section.UNTRIAGED: [item(number) for number in range(900)]}
        (part,) = shown(assemble(found, searches={Section.UNTRIAGED: search}))
        assert (len(part.items), part.more) == (ROWS, 875)
        assert part.search == "https://github.com/acme/ops/issues?q=is%3Aopen+no%3Alabel"
        assert shown((part,), 15)[0].more == 885

    def test_t05_a_text_that_would_be_too_long_gets_fewer_rows(self) -> None:
        found = {Section.UNTRIAGED: [item(number) for number in range(900)]}
        tried: list[int] = []

        def render(parts: tuple[Part, ...]) -> str:
            tried.append(len(parts[0].items))
            return body(*parts[0].items)

        text = fitting(assemble(found), render, 1200)
        assert tried == [25, 15, 8]
        assert len(text) <= 1200
        fitting(assemble(found), render, 0)
        assert tuple(tried[-len(FEWER) :]) == FEWER

    def test_the_address_of_a_pull_request(self) -> None:
        assert issue_url(WEB, RepoName("o/r"), 7, "pull") == "https://github.com/o/r/pull/7"


class TestTicks:
    def test_t04_they_survive_when_the_list_is_written_anew(self) -> None:
        here = body(item(1, ticked=True), item(2), below="- [x] talk to Bob")
        (part,) = assemble({Section.UNTRIAGED: [item(2), item(3), item(1)]}, here=here)
        assert [(one.ref, one.ticked) for one in part.items] == [
            ("#2", False),
            ("#3", False),
            ("#1", True),
        ]

    @given(
        st.text(max_size=30),
        st.text(min_size=1, max_size=30).filter(str.strip),
        st.integers(0, 9999),
        st.booleans(),
    )
    def test_an_item_is_known_again(self, text: str, key: str, weeks: int, ticked: bool) -> None:
        one = Item(key=key, text=text, weeks=weeks, ticked=ticked)
        assert "-->" not in mark_of(key, weeks)[:-3]
        (found,) = items_in(line(one))
        assert (found.key, found.weeks, found.ticked) == (key, weeks, ticked)

    def test_with_its_link(self) -> None:
        (found,) = items_in(line(item(1, "a <b> [c](d) | *e*", ref="x]y")))
        assert (found.ref, found.text) == ("x]y", "a <b> [c](d) | *e*")
        assert found.url == "https://redirect.github.com/acme/ops/issues/1"
        assert safe_url(found.url) == found.url

    @pytest.mark.parametrize(
        "text",
        [
            pytest.param(f"```\n{line(item(1))}\n```", id="code"),
            pytest.param("- [ ] no key", id="no key"),
            pytest.param("<!-- ghapp:item a 1 -->", id="no box"),
            pytest.param("- [ ] x <!-- ghapp:item a many -->", id="no number"),
        ],
    )
    def test_what_is_no_item(self, text: str) -> None:
        assert items_in(text) == ()


class TestCarried:
    def test_t06_what_was_not_ticked_and_is_nowhere_else(self) -> None:
        before = body(item(1, ticked=True), item(2, "Old <one>", weeks=1), item(3), item(4))
        parts = assemble({Section.UNTRIAGED: [item(4)]}, before=before, settled={item(3).key})
        assert keys(parts) == {"UNTRIAGED": [4], "CARRIED": [2]}
        (again,), (carried,) = (part.items for part in parts)
        assert (again.weeks, carried.weeks, carried.text) == (1, 2, "Old <one>")

    def test_t06_the_boxes_that_people_added_are_carried_and_keep_their_name(self) -> None:
        below = (
            "## Notes\n\n* [ ] ask @dave\n- [x] done\n- [ ] ask @dave\nplain\n- [ ] <!-- hidden -->"
        )
        (part,) = assemble({}, before=body(below=below))
        (one,) = part.items
        assert (one.text, one.weeks, one.url) == ("ask @dave", 1, "")
        (again,) = assemble({}, before=body(one))
        assert again.items[0].key == one.key
        assert (again.items[0].weeks, again.items[0].text) == (2, "ask @dave")

    def test_a_tick_in_this_week_settles_what_was_carried(self) -> None:
        before = body(item(2))
        here = body(item(2, weeks=1, ticked=True))
        (part,) = assemble({}, here=here, before=before)
        assert part.items[0].ticked
        assert unfinished(here) == ()


class TestUnescape:
    @pytest.mark.parametrize(
        "text",
        [
            "a*b_c~d$e`f\\g",
            "#7 @bob gh-8 www.x.example",
            "<b> & &amp; &#8203; |",
            "see https://x.example/a.b?c=d, then",
            "1. one",
            "- dash",
            "a5c3785ed8d6a35868bc169f07e40e889087fd2e",
        ],
    )
    def test_it_is_the_way_back(self, text: str) -> None:
        assert unescape(escape(text)) == text

    @given(st.text(max_size=60))
    def test_what_people_typed_stays_something_harmless(self, text: str) -> None:
        assert active(escape(unescape(text))) == []
