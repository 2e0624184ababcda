"""How long the review standard thinks about a large pull request, and what a plain way of matching would take.

    python bench/review.py [--files 3000] [--patterns 200]

Prints CPU milliseconds: whose each file is, by the app and pattern by pattern with pathspec; the digest of the change;
and the whole verdict.
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pathspec import PathSpec

from ghapp.core.diff import digest
from ghapp.core.facts import RepoName, Sha
from ghapp.core.ownership import Ownership
from ghapp.core.pull_request import ChangedFile, Commit, Pull, Review
from ghapp.core.review import evaluate
from ghapp.core.review_facts import ReviewFacts
from ghapp.model.load import load
from ghapp.model.names import AreaName, Login
from ghapp.plugins import known_rules, review_rules

NOW = datetime(2026, 11, 24, tzinfo=UTC)
ROUNDS = 5
PER_AREA = 5
KINDS = (
    "services/part{n}/**",
    "lib/part{n}/*.py",
    "/config/part{n}.yaml",
    "*.part{n}",
    "**/part{n}/migrations/*.sql",
)


def paths_of(areas: int) -> tuple[tuple[AreaName, tuple[str, ...]], ...]:
    """Areas with a path of each kind: anchored ones, names at any depth, and some in between."""
    return tuple(
        (AreaName(f"area{n}"), tuple(kind.format(n=n) for kind in KINDS)) for n in range(areas)
    )


def files_of(count: int, areas: int) -> tuple[ChangedFile, ...]:
    """Files as in a large change, most of them some levels deep; one in ten is nobody's."""
    shapes = (
        "services/part{n}/src/handlers/file{i}.py",
        "services/part{n}/tests/unit/test_file{i}.py",
        "lib/part{n}/file{i}.py",
        "web/src/components/file{i}/file{i}.part{n}",
        "db/part{n}/migrations/{i}.sql",
    )
    patch = "@@ -1,4 +1,5 @@ def work():\n context\n-before\n+after\n+more\n context"
    files = []
    for i in range(count):
        shape = "other/deep/down/here/file{i}.txt" if i % 10 == 0 else shapes[i % len(shapes)]
        files.append(
            ChangedFile(
                path=shape.format(n=i % areas, i=i),
                status="modified",
                additions=2,
                deletions=1,
                sha=Sha("f" * 40),
                patch=patch,
            )
        )
    return tuple(files)


def naive(paths: Any, files: tuple[ChangedFile, ...]) -> int:
    """Ask every area's paths about every file."""
    specs = [PathSpec.from_lines("gitignore", globs) for _, globs in paths]
    return sum(spec.match_file(file.path) for file in files for spec in specs)


def facts_of(files: tuple[ChangedFile, ...], paths: Any) -> ReviewFacts:
    areas = ", ".join(f"{name}: {{owner: alice, paths: {list(globs)}}}" for name, globs in paths)
    text = (
        f"version: 1\nareas: {{{areas}}}\nfallback_area: {paths[0][0]}\n"
        "review: {fallback: bob, rules: {size: {}, tests: {}, runbook: {}, title: {}, fixup: {}}}\n"
    )
    model = load(text, rules=known_rules()).model
    assert model is not None
    head, bob, repo = Sha("a" * 40), Login("bob"), RepoName("acme/shop")
    pull = Pull(
        repo=repo, number=1, title="feat: everything", body="", author=bob, author_is_app=False,
        author_is_bot=False, head=head, head_branch="all", head_repo=repo, base="main", base_sha=head,
        open=True, draft=False, merged_at=None, merge_commit=None, labels=frozenset(), milestone=None,
        assignees=(), requested=(), requested_teams=(), created_at=NOW, updated_at=NOW,
    )  # fmt: skip
    commit = Commit(sha=head, message="All", author=bob, committer=bob, parents=(), at=NOW)
    review = Review(
        id=1, author=Login("alice"), author_is_bot=False, state="approved", commit=Sha("b" * 40), at=NOW
    )  # fmt: skip
    return ReviewFacts(
        pull=pull, model=model, now=NOW + timedelta(days=1), files=files, files_complete=True,
        commits=(commit,), commits_complete=True, reviews=(review,), diffs={Sha("b" * 40): digest(files)},
        waivers=(), issues={}, template=None, windows=(),
    )  # fmt: skip


def cpu(work: Callable[[], object]) -> float:
    """The least CPU time of some rounds, in milliseconds."""
    times = []
    for _ in range(ROUNDS):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return min(times) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=3000)
    parser.add_argument("--patterns", type=int, default=200)
    wanted = parser.parse_args()
    paths = paths_of(wanted.patterns // PER_AREA)
    files = files_of(wanted.files, len(paths))
    fallback = paths[0][0]
    facts = facts_of(files, paths)
    assert evaluate(replace(facts), review_rules()).reasons
    ours = cpu(lambda: Ownership(paths, fallback).touched(files))
    plain = cpu(lambda: naive(paths, files))
    print(f"{wanted.files} files, {wanted.patterns} patterns; CPU milliseconds")
    print(f"  whose they are             {ours:8.1f}")
    print(f"  the same, pattern by pattern {plain:6.1f}   {plain / ours:.0f} times as long")
    print(f"  the digest of the change   {cpu(lambda: digest(files)):8.1f}")
    verdict = cpu(lambda: evaluate(replace(facts), review_rules()))
    print(f"  the whole verdict          {verdict:8.1f}")


if __name__ == "__main__":
    main()
