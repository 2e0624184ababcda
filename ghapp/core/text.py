"""Makes text from outside safe to show on GitHub, and still readable.

What a sender writes is data. Shown through these functions it can't mention anybody, refer to an issue
or a commit, close an issue, leave its fence, cell or quote, become HTML, forge a marker, or hide.

GitHub looks for references in the *rendered* text, so neither a backslash nor an entity in its place
stops `@alice`: a zero-width space behind the `@` does, as Dependabot and Renovate do it. It is written
as an entity, for all to see who look at the source. What GitHub makes a link of:
https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting/autolinked-references-and-urls
"""

import re
import unicodedata
from urllib.parse import quote as percent_encode
from urllib.parse import unquote, urlsplit, urlunsplit

ZERO_WIDTH = "\u200b"
_LINE_END = re.compile(r"\r\n|\n|\r")

# --- inline text


def escape(text: str, limit: int | None = None) -> str:
    """One line of Markdown that shows `text` as it is: for list items, table cells and sentences.

    Line ends and runs of blanks become one space; characters that can't be seen are dropped. Web
    addresses stay links, as far as `safe_url` has a form for them. `limit` counts the characters of
    `text` that are shown; escaped they are more.
    """
    line = _shorten(_one_line(text), limit)
    return _at_line_start(_TOKEN.sub(_defuse, line)).replace(ZERO_WIDTH, f"&#{ord(ZERO_WIDTH)};")


def unescape(markdown: str) -> str:
    """The text of which `escape` made a line; of what people changed in that line, something like it."""
    return _ESCAPED.sub(_plain, markdown).replace(ZERO_WIDTH, "")


def plain_title(text: str, limit: int = 200) -> str:
    """`text` as the title of an issue: one line of at most `limit` characters, none of them invisible.

    Markdown does not count in titles, so a mention or reference is spelt with the full-width
    form of its sign. GitHub takes titles of 256 characters; the default leaves room for a prefix.
    """
    return _shorten(_TITLE_REFERENCE.sub(_look_alike, _one_line(text)), limit)


def quote(text: str, limit: int | None = None) -> str:
    """`text` as a block quote, line by line. What follows it needs a blank line before it."""
    shown = _shorten(text.strip(), limit)
    return (
        "\n".join(f"> {escape(line)}".rstrip() for line in _LINE_END.split(shown)) if shown else ""
    )


