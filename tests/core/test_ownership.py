"""Whose a file is: the most specific path wins, over all areas."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghapp.core.ownership import Ownership, ownership
from ghapp.model.glob_index import any_of
from ghapp.model.names import AreaName
from ghapp.model.overlap import specificity
from tests.support.reviews import changed, model

FALLBACK = AreaName("project")


def owned(**paths: list[str]) -> Ownership:
    return Ownership(
        tuple((AreaName(name), tuple(globs)) for name, globs in paths.items()), FALLBACK
    )


@pytest.mark.parametrize(
    ("path", "area"),
    [
        ("deploy/app.yaml", "deployment"),
        ("deploy/nested/far/app.yaml", "deployment"),
        ("Dockerfile", "deployment"),
        ("services/api/Dockerfile", "deployment"),
        ("billing/prices.py", "billing"),
        ("billing/deploy/app.yaml", "billing"),
        ("README.md", "project"),
    ],
)
def test_a_file_of_the_example(path: str, area: str) -> None:
    assert ownership(model()).area_of(path) == area


@pytest.mark.parametrize(
    ("paths", "path", "area"),
    [
        pytest.param(
            {"a": ["docs/**"], "b": ["docs/runbooks/**"]},
            "docs/runbooks/x.md",
            "b",
            id="V07 a later area that is more specific",
        ),
        pytest.param(
            {"a": ["docs/runbooks/**"], "b": ["docs/**"]},
            "docs/runbooks/x.md",
            "a",
            id="V07 a later area that is less specific",
        ),
        pytest.param(
            {"a": ["docs/a*"], "b": ["docs/*b"]}, "docs/ab", "a", id="V07 as specific: the first"
        ),
        pytest.param({"a": ["docs/"]}, "src/docs/x", "a", id="V07 a directory at any depth"),
        pytest.param({"a": ["docs/"]}, "docs", "project", id="V07 a file is no directory"),
        pytest.param({"a": ["/docs"]}, "src/docs/x", "project", id="V07 only at the root"),
        pytest.param({"a": ["/Makefile"]}, "Makefile", "a", id="V07 a file at the root"),
        pytest.param(
            {"a": ["**/migrations/*.sql"]}, "x/y/migrations/1.sql", "a", id="V07 in between"
        ),
        pytest.param(
            {"a": ["docs/**", "!docs/api/**"], "b": ["*"]},
            "docs/api/x",
            "b",
            id="V07 what one area takes out is another's",
        ),
        pytest.param(
            {"a": ["!docs/api/**", "docs/**"], "b": ["*"]},
            "docs/api/x",
            "a",
            id="V07 a later line overrules",
        ),
        pytest.param({"a": ["docs/**"]}, "src/x.py", "project", id="V07 nobody's: the fallback's"),
        pytest.param({"a": ["*"]}, "odd\nname/x", "a", id="V07 a name with a line end"),
        pytest.param({"a": ["x/**"]}, "x/odd\nname/y", "a", id="V07 a line end below"),
    ],
)
def test_areas(paths: dict[str, list[str]], path: str, area: str) -> None:
    assert owned(**paths).area_of(path) == area


def test_what_a_pull_request_touches() -> None:
    touched = ownership(model()).touched(
        [
            changed("billing/new.py", previous="deploy/old.py", status="renamed"),
            changed("billing/prices.py"),
            changed("README.md"),
        ]
    )
    assert touched == {
        "billing": ("billing/new.py", "billing/prices.py"),
        "deployment": ("deploy/old.py",),
        "project": ("README.md",),
    }


def test_it_is_made_ready_once() -> None:
    assert ownership(model()) is ownership(model("review: {approvals: 0}"))


WORDS = st.sampled_from(["a", "b", "ab", "ba"])
globs = st.builds(
    lambda sign, lead, inner, tail: sign + lead + "/".join(inner) + tail,
    st.sampled_from(["", "", "", "!"]),
    st.sampled_from(["", "/"]),
    st.lists(WORDS | st.sampled_from(["*", "a*", "*b", "?", "**"]), min_size=1, max_size=3),
    st.sampled_from(["", "/", "/**"]),
)
areas = st.lists(st.lists(globs, max_size=4), max_size=4)
paths = st.lists(WORDS, min_size=1, max_size=4).map("/".join)


def one_by_one(found: dict[str, list[str]], path: str) -> str:
    """The definition, as slow as it is plain."""
    best: Any = (None, FALLBACK)
    for name, of_area in found.items():
        if any_of(tuple(of_area))(path):
            for glob in of_area:
                more = best[0] is None or specificity(glob) > best[0]
                if glob[0] != "!" and any_of((glob,))(path) and more:
                    best = (specificity(glob), name)
    return str(best[1])


@given(globs=areas, files=st.lists(paths, max_size=6))
def test_the_fast_way_is_the_plain_one(globs: list[list[str]], files: list[str]) -> None:
    found = {f"area{number}": of_area for number, of_area in enumerate(globs)}
    touched = owned(**found).touched([changed(path) for path in files])
    for path in files:
        assert path in touched[AreaName(one_by_one(found, path))]
