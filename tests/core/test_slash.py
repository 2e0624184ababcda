import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ghapp.core.slash import LIMIT, Command, commands

KNOWN = {"ack", "assign", "sev", "no-go", "update"} | {f"c{n}" for n in range(40)}


def names(body: str, previous: str | None = None) -> list[str]:
    return [command.name for command in commands(body, previous, known=KNOWN)]


@pytest.mark.parametrize(
    ("line", "command"),
    [
        pytest.param("/ack", Command("ack", (), ""), id="bare"),
        pytest.param("/ACK", Command("ack", (), ""), id="name in any case"),
        pytest.param("/ack.", Command("ack", (), ""), id="a full stop"),
        pytest.param("/ack: on it", Command("ack", ("on", "it"), "on it"), id="a colon"),
        pytest.param("/ack \t", Command("ack", (), ""), id="trailing blanks"),
        pytest.param("/no-go later", Command("no-go", ("later",), "later"), id="hyphen in a name"),
        pytest.param("/sev 2 disk  full", Command("sev", ("2", "disk", "full"), "2 disk  full"), id="text is raw"),
        pytest.param("/assign @alice, @bob.", Command("assign", ("@alice", "@bob"), "@alice, @bob."), id="logins"),
        pytest.param("/assign @org/team!)", Command("assign", ("@org/team",), "@org/team!)"), id="team"),
        pytest.param("/assign @", Command("assign", ("@",), "@"), id="no login"),
        pytest.param("/update it's Bob's", Command("update", ("it's", "Bob's"), "it's Bob's"), id="apostrophes"),
        pytest.param('/update "a b" c', Command("update", ("a b", "c"), '"a b" c'), id="group"),
        pytest.param('/update ""', Command("update", ("",), '""'), id="empty group"),
        pytest.param('/update "a b', Command("update", ('"a', "b"), '"a b'), id="unbalanced quote"),
        pytest.param('/update a"b c"d', Command("update", ('a"b', 'c"d'), 'a"b c"d'), id="quote in a word"),
        pytest.param('/update "e"f', Command("update", ('"e"f',), '"e"f'), id="quote that ends in a word"),
        pytest.param('/update "@alice,"', Command("update", ("@alice,",), '"@alice,"'), id="punctuation in a group"),
        pytest.param("/update `x`", Command("update", ("`x`",), "`x`"), id="code in the text"),
        pytest.param("\ufeff/ack", Command("ack", (), ""), id="byte order mark"),
    ],
)  # fmt: skip
def test_a_command(line, command):
    assert commands(line, known=KNOWN) == (command,)


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("/merge", id="another bot's"),
        pytest.param(" /ack", id="not at column 0"),
        pytest.param("please /ack", id="within a sentence"),
        pytest.param("/ack/now", id="a path"),
        pytest.param("/ack!!", id="too much punctuation"),
        pytest.param("/ack\u00a0now", id="a blank that is none"),
        pytest.param("/ack\u2028/sev 1", id="a line separator ends no line"),
        pytest.param("//ack", id="two slashes"),
        pytest.param("/", id="only a slash"),
        pytest.param("/1ack", id="a digit first"),
        pytest.param("/\u0430ck", id="a letter that looks like one"),
        pytest.param("/ac\u212a", id="a letter that folds to one"),
        pytest.param("", id="nothing"),
    ],
)
def test_no_command(line):
    assert commands(line, known=KNOWN) == ()