_TOKEN = re.compile(
    r"""
      (?P<url> https?://[^\s<>"'`\\|]* )
    | (?P<sha> (?<![0-9a-z]) [0-9a-f]{40} (?!(?!https?://)[0-9a-z]) )
    | (?P<reference> (?<![0-9a-z])@ | (?<=[0-9a-f]{40})@ | \#(?=\d) | (?<![0-9a-z])gh-(?=\d) | www\. )
    | (?P<entity> [<>|] | &(?=[\#0-9a-z]+;) )
    | (?P<punctuation> [\\`*\[\]~$] | (?<![0-9a-z])_ | (?<=[0-9a-f]{40})_ | _(?![0-9a-z]) )
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
_ESCAPED = re.compile(
    r"<(?P<url>https?://[^<>\s]*)>|`(?P<sha>[0-9a-fA-F]{40})`|&\#(?P<number>8203|124);|&(?P<name>lt|gt|amp);"
    r"|\\(?P<punctuation>[\\`*\[\]~$_\-+=\#:.)])"
)
_TITLE_REFERENCE = re.compile(
    r"(?<!\w)@(?=[0-9a-z]) | \#(?=\d) | (?<![0-9a-z])gh-(?=\d)",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
_LOOK_ALIKES = {"@": "\uff20", "#": "\uff03", "-": "\u2011"}
_ENTITIES = {"<": "&lt;", ">": "&gt;", "|": "&#124;", "&": "&amp;"}
_SENTENCE_END = ".,:;!?*_~]}…"
_LINE_START = re.compile(r"([-+=#:])|(\d{1,9})([.)])")


def _defuse(token: re.Match[str]) -> str:
    match token.lastgroup:
        case "url":
            return _link(token[0])
        case "sha":  # in code GitHub leaves it alone, and it can still be copied
            return f"`{token[0]}`"
        case "reference":
            return _join(token)
        case "entity":
            return _ENTITIES[token[0]]
        case _:
            return f"\\{token[0]}"


def _join(token: re.Match[str]) -> str:
    return token[0] + ZERO_WIDTH


def _look_alike(token: re.Match[str]) -> str:
    return token[0][:-1] + _LOOK_ALIKES[token[0][-1]]


def _link(found: str) -> str:
    """An address in running text, without the punctuation that ends the sentence around it."""
    address = found.rstrip(_SENTENCE_END)
    if address.count(")") > address.count("("):
        address = address[: address.rindex(")")].rstrip(_SENTENCE_END)
    url = safe_url(address)
    shown = (
        _TOKEN.sub(_defuse, address.replace("://", f":{ZERO_WIDTH}//"))
        if url is None
        else f"<{url}>"
    )
    return shown + _TOKEN.sub(_defuse, found[len(address) :])


def _plain(found: re.Match[str]) -> str:
    match found.lastgroup:
        case "number":
            return chr(int(found["number"]))
        case "name":
            return {"lt": "<", "gt": ">", "amp": "&"}[found["name"]]
        case group:
            return found[group or 0]


def _at_line_start(line: str) -> str:
    """Keep the first characters of a line from beginning a list, a heading, a rule or a table."""
    start = _LINE_START.match(line)
    if start is None:
        return line
    bullet, number, dot = start.groups()
    return (f"\\{bullet}" if bullet else f"{number}\\{dot}") + line[start.end() :]


def _one_line(text: str) -> str:
    seen = text if text.isprintable() else "".join(map(_seen, text))
    return " ".join(seen.split())


def _seen(character: str) -> str:
    """A character of a line: a blank is a space, an invisible one (bidi, zero width, control) nothing."""
    if character.isprintable():
        return character
    if character.isspace():
        return " "
    return {"Cc": "", "Cf": "", "Cs": "\ufffd"}.get(unicodedata.category(character), character)


def _shorten(text: str, limit: int | None) -> str:
    if limit is None or len(text) <= limit:
        return text
    return f"{text[: max(limit - 1, 0)].rstrip()}…"


# --- blocks


def fenced(text: str, lang: str = "", limit: int | None = None) -> str:
    """`text` as a block of code, in a fence that nothing inside can close.

    Invisible characters are spelt out by number, and `<!--` gets a space, since a marker is looked
    for line by line. GitHub looks for no references in code. `limit` is as in `escape`.
    """
    code = _LINE_END.sub("\n", _shorten(text, limit)).rstrip("\n").replace("<!--", "<! --")
    if not code.isprintable():
        code = "".join(map(_spelt, code))
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", code)), default=0))
    return f"{fence}{re.sub('[^0-9A-Za-z+_.-]', '', lang)}\n{code}\n{fence}"


def _spelt(character: str) -> str:
    if character.isprintable() or character in "\n\t":
        return character
    hidden = unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"}
    return f"\\u{ord(character):04x}" if hidden else character


# --- addresses

_URL_LIMIT = 2048
_HOST = re.compile(r"[0-9a-z._-]+|[0-9a-f:.]+")
_GITHUB = {"github.com", "www.github.com", "redirect.github.com"}
_TRACKED = re.compile(r"/(issues|pulls?|discussions|commits?|compare)(?=/)", re.IGNORECASE)
_BARE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ENTITY_END = re.compile(r"(&[#0-9A-Za-z]+);")


def safe_url(url: str) -> str | None:
    """`url` fit for a Markdown link (`[text](url)` or `<url>`), or None when it should not be one.

    Only http and https, without a user name (which could pose as the host) and without anything
    invisible; what Markdown could misread is percent-encoded. A link to an issue or pull request makes
    an entry there, so on GitHub it goes through redirect.github.com, which does not; elsewhere, for
    GitHub Enterprise, a letter of the path is percent-encoded, which is the same address (RFC 3986,
    6.2.2.2) but not the form that is looked for.
    """
    url = url.strip()
    if len(url) > _URL_LIMIT or " " in url or not url.isprintable():
        return None
    try:
        parts = urlsplit(url)
        host, port = _ascii_host(parts.hostname or ""), parts.port
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or "@" in parts.netloc or not _HOST.fullmatch(host):
        return None
    path = _encoded(parts.path)
    if host.rstrip(".") in _GITHUB and _TRACKED.search(unquote(path)):
        host, port = "redirect.github.com", None
    else:
        path = _TRACKED.sub(_respelt, path)
    netloc = f"[{host}]" if ":" in host else host
    netloc += "" if port is None else f":{port}"
    safe = (parts.scheme, netloc, path, _encoded(parts.query), _encoded(parts.fragment))
    return _ENTITY_END.sub(r"\1%3B", urlunsplit(safe))


def _respelt(found: re.Match[str]) -> str:
    return f"/%{ord(found[1][0]):02X}{found[1][1:]}"


def _ascii_host(host: str) -> str:
    """The host as DNS knows it, so that no letter poses as another one; UnicodeError when it can't be one."""
    return host if host.isascii() else host.encode("idna").decode("ascii")


def _encoded(part: str) -> str:
    return percent_encode(_BARE_PERCENT.sub("%25", part), safe="%/?:#!&+,;=")
