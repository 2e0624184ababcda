"""Where a setting of OWNERS.yaml stands."""

import pytest

from ghapp.core.facts import RepoName
from ghapp.core.owners_file import OwnersFile

TEXT = """\
version: 1
areas:
  app:
    owner: alice
    paths:
      - "src/**"
      - "tests/**"
fallback_area: app
"""
FILE = OwnersFile.of(RepoName("acme/ops"), "feature/x 1", TEXT)


@pytest.mark.parametrize(
    ("setting", "line"),
    [
        pytest.param("version", 1, id="a key"),
        pytest.param("areas.app", 3, id="a section, at its name"),
        pytest.param("areas.app.owner", 4, id="within one"),
        pytest.param("areas.app.paths[1]", 7, id="of a list"),
        pytest.param("areas.app.paths[7]", 5, id="not that long a list"),
        pytest.param("areas.app.backup", 3, id="not there: the nearest around it"),
        pytest.param("areas.app.backup.more[0].still", 3, id="far from being there"),
        pytest.param("release.gate", None, id="a section that is not there"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_lines(setting: str, line: int | None) -> None:
    assert FILE.line(setting) == line


def test_the_way_to_it_names_the_commit() -> None:
    way = FILE.path("areas.app.owner")
    assert way == "acme/ops/blob/feature/x%201/OWNERS.yaml#L4"
    assert FILE.path("release") is None


def test_a_file_that_cannot_be_read_has_no_lines() -> None:
    assert OwnersFile.of(RepoName("acme/ops"), "a", "a: [").line("a") is None
