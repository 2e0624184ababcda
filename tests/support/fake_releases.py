"""The part of the fake GitHub that is about releases, tags and branches."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ghapp.core.facts import RepoName, Sha
from ghapp.github.errors import AlreadyThere, NotFound
from ghapp.github.gateway_releases import Comparison, LoggedCommit, Notes, Release
from ghapp.github.priority import Priority
from ghapp.model.names import Login
from tests.support.fake_repositories import FakeRepositories, Logged

MOST_FILES = 300


@dataclass
class FakeReleases(FakeRepositories):
    """`ReleaseGateway`. `notes` is what GitHub generates."""

    releases: dict[tuple[RepoName, int], Release] = field(default_factory=dict)
    tags: dict[tuple[RepoName, str], Sha] = field(default_factory=dict)
    notes: Notes = field(default_factory=lambda: Notes("Release", "## What's Changed\n"))

    # What a test arranges

    def person_releases(self, repo: RepoName, *, author: Login, tag: str, sha: Sha) -> Release:
        """A release that a person published."""
        return self._publish(repo, author, tag=tag, target=sha, name=tag, body="", prerelease=False)

    # The gateway

    async def list_releases(
        self, repo: RepoName, *, priority: Priority = Priority.NORMAL
    ) -> Sequence[Release]:
        """The newest first."""

        def work() -> list[Release]:
            mine = [one for (name, _), one in self.releases.items() if name == repo]
            return sorted(mine, key=lambda one: -one.id)[:100]

        return self.read("list_releases", {"repo": repo}, priority, work)

    async def release_of_tag(
        self, repo: RepoName, tag: str, *, priority: Priority = Priority.NORMAL
    ) -> Release | None:
        """The one of that tag."""
        args = {"repo": repo, "tag": tag}
        return self.read("release_of_tag", args, priority, lambda: self._of_tag(repo, tag))

    async def create_release(
        self,
        repo: RepoName,
        *,
        tag: str,
        target: Sha,
        name: str,
        body: str,
        prerelease: bool = False,
        priority: Priority = Priority.NORMAL,
    ) -> Release:
        """A release by the App."""
        given: dict[str, Any] = {"tag": tag, "target": target, "name": name, "body": body}
        given["prerelease"] = prerelease
        return self.write(
            "create_release",
            {"repo": repo, **given},
            priority,
            lambda: self._publish(repo, self.bot, **given),
        )

    async def edit_release(
        self,
        repo: RepoName,
        release_id: int,
        *,
        name: str | None = None,
        body: str | None = None,
        prerelease: bool | None = None,
        priority: Priority = Priority.NORMAL,
    ) -> Release:
        """Changes what is given."""

        def work() -> Release:
            if (repo, release_id) not in self.releases:
                raise NotFound
            changes: dict[str, Any] = {
                key: value for key, value in given.items() if value is not None
            }
            self.releases[repo, release_id] = replace(self.releases[repo, release_id], **changes)
            return self.releases[repo, release_id]

        given = {"name": name, "body": body, "prerelease": prerelease}
        args = {"repo": repo, "release_id": release_id, **given}
        return self.write("edit_release", args, priority, work)

    async def tag(
        self, repo: RepoName, name: str, *, priority: Priority = Priority.NORMAL
    ) -> Sha | None:
        """What it names."""
        args = {"repo": repo, "name": name}
        return self.read("tag", args, priority, lambda: self.tags.get((repo, name)))

    async def list_tags(
        self, repo: RepoName, *, prefix: str = "", priority: Priority = Priority.NORMAL
    ) -> Sequence[str]:
        """By name."""

        def work() -> list[str]:
            return sorted(tag for name, tag in self.tags if name == repo and tag.startswith(prefix))

        return self.read("list_tags", {"repo": repo, "prefix": prefix}, priority, work)

    async def create_tag(
        self, repo: RepoName, name: str, sha: Sha, *, priority: Priority = Priority.NORMAL
    ) -> None:
        """Names a commit."""

        def work() -> None:
            if (repo, name) in self.tags:
                raise AlreadyThere(422, "Reference already exists")
            self.tags[repo, name] = sha

        self.write("create_tag", {"repo": repo, "name": name, "sha": sha}, priority, work)

    async def branch_head(
        self, repo: RepoName, name: str, *, priority: Priority = Priority.NORMAL
    ) -> Sha | None:
        """The newest commit."""

        def work() -> Sha | None:
            known = self.log.get((repo, name))
            return known[-1].sha if known else None

        return self.read("branch_head", {"repo": repo, "name": name}, priority, work)

    async def begin_branch(
        self, repo: RepoName, name: str, sha: Sha, *, priority: Priority = Priority.NORMAL
    ) -> None:
        """The history up to that commit, with the files of the default branch."""

        def work() -> None:
            if (repo, name) in self.log:
                raise AlreadyThere(422, "Reference already exists")
            self.log[repo, name] = self._history(repo, sha)
            files = {path: [*had] for (owner, path), had in self.files.items() if owner == repo}
            self.branches[repo, name] = files

        self.write("begin_branch", {"repo": repo, "name": name, "sha": sha}, priority, work)

    async def commit_nothing(
        self, repo: RepoName, parent: Sha, *, message: str, priority: Priority = Priority.NORMAL
    ) -> Sha:
        """A history of its own, which a branch may take."""

        def work() -> Sha:
            history = self._history(repo, parent)
            count = sum(map(len, self.log.values())) + 1
            sha = Sha(hashlib.sha1(f"{repo} {parent} {count}".encode()).hexdigest())
            self.log[repo, sha] = [*history, Logged(sha, message, self.bot, (), self.clock)]
            return sha

        args = {"repo": repo, "parent": parent, "message": message}
        return self.write("commit_nothing", args, priority, work)

    async def compare(
        self, repo: RepoName, base: str, head: str, *, priority: Priority = Priority.NORMAL
    ) -> Comparison:
        """By the histories of both."""

        def work() -> Comparison:
            ours, theirs = self._history(repo, base), self._history(repo, head)
            ahead = [one for one in theirs if one not in ours]
            common = [one for one in theirs if one in ours]
            paths = dict.fromkeys(path for one in ahead for path in one.paths)
            return Comparison(
                base=ours[-1].sha,
                merge_base=common[-1].sha,
                ahead_by=len(ahead),
                behind_by=len([one for one in ours if one not in theirs]),
                commits=tuple(
                    LoggedCommit(sha=o.sha, message=o.message, author=o.author) for o in ahead
                ),
                paths=tuple(sorted(paths))[:MOST_FILES],
                complete=len(paths) < MOST_FILES,
            )

        return self.read("compare", {"repo": repo, "base": base, "head": head}, priority, work)

    async def generated_notes(
        self,
        repo: RepoName,
        *,
        tag: str,
        target: str,
        previous: str | None = None,
        priority: Priority = Priority.NORMAL,
    ) -> Notes:
        """Always the same."""
        args = {"repo": repo, "tag": tag, "target": target, "previous": previous}
        return self.write("generated_notes", args, priority, lambda: self.notes)

    def _publish(
        self,
        repo: RepoName,
        author: Login,
        *,
        tag: str,
        target: Sha,
        name: str,
        body: str,
        prerelease: bool,
    ) -> Release:
        if self._of_tag(repo, tag) is not None:
            error = {"resource": "Release", "code": "already_exists", "field": "tag_name"}
            raise AlreadyThere(422, "Validation Failed", [error])
        self.tags.setdefault((repo, tag), target)
        release = Release(
            id=1 + max((number for _, number in self.releases), default=0),
            tag=tag,
            name=name,
            body=body,
            target=target,
            draft=False,
            prerelease=prerelease,
            author=author,
            author_is_app=author == self.bot,
            created_at=self.clock,
            published_at=self.clock,
            url=f"https://github.example/{repo}/releases/tag/{tag}",
        )
        self.releases[repo, release.id] = release
        return release

    def _of_tag(self, repo: RepoName, tag: str) -> Release | None:
        mine = (one for (name, _), one in self.releases.items() if (name, one.tag) == (repo, tag))
        return next(mine, None)

    def _history(self, repo: RepoName, ref: str) -> list[Logged]:
        """The commits up to a branch, tag or commit, the oldest first."""
        wanted = self.tags.get((repo, ref), ref)
        for (name, branch), commits in self.log.items():
            shas = [commit.sha for commit in commits]
            if name == repo and (branch == ref or wanted in shas):
                end = len(shas) if branch == ref else shas.index(Sha(wanted)) + 1
                return commits[:end]
        raise NotFound
