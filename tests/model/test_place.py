"""From a setting to its line."""

import pytest

from ghapp.model.document import read
from ghapp.model.place import line_of

TEXT = """\
version: 1
areas:
  a.b:
    paths: [x,
      y]
  a: {owner: alice}
review:
  rules:
    title: {}
"""


@pytest.mark.parametrize(
    ("setting", "line"),
    [
        pytest.param("review.rules.title", 9, id="a setting"),
        pytest.param("areas.a.owner", 6, id="on a line with others"),
        pytest.param("areas.a.b.paths", 4, id="a key with a dot"),
        pytest.param("areas.a.b.paths[1]", 5, id="a member of a list"),
        pytest.param("areas.a.b.paths[10]", 4, id="a member that it does not have"),
        pytest.param("review.rules.size", 8, id="a key that it does not have"),
        pytest.param("areas.ab", 2, id="one that only begins like another"),
        pytest.param("version.x", 1, id="something below a value"),
        pytest.param("release.freezes[0]", None, id="a section that it does not have"),
        pytest.param("#12", None, id="no setting"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_the_line_of(setting: str, line: int | None) -> None:
    assert line_of(read(TEXT), setting) == line


def test_an_empty_file_has_no_lines() -> None:
    assert line_of(read(""), "review") is None
