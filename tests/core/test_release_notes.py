"""What has changed, by commits and by GitHub's notes, in which titles can do nothing."""

import pytest

from ghapp.core.facts import Sha
from ghapp.core.release_notes import landed, safe
from ghapp.core.version import Bump, bump_of

A, B = Sha("a" * 40), Sha("b" * 40)


@pytest.mark.parametrize(
    ("message", "title", "pull", "merge"),
    [
        pytest.param("feat: more (#12)\n\nWhy.", "feat: more (#12)", 12, False, id="squashed"),
        pytest.param(
            "Merge pull request #12 from alice/x\n\nfeat: more",
            "Merge pull request #12 from alice/x",
            12,
            True,
            id="merged",
        ),
        pytest.param("fix: it, see #12", "fix: it, see #12", None, False, id="only spoken of"),
        pytest.param("", "", None, False, id="empty"),
    ],
)
def test_which_pull_request_brought_a_commit(
    message: str, title: str, pull: int | None, merge: bool
) -> None:
    (found,) = landed([(A, message)])
    assert (found.title, found.pull, found.merge) == (title, pull, merge)


def test_bringing_a_branch_up_to_another_is_no_change() -> None:
    commits = [(A, "Merge branch 'main' into x"), (B, "Merge remote-tracking branch 'o/m'")]
    assert landed(commits) == ()


def test_a_commit_is_a_change_by_what_it_says() -> None:
    (found,) = landed([(A, "feat: more\n\nBREAKING CHANGE: all")])
    assert bump_of(found.change) is Bump.MAJOR


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param(
            "* Fixes #7 by @alice in https://github.com/acme/ops/pull/12",
            "- Fixes #&#8203;7 (#12)",
            id="an entry",
        ),
        pytest.param(
            "* @alice made their first contribution in https://github.com/acme/ops/pull/12",
            "- @&#8203;alice made their first contribution (#12)",
            id="a newcomer",
        ),
        pytest.param("## What's Changed", "### What's Changed", id="a heading"),
        pytest.param(
            "**Full Changelog**: https://github.com/acme/ops/compare/v1...v2",
            "Full Changelog: <https://redirect.github.com/acme/ops/compare/v1...v2>",
            id="the address of all",
        ),
        pytest.param("**Look**: https://u@x.example", "", id="an address that poses"),
        pytest.param("- closes #7", "- closes #&#8203;7", id="another item"),
        pytest.param("<b>closes #7</b>", "&lt;b&gt;closes #&#8203;7&lt;/b&gt;", id="a line"),
        pytest.param("<!-- ghapp:end -->", "", id="a mark of ours"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_generated_notes_do_nothing(line: str, expected: str) -> None:
    assert safe(line) == expected


def test_paragraphs_stay_apart() -> None:
    assert safe("## A\n\n\n\n<!-- x -->\n* b") == "### A\n\n- b"
