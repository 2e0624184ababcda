"""References in descriptions: which issues a pull request says it is about."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghapp.core.linked import MOST, references
from tests.support.reviews import pull


def said(body: str, url: str = "https://github.com/acme/shop/pull/12") -> list[str]:
    """The references as `repo#number`, with a `!` before those that are closed."""
    return [
        f"{'!' if one.closing else ''}{one.issue.repo}#{one.issue.number}"
        for one in references(pull(body=body, url=url))
    ]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("Closes #7", ["!acme/shop#7"]),
        ("fixes: #7, and resolved #8.", ["!acme/shop#7", "!acme/shop#8"]),
        ("Part of #7", ["acme/shop#7"]),
        ("See acme/web#3", ["acme/web#3"]),
        ("Closes ACME/Shop#3", ["!acme/shop#3"]),
        ("Fix https://github.com/acme/web/issues/3", ["!acme/web#3"]),
        ("https://github.com/acme/web/pull/3#issuecomment-1", ["acme/web#3"]),
        ("(#7)", ["acme/shop#7"]),
        ("- [ ] closes #7", ["!acme/shop#7"]),
        ("#7, later: closes #7", ["!acme/shop#7"]),
        ("#7 closes #8", ["!acme/shop#8", "acme/shop#7"]),
        ("nothing", []),
        ("", []),
        ("#0 and #", []),
        ("abc#7 and page.html#7 and ##7 and #7a", []),
        ("<!-- Closes #7 -->", []),
        ("text <!-- Closes #7 --> text", []),
        ("`Closes #7`", []),
        ("```\nCloses #7\n```", []),
        ("    Closes #7", []),
        ("> Closes #7", []),
        ("https://example.com/acme/web/issues/3", []),
        ("encloses #7", ["acme/shop#7"]),
    ],
)
def test_what_is_found(body: str, found: list[str]) -> None:
    assert said(body) == found


def test_the_host_is_that_of_the_pull_request() -> None:
    body = "https://github.acme.com/acme/web/issues/3"
    assert said(body, "https://github.acme.com/acme/shop/pull/12") == ["acme/web#3"]


def test_only_some_are_followed_those_first_that_are_closed() -> None:
    found = said(" ".join(f"#{number}" for number in range(1, 40)) + " closes #99")
    assert len(found) == MOST
    assert found[0] == "!acme/shop#99"


@given(st.text(alphabet="#7closes /.ab-`<>!\n", max_size=200))
def test_any_text_will_do(body: str) -> None:
    assert len(said(body)) <= MOST


@pytest.mark.parametrize(
    "piece", ["a/", "closes ", "#", "a.-", "<!--", "`", "`a` ", "https://", "#7 "]
)
def test_a_long_text_takes_no_longer_than_it_is_long(piece: str) -> None:
    began = process_time()
    said(piece * (60_000 // len(piece)))
    assert process_time() - began < 2
