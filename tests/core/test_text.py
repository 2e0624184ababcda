import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ghapp.core.marker import find
from ghapp.core.text import ZERO_WIDTH, escape, fenced, plain_title, quote, safe_url

SHA = "a5c3785ed8d6a35868bc169f07e40e889087fd2e"
markdown = MarkdownIt("commonmark").enable(["table", "strikethrough"])

# What GitHub looks for in rendered text outside code and links, written independently of the code.
ACTIVE = [
    re.compile(r"(?:^|[^0-9A-Za-z_])@[0-9A-Za-z]"),
    re.compile(r"#[0-9]"),
    re.compile(r"(?:^|[^0-9A-Za-z_])gh-[0-9]", re.IGNORECASE),
    re.compile(r"\b[0-9a-f]{40}\b", re.IGNORECASE),
    re.compile(r"https?://|www\.[a-z0-9]", re.IGNORECASE | re.ASCII),
]
TRACKED = re.compile(r"/(issues|pulls?|discussions|commits?|compare)/", re.IGNORECASE)
HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)

pieces = st.sampled_from(
    [
        "@alice",
        "@org/team",
        "#12",
        "gh-7",
        "o/r#3",
        SHA,
        "https://github.com/o/r/issues/1",
        "www.",
        "http://",
        "x",
        "_",
        "*",
        "`",
        "```",
        "~~~",
        "<!--",
        "-->",
        "<b>",
        "&amp;",
        "&#64;",
        "|",
        "---",
        "===",
        "[a](b)",
        "![",
        "](",
        "javascript:",
        "\\",
        " ",
        "    ",
        "\n",
        "\r\n",
        "\u202e",
        "\u200b",
        "\u2028",
        "\x00",
        "\ud800",
        "é",
        "@",
        "#",
        "1.",
        "+ ",
        "- ",
        "> ",
        "$",
        ")",
        "(",
        ":-:",
        ";",
        "…",
    ]
)
hostile = st.lists(pieces | st.text(max_size=4), max_size=12).map("".join)


def rendered(source: str) -> tuple[str, list[str], set[str]]:
    """The text outside code and links, the link targets, and the kinds of everything in it."""
    text, links, kinds = [], [], set()
    for block in markdown.parse(source):
        kinds.add(block.type)
        inside_link = False
        for token in block.children or ():
            kinds.add(token.type)
            if token.type == "link_open":
                links.append(token.attrs["href"])
                inside_link = True
            elif token.type == "link_close":
                inside_link = False
            elif token.type == "text" and not inside_link:
                text.append(token.content)
            else:
                text.append(" ")
    return "".join(text), links, kinds


INLINE = {
    "paragraph_open",
    "inline",
    "paragraph_close",
    "text",
    "link_open",
    "link_close",
    "code_inline",
}


@given(hostile)
def test_an_escaped_line_is_one_paragraph_without_anything_active(text):
    shown, links, kinds = rendered(escape(text))
    assert kinds <= INLINE
    assert not [active.pattern for active in ACTIVE if active.search(shown)]
    assert all(link.startswith(("http://", "https://")) for link in links)
    assert not [
        link for link in links if TRACKED.search(link) and "//redirect.github.com/" not in link
    ]


@given(hostile)
def test_an_escaped_line_hides_nothing_and_forges_nothing(text):
    line = escape(text)
    assert not HIDDEN.search(line)
    assert "<!--" not in line
    assert "\n" not in line
    line.encode()


@given(hostile.filter(lambda text: "://" not in text and SHA not in text))
def test_an_escaped_line_reads_as_it_was_written(text):
    visible = " ".join(re.sub(HIDDEN, lambda c: hidden_as(c[0]), text).split())
    shown = markdown.parse(escape(text))
    read = "".join(token.content for block in shown for token in block.children or ())
    assert re.sub(f"[{ZERO_WIDTH}]", "", read) == visible


def hidden_as(character: str) -> str:
    if character.isspace():
        return " "
    return "\ufffd" if "\ud800" <= character <= "\udfff" else ""


@given(hostile)
def test_an_escaped_line_stays_in_its_table_cell(text):
    tokens = markdown.parse(f"| head |\n| --- |\n| {escape(text)} |\n\nafter")
    assert [t.type for t in tokens].count("td_open") == 1
    assert [t.type for t in tokens].count("tr_open") == 2


