"""The digest of a change: what alters it, and what does not."""

from dataclasses import replace

import pytest

from ghapp.core.diff import digest
from ghapp.core.facts import Sha
from ghapp.core.pull_request import ChangedFile
from tests.support.reviews import changed

PATCH = "@@ -10,3 +10,3 @@ def price():\n same\n-one\n+two\n same"
FILE = changed("a.py", patch=PATCH)
OTHER = changed("b.py")


def test_the_order_does_not_matter() -> None:
    assert digest([FILE, OTHER]) == digest([OTHER, FILE])


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(
            replace(FILE, patch=PATCH.replace("-10,3 +10,3", "-92,3 +95,3")), id="V03 moved"
        ),
        pytest.param(
            replace(FILE, patch=PATCH.replace(" def price():", "")), id="V03 in another function"
        ),
        pytest.param(replace(FILE, sha=Sha("9" * 40)), id="V03 the rest of the file is another"),
    ],
)
def test_the_same_change(other: ChangedFile) -> None:
    assert digest([FILE, OTHER]) == digest([other, OTHER])


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(replace(FILE, patch=PATCH.replace("two", "three")), id="V03 another line"),
        pytest.param(replace(FILE, patch=PATCH.replace("+two", "+ two")), id="V03 a blank"),
        pytest.param(replace(FILE, patch=PATCH.replace(" same", " else")), id="V03 around it"),
        pytest.param(replace(FILE, path="c.py"), id="V03 another file"),
        pytest.param(replace(FILE, previous="c.py", status="renamed"), id="V03 a rename"),
        pytest.param(replace(FILE, status="removed"), id="V03 a removal"),
        pytest.param(replace(FILE, patch=""), id="V03 no patch"),
    ],
)
def test_another_change(other: ChangedFile) -> None:
    assert digest([FILE, OTHER]) != digest([other, OTHER])
    assert digest([FILE]) != digest([FILE, OTHER])


@pytest.mark.parametrize(
    "file",
    [
        pytest.param(changed("a.png", patch="", additions=0, deletions=0), id="V03 a picture"),
        pytest.param(changed("a.py", patch=PATCH, additions=900), id="V03 a patch that is cut off"),
    ],
)
def test_what_has_no_whole_patch_counts_by_its_blob(file: ChangedFile) -> None:
    assert digest([file]) != digest([replace(file, sha=Sha("9" * 40))])