@pytest.mark.parametrize(
    ("body", "found"),
    [
        pytest.param("```\n/ack\n```", [], id="fence"),
        pytest.param("~~~sh\n/ack\n```\n/sev 1\n~~~\n/update", ["update"], id="tilde fence"),
        pytest.param("````\n```\n/ack\n````\n/sev 1", ["sev"], id="longer fence"),
        pytest.param("```\n/ack", [], id="unclosed fence"),
        pytest.param("   ```\n/ack\n   ```\n/sev 1", ["sev"], id="indented fence"),
        pytest.param("    ```\n/ack", ["ack"], id="a fence that is indented code"),
        pytest.param("``` `\n/ack", ["ack"], id="no fence, for a backtick follows"),
        pytest.param("```\n/ack\n    ```\n/sev 1", [], id="too deep to close"),
        pytest.param("```\n/ack\n``` x\n/sev 1", [], id="closing fence with text"),
        pytest.param("- ```\n  /ack\n  ```\n\n/sev 1", ["sev"], id="fence in a list item"),
        pytest.param("- ```\n/ack", ["ack"], id="the end of an item ends its fence"),
        pytest.param("text\n    /ack", [], id="indented"),
        pytest.param("    /code\n/ack", ["ack"], id="after indented code"),
        pytest.param("a `b\n/ack\nc` d", [], id="code span over lines"),
        pytest.param("a ``b\n/ack `\n/sev 1`` d", [], id="longer code span"),
        pytest.param("a \\`b\n/ack\nc` d", ["ack"], id="escaped backtick"),
        pytest.param("a `b\n\n/ack\nc` d", ["ack"], id="code spans end with their paragraph"),
        pytest.param("a `b\n/ack", ["ack"], id="unbalanced backtick"),
        pytest.param("> quoted\n/ack", [], id="lazy continuation of a quote"),
        pytest.param("> quoted\n\n/ack", ["ack"], id="after a quote"),
        pytest.param("> # heading\n/ack", ["ack"], id="a heading has no lazy continuation"),
        pytest.param("> ```\n/ack", ["ack"], id="nor has a fence"),
        pytest.param(">     code\n/ack", ["ack"], id="nor has indented code"),
        pytest.param(">\n/ack", ["ack"], id="empty quote"),
        pytest.param("> - a\n/ack", [], id="list in a quote"),
        pytest.param("- > a\n/ack", [], id="quote in a list"),
        pytest.param("- a\n/ack", ["ack"], id="lazy continuation of a list item"),
        pytest.param("- a\n\n/ack", ["ack"], id="after a list"),
        pytest.param("1. a\n   ```\n   /ack\n   ```\n/sev 1", ["sev"], id="fence in a numbered item"),
        pytest.param("-\n\n  ```\n/ack\n  ```", [], id="an item begins with at most one blank line"),
        pytest.param("-     code\n/ack", ["ack"], id="item of indented code"),
        pytest.param("a\n2. ```\n/ack", ["ack"], id="only a 1 interrupts a paragraph"),
        pytest.param("<!--\n/ack\n-->\n/sev 1", ["sev"], id="comment"),
        pytest.param("<!-- x -->\n/ack", ["ack"], id="comment in one line"),
        pytest.param("<!--\n/ack", [], id="unclosed comment"),
        pytest.param("a <!--\n/ack\n--> b", [], id="comment within a paragraph"),
        pytest.param("a <!-- ` -->\n/ack\n`", ["ack"], id="a backtick in a comment"),
        pytest.param("a <!--> b\n/ack\n-->", ["ack"], id="the shortest comment"),
        pytest.param("a <!--\n/ack", ["ack"], id="unclosed comment within a paragraph"),
        pytest.param("a <!-- <!--\n/ack", ["ack"], id="two unclosed ones"),
        pytest.param("<pre>\n\n/ack\n</pre>\n/sev 1", ["sev"], id="HTML kind 1"),
        pytest.param("<?php\n\n/ack\n?>\n/sev 1", ["sev"], id="HTML kind 3"),
        pytest.param("<!DOCTYPE\n\n/ack\n>\n/sev 1", ["sev"], id="HTML kind 4"),
        pytest.param("<![CDATA[\n\n/ack\n]]>\n/sev 1", ["sev"], id="HTML kind 5"),
        pytest.param("<details>\n/ack\n\n/sev 1\n\n</details>", ["sev"], id="HTML kind 6"),
        pytest.param("<b class='x'>\n/ack\n\n/sev 1", ["sev"], id="HTML kind 7"),
        pytest.param("text\n<b>\n/ack", ["ack"], id="kind 7 interrupts no paragraph"),
        pytest.param("text\n<div>\n/ack", [], id="kind 6 does"),
        pytest.param('a <b title="\n/ack\n">', [], id="attribute over lines"),
        pytest.param("a <https://x.io/`>\n/ack\n`", ["ack"], id="a backtick in an address"),
        pytest.param("a <b@x.io`>\n/ack\n`", [], id="no address"),
        pytest.param("/ack\n===", ["ack"], id="a heading by its underline"),
        pytest.param("# /sev 1\n/ack", ["ack"], id="after a heading"),
        pytest.param("***\n/ack", ["ack"], id="after a rule"),
        pytest.param("- -\n/ack", ["ack"], id="two dashes are no rule"),
        pytest.param("/ack\r\n/sev 1\r/update", ["ack", "sev", "update"], id="every newline"),
        pytest.param("/ack\n\n/ack.\n/ACK", ["ack"], id="exact repeats collapse"),
        pytest.param("/sev 1\n/sev 2\n/sev  1", ["sev", "sev"], id="other arguments are another command"),
        pytest.param("\n".join(f"/c{n}" for n in range(14)), [f"c{n}" for n in range(LIMIT)], id="at most ten"),
    ],
)  # fmt: skip
def test_only_prose_commands(body, found):
    assert names(body) == found