@given(hostile)
def test_an_escaped_line_stays_in_its_list_item(text):
    tokens = markdown.parse(f"- {escape(text)}\n- next")
    assert [t.type for t in tokens].count("list_item_open") == 2
    assert [t.type for t in tokens].count("bullet_list_open") == 1


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("@alice", "@&#8203;alice", id="mention"),
        pytest.param("cc @org/team!", "cc @&#8203;org/team!", id="team mention"),
        pytest.param("@\u200balice", "@&#8203;alice", id="mention hidden behind a zero width"),
        pytest.param("&#64;alice", "&amp;#&#8203;64;alice", id="mention as an entity"),
        pytest.param("ops@example.com", "ops@example.com", id="an e-mail address is no mention"),
        pytest.param("fixes #12", "fixes #&#8203;12", id="closing keyword"),
        pytest.param("closes o/r#12", "closes o/r#&#8203;12", id="other repository"),
        pytest.param("resolves GH-12", "resolves GH-&#8203;12", id="GH- reference"),
        pytest.param("high-1", "high-1", id="a word that ends in gh"),
        pytest.param(f"see {SHA}", f"see `{SHA}`", id="commit"),
        pytest.param(f"{SHA}https://x.io", f"`{SHA}`<https://x.io>", id="commit before a URL"),
        pytest.param(f"{SHA}@alice", f"`{SHA}`@&#8203;alice", id="mention behind a commit"),
        pytest.param(f"{SHA}_x_{SHA}", f"`{SHA}`\\_x_`{SHA}`", id="emphasis between commits"),
        pytest.param(f"o/r@{SHA}", f"o/r@`{SHA}`", id="commit of a repository"),
        pytest.param(
            "https://github.com/o/r/issues/1",
            "<https://redirect.github.com/o/r/issues/1>",
            id="issue URL",
        ),
        pytest.param(
            "HTTPS://GitHub.com/o/r/pull/1",
            "<https://redirect.github.com/o/r/pull/1>",
            id="capitals",
        ),
        pytest.param("http://", "http:&#8203;//", id="the beginning of a URL"),
        pytest.param("www.github.com/o/r/pull/1", "www.&#8203;github.com/o/r/pull/1", id="www"),
        pytest.param(
            "https://user@github.com/o", "https:&#8203;//user@github.com/o", id="poses as a host"
        ),
        pytest.param(
            "(see https://x.io/a_(b).)", "(see <https://x.io/a_%28b%29>.)", id="link in a sentence"
        ),
        pytest.param(
            "(https://x.io/a?b=1&c=2)", "(<https://x.io/a?b=1&c=2>)", id="link in brackets"
        ),
        pytest.param("[x](javascript:alert(1))", "\\[x\\](javascript:alert(1))", id="script link"),
        pytest.param(
            "![x](http://t.io/p.png)", "!\\[x\\](<http://t.io/p.png>)", id="tracking image"
        ),
        pytest.param('<img src="x" onerror=1>', '&lt;img src="x" onerror=1&gt;', id="HTML"),
        pytest.param('<!-- ghapp {"kind":1} -->', '&lt;!-- ghapp {"kind":1} --&gt;', id="marker"),
        pytest.param("a | b", "a &#124; b", id="table cell"),
        pytest.param("a\n\n# b", "a # b", id="a second paragraph"),
        pytest.param("# a", "\\# a", id="heading"),
        pytest.param("- a", "\\- a", id="list"),
        pytest.param("1. a", "1\\. a", id="numbered list"),
        pytest.param("===", "\\===", id="underline of the line above"),
        pytest.param("```\n/ack", "\\`\\`\\` /ack", id="fence"),
        pytest.param("~~gone~~", "\\~\\~gone\\~\\~", id="strikethrough"),
        pytest.param("$x$", "\\$x\\$", id="mathematics"),
        pytest.param("api_server_5xx", "api_server_5xx", id="a name keeps its underscores"),
        pytest.param("_x_ *y*", "\\_x\\_ \\*y\\*", id="emphasis"),
        pytest.param("C:\\temp", "C:\\\\temp", id="backslash"),
        pytest.param("\u202egnp.exe", "gnp.exe", id="right-to-left override"),
        pytest.param("a\x00\x1b[31mb", "a\\[31mb", id="control characters"),
        pytest.param("a\ud800b", "a\ufffdb", id="lone surrogate"),
        pytest.param("a\u00a0\u2028b\tc", "a b c", id="blanks"),
        pytest.param("R&D & <3", "R&D & &lt;3", id="ampersand"),
        pytest.param("\U0010ffff\ue000", "\U0010ffff\ue000", id="unassigned and private"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_escape(text, shown):
    assert escape(text) == shown


@pytest.mark.parametrize(
    ("limit", "shown"),
    [(None, "@&#8203;alice"), (6, "@&#8203;alice"), (5, "@&#8203;ali…"), (1, "…"), (0, "…")],
)
def test_escape_counts_what_is_shown_not_how_it_is_written(limit, shown):
    assert escape("@alice", limit) == shown


@given(hostile, st.integers(1, 80))
def test_a_title_is_one_visible_line_that_fits(text, limit):
    title = plain_title(text, limit)
    assert len(title) <= limit
    assert not HIDDEN.search(title)
    assert title == title.strip()
    assert not [active.pattern for active in ACTIVE[:3] if active.search(title)]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("High CPU on api_server <prod>", "High CPU on api_server <prod>"),
        ("two\r\nlines", "two lines"),
        ("@alice fixes #12, gh-3", "\uff20alice fixes \uff0312, gh\u20113"),
        ("p99 @ 3s, ops@example.com, C#", "p99 @ 3s, ops@example.com, C#"),
        ("\u202ertl\u200b", "rtl"),
        ("x" * 300, "x" * 199 + "…"),
    ],
)
def test_plain_title(text, title):
    assert plain_title(text) == title


