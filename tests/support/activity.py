"""What GitHub would act on in a Markdown text, found by rendering it: written independently of ghapp.core.text."""

import itertools
import re
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

_MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])

_ACTIVE = {
    "a mention": re.compile(r"(?:^|[^0-9A-Za-z_`])@[0-9A-Za-z]"),
    "a reference": re.compile(r"#[0-9]|(?:^|[^0-9A-Za-z_])gh-[0-9]", re.IGNORECASE),
    "a commit": re.compile(r"\b[0-9a-f]{40}\b", re.IGNORECASE),
    "a bare address": re.compile(r"https?://|www\.[a-z0-9]", re.IGNORECASE | re.ASCII),
}
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
_TRACKED = re.compile(r"/(issues|pulls?|discussions|commits?|compare)/", re.IGNORECASE)
_OUR_HTML = re.compile(
    r"\s*(<!-- ghapp[^>]* -->|<details><summary>[A-Za-z ]+</summary>|</details>)\s*"
)


def active(source: str) -> list[str]:
    """What in a text mentions, refers, links elsewhere than to web pages, hides, or is HTML that is not the app's."""
    found = ["something hidden" for _ in _HIDDEN.findall(source)]
    text: list[str] = []
    for token in _MARKDOWN.parse(source):
        if token.type == "html_block":
            left = _OUR_HTML.sub("", token.content)
            found += [f"HTML: {left.strip()}"] if left.strip() else []
        elif token.type == "heading_open":
            text.append("\n")
        text += [*_inline(token.children or [], found), "\n"]
    shown = "".join(text)
    return [*found, *(name for name, pattern in _ACTIVE.items() if pattern.search(shown))]


def _inline(tokens: list[Token], found: list[str]) -> list[str]:
    """The text of a line outside code and links."""
    text, inside_link = [], False
    for token in tokens:
        if token.type == "link_open":
            inside_link = True
            target = str(token.attrs["href"])
            if not target.startswith(("http://", "https://")):
                found.append(f"a link to {target}")
            if _TRACKED.search(urlsplit(target).path) and "//redirect.github.com/" not in target:
                found.append(f"a tracked link to {target}")
        elif token.type == "link_close":
            inside_link = False
        elif token.type == "image":
            found.append("an image")
        elif token.type == "html_inline" and not _OUR_HTML.fullmatch(token.content):
            found.append(f"HTML: {token.content}")
        elif token.type in {"text", "softbreak"}:
            text.append(token.content if token.type == "text" and not inside_link else " ")
        else:
            text.append(" ")
    return text


def headings(source: str) -> list[str]:
    """The headings of a text."""
    tokens = _MARKDOWN.parse(source)
    return [
        after.content for token, after in itertools.pairwise(tokens) if token.type == "heading_open"
    ]