@pytest.mark.parametrize(
    ("body", "previous", "found"),
    [
        pytest.param("/ack", "", ["ack"], id="added to an empty body"),
        pytest.param("/ack", "/ack\ntypo", [], id="had it before"),
        pytest.param("/ack\n/sev 1", "/ack", ["sev"], id="only the new one"),
        pytest.param("/sev 2", "/sev 1", ["sev"], id="changed arguments"),
        pytest.param("/ack", "```\n/ack\n```", ["ack"], id="was code before"),
        pytest.param("```\n/ack\n```", "/ack", [], id="is code now"),
        pytest.param("/ack\n/ack", "/ack", [], id="written twice"),
        pytest.param(
            "\n".join(f"/c{n}" for n in range(11)), "\n".join(f"/c{n}" for n in range(10)), [], id="ten a comment"
        ),
        pytest.param(
            "\n".join(f"/c{n}" for n in range(1, 12)), "\n".join(f"/c{n}" for n in range(12)), [], id="moved up"
        ),
    ],
)  # fmt: skip
def test_an_edited_comment_gives_only_new_commands(body, previous, found):
    assert names(body, previous) == found


# --- against another parser of CommonMark

oracle = MarkdownIt("commonmark")
pieces = st.sampled_from(
    ["`", "``", "```", "~~~", "    ", "  ", "\t", "> ", ">", "- ", "1. ", "2. ", "* ", "-", "+ ", "***",
     "---", "===", "# ", "<!--", "-->", "<div>", "</div>", "<b>", "<b", '<a x="', "<a x='", '"', "'",
     "<?", "?>", "<![CDATA[", "]]>", "<!X", "<pre>", "</pre>", "text", "\\", "<http://x`>", "<a`b@c.d>"]
)  # fmt: skip
other_lines = st.one_of(
    st.just(""),
    st.lists(pieces, min_size=1, max_size=4).map("".join),
    st.just("- /sev 9"),
    st.just("> /sev 9"),
)


@st.composite
def documents(draw):
    """Lines of Markdown, among them commands with names that are used once."""
    lines = draw(st.lists(st.none() | other_lines, max_size=9))
    return "\n".join(f"/c{n}" if line is None else line for n, line in enumerate(lines))


def rendered(body: str) -> list[str]:
    """The names of the commands that begin a line of rendered text outside quotes."""
    found, quotes = [], 0
    for block in oracle.parse(body):
        quotes += {"blockquote_open": 1, "blockquote_close": -1}.get(block.type, 0)
        if block.type == "inline" and not quotes:
            shown = [
                "\n" if part.type.endswith("break") else part.content if part.type == "text" else ""
                for part in block.children
            ]
            found += [
                line[1:] for line in "".join(shown).split("\n") if re.fullmatch(r"/c\d+", line)
            ]
    return found


@given(documents())
def test_the_commands_are_those_that_render_as_prose(body):
    assert names(body) == rendered(body)


@given(st.text() | documents())
def test_any_text_is_fine_and_newlines_do_not_matter(body):
    body = body.replace("\r", "")
    assert names(body) == names(body.replace("\n", "\r\n")) == names(body.replace("\n", "\r"))


@given(
    body=documents(),
    mark=st.sampled_from("`~"),
    length=st.integers(3, 9),
    indent=st.integers(0, 3),
    info=st.sampled_from(["", "sh", " text"]),
)
def test_a_command_in_a_fence_is_never_found(body, mark, length, indent, info):
    fence = " " * indent + mark * length
    inside = body.replace(mark * 3, "")
    assert "ack" not in names(f"{fence}{info}\n{inside}\n/ack\n{inside}\n{fence}")


@given(documents(), st.sampled_from(["", "words", "- a list\n", "# heading", "***"]))
def test_a_plain_command_is_always_found(body, before):
    assert names(f"{before}\n/ack\n\n{body}")[0] == "ack"


@given(documents(), documents())
def test_an_unchanged_comment_commands_nothing(body, other):
    assert names(body, body) == []
    assert set(names(body, other)) <= set(names(body))


@pytest.mark.parametrize(
    "piece",
    ["`", "`a", "<!--", "<?", "<![CDATA[", "<!X", "<b ", "<a x='", "<a x=\"'", "> ", "- ", "* ", "_ ", "~~~\n",
     "<div>\n", "\n", "\r", "\t", "[", "\\`", "/ack\n", '"', "`\n``\n", "- \n"],
)  # fmt: skip
def test_a_hostile_body_costs_no_more_than_its_length(piece):
    body = "/ack\nx " + piece * (65_000 // len(piece)) + "\n/sev 1"
    started = time.process_time()
    names(body)
    assert time.process_time() - started < 3


def test_deep_lists_cost_no_more_than_long_ones():
    started = time.process_time()
    assert names("- " * 15_000 + "x\n" + "\n" * 15_000 + " " * 20_000 + "y\n\n/ack") == ["ack"]
    assert time.process_time() - started < 3
