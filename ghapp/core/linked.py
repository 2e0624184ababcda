"""Which issues a pull request says it is about."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from ghapp.core.facts import RepoName
from ghapp.core.markdown_blocks import paragraphs
from ghapp.core.markdown_inline import spans
from ghapp.core.pull_request import Pull
from ghapp.core.review_facts import IssueRef

MOST: Final = 10
"""References that are followed: each may cost a call."""

_LINE_END: Final = re.compile(r"\r\n|\n|\r")
_LONGEST: Final = 65_536
"""GitHub's limit of a body."""
_REFERENCE: Final = re.compile(
    r"""
    (?<![\w/@\#.-])
    (?: (?P<closing> close[sd]? | fix(?:e[sd])? | resolve[sd]? ) (?: :\s* | \s+ ) )?
    (?: https?://(?P<host>[\w.:-]+)/(?P<of_url>[\w.-]+/[\w.-]+)/(?:issues|pull)/(?P<in_url>[0-9]{1,9})
      | (?P<repo>[\w.-]+/[\w.-]+)?\#(?P<number>[0-9]{1,9})
    ) (?![\w])
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
"""https://docs.github.com/en/issues/tracking-your-work-with-issues/using-issues/linking-a-pull-request-to-an-issue"""


@dataclass(frozen=True, slots=True)
class Reference:
    """An issue that is named; `closing` when merging the pull request closes it."""

    issue: IssueRef
    closing: bool


def references(pull: Pull) -> tuple[Reference, ...]:
    """The issues in the body, those that it closes first, each once; code, comments and quotes do not count."""
    found: dict[IssueRef, bool] = {}
    for text in _prose(pull.body[:_LONGEST]):
        for one in _in_text(text, pull):
            found[one.issue] = found.get(one.issue, False) or one.closing
    ordered = sorted(found.items(), key=lambda one: not one[1])
    return tuple(Reference(issue, closing) for issue, closing in ordered[:MOST])


def _in_text(text: str, pull: Pull) -> Iterator[Reference]:
    hosts = {"github.com", urlsplit(pull.url).netloc.casefold()}
    for match in _REFERENCE.finditer(text):
        host = match["host"]
        number = int(match["in_url"] or match["number"])
        if number and (host is None or host.casefold() in hosts):
            repo = match["of_url"] or match["repo"] or pull.repo
            same = repo.casefold() == pull.repo.casefold()
            issue = IssueRef(pull.repo if same else RepoName(repo), number)
            yield Reference(issue, match["closing"] is not None)


def _prose(body: str) -> Iterator[str]:
    """The paragraphs of a body, with a blank in place of code and comments."""
    for paragraph in paragraphs(_LINE_END.split(body)):
        if not paragraph.quoted:
            yield _without_code("\n".join(line for _, line in paragraph.lines))


def _without_code(text: str) -> str:
    kept, at = [], 0
    for start, end in spans(text):
        kept.append(text[at:start])
        at = end
    return " ".join((*kept, text[at:]))
