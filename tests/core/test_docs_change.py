"""Whether a pull request only says that somebody has read a document over."""

import pytest

from ghapp.core.docs_change import Kind, Wanted, is_redated, kind_of, redated, unapproved
from ghapp.core.facts import Sha
from ghapp.core.pull_request import ChangedFile
from ghapp.model.names import Login
from tests.core.test_docs_review import ALICE, BOB, CAROL, MODEL

MOVED = "@@ -1,4 +1,4 @@\n ---\n-reviewed: 2026-01-01\n+reviewed: 2026-11-22\n ---\n # A"
NEW = "@@ -1,2 +1,6 @@\n+---\n+reviewed: 2026-11-22\n+---\n+\n # A\n text"


def changed(patch: str, path: str = "docs/runbooks/a.md", status: str = "modified") -> ChangedFile:
    return ChangedFile(path=path, status=status, sha=Sha("0" * 40), patch=patch)


@pytest.mark.parametrize(
    ("file", "only"),
    [
        pytest.param(changed(MOVED), True, id="D04 the date has moved"),
        pytest.param(changed(NEW), True, id="D04 front matter is new"),
        pytest.param(changed(MOVED.replace("\n", "\r\n")), True, id="CRLF"),
        pytest.param(changed(MOVED.replace("@@ -1,4 +1,4 @@", "@@ -3,4 +3,4 @@")), True, id="the date further down"),
        pytest.param(changed(NEW.replace("-1,2 +1,6", "-9,2 +9,6")), False, id="a rule in the text"),
        pytest.param(changed(NEW.replace("+\n", "+\n+\n")), False, id="more lines than a frame has"),
        pytest.param(changed(MOVED + "\n-old\n+new"), False, id="the text as well"),
        pytest.param(changed(MOVED + "\n+title: A"), False, id="another key"),
        pytest.param(changed("@@ -1 +1 @@\n+---"), False, id="no date"),
        pytest.param(changed(MOVED, status="renamed"), False, id="renamed"),
        pytest.param(changed(""), False, id="not shown"),
    ],
)  # fmt: skip
def test_d04_only_the_date(file: ChangedFile, only: bool) -> None:
    assert is_redated(file) is only
    assert kind_of(file) is (Kind.RECONFIRMED if only else Kind.UPDATED)


def test_d04_the_owner_of_each_has_to_approve() -> None:
    files = [
        changed(MOVED),
        changed(MOVED, "docs/a.md"),
        changed("@@ -1 +1 @@\n-a\n+b", "docs/b.md"),
        changed(MOVED, "src/a.md"),
    ]
    assert redated(files, MODEL) == (Wanted("docs/runbooks/a.md", ALICE), Wanted("docs/a.md", BOB))
    assert redated(files[:1], MODEL, {ALICE}) == (Wanted("docs/runbooks/a.md", CAROL),)


@pytest.mark.parametrize(
    ("author", "approvers", "missing"),
    [
        pytest.param(CAROL, {Login("Alice")}, 0, id="the owner approved"),
        pytest.param(ALICE, set(), 0, id="the owner wrote it"),
        pytest.param(CAROL, {BOB}, 1, id="D04 somebody else approved"),
    ],
)
def test_d04_unapproved(author: Login, approvers: set[Login], missing: int) -> None:
    assert len(unapproved([Wanted("a", ALICE)], author, approvers)) == missing
