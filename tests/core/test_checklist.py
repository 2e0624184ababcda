"""Checklists: which boxes hold a release back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghapp.core.checklist import Box, Boxes, boxes

BODY = """
Release of Tuesday.

- [ ] nobody's

## Before release

- [x] Notes are written
* [ ] Support knows of it
### Of the database
  1. [ ] The index is built
- no box
- [] none either
```
- [ ] code
~~~
````

## After release

- [ ] Dashboards are quiet
- [X] Customers are told

## Notes

- [ ] again nobody's
"""


def test_g09_only_what_is_before_the_release_is_open() -> None:
    found = boxes(BODY)
    assert found.open == ("Support knows of it", "The index is built")
    assert found == Boxes(
        (Box("Notes are written", True), Box("Support knows of it", False), Box("The index is built", False)),
        (Box("Dashboards are quiet", False), Box("Customers are told", True)),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("body", "before", "after"),
    [
        pytest.param("", 0, 0, id="nothing"),
        pytest.param("- [ ] a", 0, 0, id="without a heading"),
        pytest.param(
            "# before\r\n- [ ] a\r\n# AFTER\r\n- [ ] b", 1, 1, id="any case, any line end"
        ),
        pytest.param("## Before release ##\n- [ ] a", 1, 0, id="a closed heading"),
        pytest.param("# After\n## Before lunch\n- [ ] a", 0, 1, id="a heading below another"),
        pytest.param("## After\n# Before\n- [ ] a", 1, 0, id="a heading above another"),
        pytest.param("# Beforehand\n- [ ] a", 0, 0, id="another word"),
        pytest.param("# Before\n~~~\n- [ ] a\n~~~ x\n- [ ] b", 0, 0, id="code without an end"),
        pytest.param("# Before\n- [ ] ", 0, 0, id="an empty box"),
    ],
)
def test_sections(body: str, before: int, after: int) -> None:
    found = boxes(body)
    assert (len(found.before), len(found.after)) == (before, after)


@given(st.text(alphabet="# \n-[]xbefore`~after1.", max_size=200))
def test_any_text_is_read(body: str) -> None:
    found = boxes(body)
    assert len(found.open) <= len(found.before)
