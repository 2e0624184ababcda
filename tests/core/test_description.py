"""Descriptions by their headings, and what in them somebody has written."""

from time import process_time

import pytest

from ghapp.core.description import sections, unwritten

TEMPLATE = """\
<!-- Thank you! -->
## Why
<!-- Which trouble does it end? -->

## How it was tested
- [ ] by hand
- [ ] by a test
Say how.

## Notes (optional)
"""


def test_sections() -> None:
    text = "Before\r\n# One #\nfirst\n```\n# no heading\n```\n## Two\n##three"
    assert {name: [one for one in lines if one] for name, lines in sections(text).items()} == {
        "": ["Before"],
        "One": ["first", "```", "# no heading", "```"],
        "Two": ["##three"],
    }


def test_a_comment_that_does_not_end_hides_the_rest() -> None:
    assert "Why" not in sections("text <!-- \n## Why")


@pytest.mark.parametrize(
    ("body", "missing"),
    [
        pytest.param(TEMPLATE, ("Why", "How it was tested"), id="untouched"),
        pytest.param("", ("Why", "How it was tested"), id="empty"),
        pytest.param(
            "## Why\nPrices are off.\n## How it was tested\n- [x] by a test", (), id="written"
        ),
        pytest.param(
            "### WHY\nPrices are off.\n## how it was tested\nA test.", (), id="in other letters"
        ),
        pytest.param(
            TEMPLATE.replace("Say how.", "With a calculator."), ("Why",), id="one of them"
        ),
        pytest.param(
            "## Why\n<!-- Prices -->\n## How it was tested\nn/a",
            ("Why", "How it was tested"),
            id="fillers",
        ),
        pytest.param(
            "Why: prices are off. How it was tested: yes",
            ("Why", "How it was tested"),
            id="no headings",
        ),
    ],
)
def test_what_is_not_written(body: str, missing: tuple[str, ...]) -> None:
    assert unwritten(body, ("Why", "How it was tested"), TEMPLATE) == missing


@pytest.mark.parametrize("piece", ["#", " #", "<!--", "- [ ]", "`", "\n# x"])
def test_a_long_text_takes_no_longer_than_it_is_long(piece: str) -> None:
    began = process_time()
    sections("# " + piece * (60_000 // len(piece)) + "x")
    assert process_time() - began < 2
