"""When a document says it was reviewed, and how that is written into it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghapp.core.front_matter import UnreadableError, head_of, may_have, reviewed, with_review

DAY = date(2026, 11, 22)


class TestReading:
    @pytest.mark.parametrize(
        "line",
        [
            "reviewed: 2026-11-22",
            'reviewed: "2026-11-22"',
            "reviewed: '2026-11-22'   # by alice",
            "reviewed:    2026-11-22 ",
            '"reviewed": 2026-11-22',
        ],
    )
    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
    @pytest.mark.parametrize("fence", ["---", "..."])
    def test_a_date(self, line: str, end: str, fence: str) -> None:
        text = end.join(["---", "title: Rollback", line, "tags: [a]", fence, "", "# Rollback"])
        assert reviewed(text) == DAY

    @pytest.mark.parametrize(
        "text",
        [
            pytest.param("", id="nothing"),
            pytest.param("# Rollback\n\n---\nreviewed: 2026-11-22\n---\n", id="not at the beginning"),
            pytest.param("---\ntitle: x\n---\nreviewed: 2026-11-22\n", id="behind it"),
            pytest.param("---\na:\n  reviewed: 2026-11-22\n---\n", id="further in"),
            pytest.param("---\nreviewed: 2026-11-22\n", id="without an end"),
            pytest.param("---\nlast_reviewed: 2026-11-22\n---\n", id="another key"),
            pytest.param("---\n---\n", id="empty"),
        ],
    )  # fmt: skip
    def test_d02_none(self, text: str) -> None:
        assert reviewed(text) is None

    @pytest.mark.parametrize(
        ("inner", "why"),
        [
            pytest.param("reviewed: last week", "is no date", id="words"),
            pytest.param("reviewed: 22.11.2026", "is no date", id="another order"),
            pytest.param("reviewed: 2026-11-22T10:00:00Z", "is no date", id="a time"),
            pytest.param("reviewed: 2026-02-30", "does not have", id="no such day"),
            pytest.param("reviewed:", "is empty", id="empty"),
            pytest.param("reviewed: # soon", "is empty", id="only a comment"),
            pytest.param("reviewed: 2026-11-22\nreviewed: 2026-11-23", "more than once", id="twice"),
            pytest.param("{reviewed: 2026-11-22}", "line by line", id="in braces"),
        ],
    )  # fmt: skip
    def test_d02_what_is_malformed_is_never_fresh(self, inner: str, why: str) -> None:
        with pytest.raises(UnreadableError) as error:
            reviewed(f"---\n{inner}\n---\n")
        assert why in error.value.why

    def test_toml_is_not_read(self) -> None:
        with pytest.raises(UnreadableError, match="TOML"):
            reviewed("+++\nreviewed = 2026-11-22\n+++\n")

    @pytest.mark.parametrize(
        ("path", "may"),
        [("docs/a.md", True), ("README.MD", True), ("docs/a.rst", False), ("md", False)],
    )
    def test_only_markdown_has_any(self, path: str, may: bool) -> None:
        assert may_have(path) is may


class TestWriting:
    @pytest.mark.parametrize(
        ("before", "after"),
        [
            pytest.param("# A\n", "---\nreviewed: 2026-11-22\n---\n\n# A\n", id="no front matter"),
            pytest.param("# A\r\n", "---\r\nreviewed: 2026-11-22\r\n---\r\n\r\n# A\r\n", id="CRLF"),
            pytest.param("", "---\nreviewed: 2026-11-22\n---\n\n", id="an empty file"),
            pytest.param("\ufeff# A", "\ufeff---\nreviewed: 2026-11-22\n---\n\n# A", id="a byte order mark"),
            pytest.param("---\nt: x\n---\nA", "---\nt: x\nreviewed: 2026-11-22\n---\nA", id="a new line"),
            pytest.param("---\n---\nA", "---\nreviewed: 2026-11-22\n---\nA", id="empty front matter"),
            pytest.param(
                "---\nreviewed: 2025-01-01 # by alice\nt: x\n---\n",
                "---\nreviewed: 2026-11-22 # by alice\nt: x\n---\n",
                id="the comment stays",
            ),
            pytest.param("---\nreviewed:\n---\n", "---\nreviewed: 2026-11-22\n---\n", id="D02 empty"),
            pytest.param("---\nreviewed: soon\n---\n", "---\nreviewed: 2026-11-22\n---\n", id="D02 no date"),
        ],
    )  # fmt: skip
    def test_it(self, before: str, after: str) -> None:
        assert with_review(before, DAY) == after
        assert with_review(after, DAY) == after

    @given(
        st.text(alphabet="ab-:#'\"\r\n .", max_size=60),
        st.sampled_from(["", "---\n", "---\r\nreviewed: x\r\n"]),
        st.dates(),
    )
    def test_it_is_read_again_and_nothing_is_lost(self, text: str, start: str, day: date) -> None:
        whole = start + text
        try:
            written = with_review(whole, day)
            again = reviewed(written)
        except UnreadableError:
            return
        assert again == day
        assert with_review(written, day) == written
        if not start:
            assert written.endswith(text[-10:]) or "reviewed" in text


@given(
    st.text(alphabet="ab-+{:#'\"\r\n .", max_size=60),
    st.sampled_from(["", "---\n", "---\r\nreviewed: 2026-11-22\r\n---\n", "+++\n", "---\n{"]),
)
def test_the_beginning_tells_as_much_as_the_whole(text: str, start: str) -> None:
    def told(of: str) -> date | str | None:
        try:
            return reviewed(of)
        except UnreadableError as error:
            return error.why

    whole = start + text
    assert told(head_of(whole)) == told(whole)
    assert whole.startswith(head_of(whole))