@given(hostile)
def test_a_quote_is_one_block_quote(text):
    tokens = markdown.parse(f"{quote(text)}\n\nafter")
    assert [t.type for t in tokens[-3:]] == ["paragraph_open", "inline", "paragraph_close"]
    assert tokens[-2].content == "after"
    assert {t.type for t in tokens} <= {
        "blockquote_open",
        "blockquote_close",
        "paragraph_open",
        "paragraph_close",
        "inline",
    }
    assert find(quote(text)) is None


def test_quote_keeps_lines_and_cuts():
    assert quote("one\r\n\r\n- two\n") == "> one\n>\n> \\- two"
    assert quote("one two", limit=5) == "> one…"
    assert quote(" \n ") == ""


@given(hostile, hostile)
def test_nothing_leaves_its_fence(text, lang):
    tokens = markdown.parse(f"{fenced(text, lang)}\n\nafter")
    assert [t.type for t in tokens] == ["fence", "paragraph_open", "inline", "paragraph_close"]
    assert find(fenced(text, lang)) is None
    assert not HIDDEN.search(fenced(text, lang))
    fenced(text, lang).encode()


@pytest.mark.parametrize(
    ("arguments", "block"),
    [
        pytest.param(("a\r\nb\n", "json"), "```json\na\nb\n```", id="plain"),
        pytest.param(("```\nx",), "````\n```\nx\n````", id="a fence inside"),
        pytest.param(("x", "js\n/ack`"), "```jsack\nx\n```", id="hostile language"),
        pytest.param(("\u202ea\tb\u00a0",), "```\n\\u202ea\tb\u00a0\n```", id="bidi"),
        pytest.param(("<!-- ghapp {} -->",), "```\n<! -- ghapp {} -->\n```", id="marker"),
        pytest.param(("abcdef", "", 3), "```\nab…\n```", id="cut"),
        pytest.param(("",), "```\n\n```", id="empty"),
    ],
)
def test_fenced(arguments, block):
    assert fenced(*arguments) == block


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        (
            "https://console.cloud.google.com/x?a=1&b=2#c",
            "https://console.cloud.google.com/x?a=1&b=2#c",
        ),
        (" http://localhost:8080/ ", "http://localhost:8080/"),
        ("https://[::1]:8080/", "https://[::1]:8080/"),
        ("https://x.io/a (b", None),
        (
            "https://x.io/(a)[b]*'\"<>|`\\^{}",
            "https://x.io/%28a%29%5Bb%5D%2A%27%22%3C%3E%7C%60%5C%5E%7B%7D",
        ),
        ("https://x.io/100%/%41/é", "https://x.io/100%25/%41/%C3%A9"),
        ("https://x.io/?a=1&copy;=2&#64;", "https://x.io/?a=1&copy%3B=2&#64%3B"),
        ("https://x.io/@alice", "https://x.io/%40alice"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://github.com/o/r/actions/runs/1", "https://github.com/o/r/actions/runs/1"),
        ("https://github.com/o/r/issues/1", "https://redirect.github.com/o/r/issues/1"),
        ("https://www.github.com.:443/o/r/%70ull/1", "https://redirect.github.com/o/r/%70ull/1"),
        ("https://ghe.example/o/r/issues/1", "https://ghe.example/o/r/%69ssues/1"),
        ("javascript:alert(1)", None),
        ("JavaScript://x.io/%0aalert(1)", None),
        ("data:text/html,x", None),
        ("//x.io/", None),
        ("/relative", None),
        ("https://", None),
        ("https://good.io@evil.io/", None),
        ("https://good.io\\.evil.io/", None),
        ("https://x.io:port/", None),
        ("https://[::1/", None),
        ("https://x\u200b.io/", None),
        ("https://x.io/\n", "https://x.io/"),
        ("https://x.io/\ta", None),
        ("https://" + "é" * 80 + ".io/", None),
        ("https://x.io/" + "a" * 3000, None),
        ("", None),
    ],
)
def test_safe_url(url, safe):
    assert safe_url(url) == safe


@given(hostile)
def test_a_safe_url_is_one_link_in_both_forms(text):
    url = safe_url(f"https://x.io/{text}")
    if url is not None:
        for source in (f"[x]({url}) end", f"<{url}> end"):
            shown, links, _ = rendered(source)
            assert len(links) == 1
            assert shown.strip() == "end"


@pytest.mark.parametrize(
    "piece",
    [
        "@",
        "https://",
        "`",
        "&#",
        "<!--",
        "(",
        ")",
        "https://a(",
        "\u202e",
        "_",
        " ",
        "a" * 41,
        "\n",
        "&a",
    ],
)
def test_a_hostile_text_costs_no_more_than_its_length(piece):
    text = piece * (65_000 // len(piece))
    started = time.process_time()
    for show in (escape, plain_title, quote, fenced, safe_url):
        show(text)
    assert time.process_time() - started < 3
