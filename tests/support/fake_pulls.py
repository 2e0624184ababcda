"""The part of the fake GitHub that is about pull requests."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from ghapp.core.facts import RepoName, Sha
from ghapp.core.pull_request import ChangedFile, Commit, Pull, Review
from ghapp.github.errors import AlreadyThere, NotFound, Refused
from ghapp.github.gateway import ListState, State
from ghapp.github.gateway_pulls import MOST_COMMITS, MOST_COMPARED, MOST_FILES, Listing
from ghapp.github.priority import Priority
from ghapp.model.names import Login
from tests.support.changed_files import changed_by
from tests.support.fake_milestones import FakeMilestones
from tests.support.fake_repositories import Logged, Proposal, among, fitting


@dataclass
class FakePulls(FakeMilestones):
    """`PullGateway`. `changed` are files, `between` those up to a commit, and `authored` commits as a test says.

    What it does not say is by the branch's history.
    `teams` are those of the organisation; `accounts` are those that GitHub knows besides `people`.
    """

    changed: dict[tuple[RepoName, int], tuple[ChangedFile, ...]] = field(default_factory=dict)
    between: dict[tuple[RepoName, str], tuple[ChangedFile, ...]] = field(default_factory=dict)
    authored: dict[tuple[RepoName, int], tuple[Commit, ...]] = field(default_factory=dict)
    reviews: dict[tuple[RepoName, int], list[Review]] = field(default_factory=dict)
    since: dict[tuple[RepoName, int], datetime] = field(default_factory=dict)
    teams: dict[str, frozenset[Login]] = field(default_factory=dict)
    accounts: set[Login] = field(default_factory=set)
    hidden_pulls: set[tuple[RepoName, int]] = field(default_factory=set)

    # What a test arranges

    def person_proposes(
        self,
        repo: RepoName,
        *,
        author: Login,
        head: str,
        base: str = "main",
        title: str = "",
        body: str = "",
        labels: Iterable[str] = (),
        draft: bool = False,
    ) -> Pull:
        """A pull request that a person opened, of a branch with at least one commit."""
        if (repo, head) not in self.log:
            self.log[repo, head] = [*self.log.get((repo, base), [])]
            self.push(repo, head, "a.py", author=author)
        issue = self.open(repo, author, title=title, body=body, labels=labels, is_pull=True)
        proposal = Proposal(title=title, body=body, head=head, base=base, draft=draft)
        self.pulls[repo, issue.number] = proposal
        return self.pull(repo, issue.number)

    def person_changes_pull(self, repo: RepoName, number: int, **changes: Any) -> Pull:
        """What a person did to a pull request by hand: any field of `Proposal`."""
        if changes.get("draft") is False:
            self.since[repo, number] = self.clock
        self.pulls[repo, number] = replace(self.pulls[repo, number], **changes)
        self.change(repo, number)
        return self.pull(repo, number)

    def person_pushes(self, repo: RepoName, number: int, *paths: str, author: Login) -> Sha:
        """A commit at the head of a pull request."""
        self.since[repo, number] = self.clock
        self.change(repo, number)
        return self.push(repo, self.pulls[repo, number].head, *paths, author=author)

    def person_reviews(self, repo: RepoName, number: int, *, author: Login, state: str) -> Review:
        """A submitted review of the head: approved, changes_requested or commented."""
        known = self.reviews.setdefault((repo, number), [])
        review = Review(
            id=1 + sum(map(len, self.reviews.values())),
            author=author,
            author_is_bot=author.endswith("[bot]"),
            state=state,
            commit=self.pull(repo, number).head,
            at=self.clock,
        )
        known.append(review)
        return review

    def dismiss(self, repo: RepoName, number: int, review: int) -> None:
        """Somebody dismisses a review."""
        known = self.reviews[repo, number]
        known[:] = [replace(one, state="dismissed") if one.id == review else one for one in known]

    def merge(self, repo: RepoName, number: int) -> Sha:
        """Somebody merges it; the commit."""
        pull = self.pull(repo, number)
        paths = tuple(file.path for file in self._files(repo, number))
        sha = self.push(repo, pull.base, *paths, message=f"Merge pull request #{number}")
        self.pulls[repo, number] = replace(
            self.pulls[repo, number], merged_at=self.clock, merge_commit=sha
        )
        self.change(repo, number, open=False)
        return sha

    def pull(self, repo: RepoName, number: int) -> Pull:
        """The pull request as it is; `NotFound` as GitHub says it."""
        if (repo, number) not in self.pulls:
            raise NotFound
        proposal, issue = self.pulls[repo, number], self.issue(repo, number)
        ours, theirs = (self.log.get((repo, name)) for name in (proposal.base, proposal.head))
        return Pull(
            repo=repo,
            number=number,
            title=issue.title,
            body=issue.body,
            author=issue.author,
            author_is_app=issue.author_is_app,
            author_is_bot=issue.author.endswith("[bot]"),
            head=theirs[-1].sha if theirs else Sha("0" * 40),
            head_branch=proposal.head,
            head_repo=RepoName(proposal.fork or repo),
            base=proposal.base,
            base_sha=ours[-1].sha if ours else Sha("0" * 40),
            open=issue.open,
            draft=proposal.draft,
            merged_at=proposal.merged_at,
            merge_commit=proposal.merge_commit,
            labels=issue.labels,
            milestone=self.in_milestone.get((repo, number)),
            assignees=issue.assignees,
            requested=proposal.requested,
            requested_teams=proposal.requested_teams,
            created_at=issue.created_at,
            updated_at=issue.updated_at,
            changed_files=len(self._files(repo, number)),
            commits=len(self._commits(repo, number)),
            url=f"https://github.example/{repo}/pull/{number}",
        )

    # The gateway

    async def get_pull(
        self, repo: RepoName, number: int, *, priority: Priority = Priority.NORMAL
    ) -> Pull:
        """One pull request."""
        args = {"repo": repo, "number": number}
        return self.read("get_pull", args, priority, lambda: self.pull(repo, number))

    async def list_pulls(
        self,
        repo: RepoName,
        *,
        state: ListState = "open",
        head: str | None = None,
        base: str | None = None,
        priority: Priority = Priority.NORMAL,
    ) -> Sequence[Pull]:
        """By number."""

        def work() -> list[Pull]:
            mine = [self.pull(repo, number) for name, number in self.pulls if name == repo]
            return [
                pull
                for pull in sorted(mine, key=lambda one: one.number)
                if (state == "all" or pull.open == (state == "open"))
                and head in {None, pull.head_branch}
                and base in {None, pull.base}
            ]

        args = {"repo": repo, "state": state, "head": head, "base": base}
        return self.read("list_pulls", args, priority, work)

    async def pull_files(
        self, repo: RepoName, number: int, *, priority: Priority = Priority.NORMAL
    ) -> Listing[ChangedFile]:
        """At most 3,000."""

        def work() -> Listing[ChangedFile]:
            self.pull(repo, number)
            files = self._files(repo, number)[:MOST_FILES]
            return Listing(
                files, complete=len(files) < MOST_FILES and self._lists_all(repo, number)
            )

        return self.read("pull_files", {"repo": repo, "number": number}, priority, work)

    async def changed_between(
        self, repo: RepoName, base: str, head: str, *, priority: Priority = Priority.NORMAL
    ) -> Listing[ChangedFile]:
        """At most 300; as `between` says, else by the histories of both."""

        def work() -> Listing[ChangedFile]:
            if (repo, head) in self.between:
                return Listing(self.between[repo, head])
            branches = [log for (name, _), log in self.log.items() if name == repo]
            logs = [log for log in branches if head in {one.sha for one in log}]
            if not logs:
                raise NotFound
            ours = self.log.get((repo, base), [])
            shas = [one.sha for one in logs[0]]
            behind = logs[0][: shas.index(Sha(head)) + 1]
            files = changed_by([one for one in behind if one not in ours])[:MOST_COMPARED]
            return Listing(files, complete=len(files) < MOST_COMPARED)

        args = {"repo": repo, "base": base, "head": head}
        return self.read("changed_between", args, priority, work)

    async def pull_reviews(
        self, repo: RepoName, number: int, *, priority: Priority = Priority.NORMAL
    ) -> Listing[Review]:
        """The oldest first."""

        def work() -> Listing[Review]:
            self.pull(repo, number)
            found = tuple(self.reviews.get((repo, number), ()))
            return Listing(found, complete=self._lists_all(repo, number))

        return self.read("pull_reviews", {"repo": repo, "number": number}, priority, work)

    async def pull_commits(
        self, pull: Pull, *, priority: Priority = Priority.NORMAL
    ) -> Listing[Commit]:
        """At most 250."""

        def work() -> Listing[Commit]:
            found = self._commits(pull.repo, pull.number)[:MOST_COMMITS]
            headed = any(one.sha == pull.head for one in found)
            return Listing(found, complete=headed and self._lists_all(pull.repo, pull.number))

        args = {"repo": pull.repo, "number": pull.number}
        return self.read("pull_commits", args, priority, work)

    async def unchanged_since(
        self, pull: Pull, *, priority: Priority = Priority.NORMAL
    ) -> datetime | None:
        """As `since` says, else when it was opened."""

        def work() -> datetime | None:
            key = (pull.repo, pull.number)
            return self.since.get(key, pull.created_at) if self._lists_all(*key) else None

        args = {"repo": pull.repo, "number": pull.number}
        return self.read("unchanged_since", args, priority, work)

    async def pulls_of_commit(
        self, repo: RepoName, sha: Sha, *, priority: Priority = Priority.NORMAL
    ) -> Sequence[int]:
        """Those that are open."""

        def work() -> list[int]:
            mine = [number for name, number in self.pulls if name == repo]
            return [
                number
                for number in sorted(mine)
                if self.pull(repo, number).open
                and sha in {one.sha for one in self._commits(repo, number)}
            ]

        return self.read("pulls_of_commit", {"repo": repo, "sha": sha}, priority, work)

    async def propose(
        self,
        repo: RepoName,
        *,
        title: str,
        body: str,
        head: str,
        base: str,
        draft: bool = False,
        priority: Priority = Priority.NORMAL,
    ) -> Pull:
        """A pull request by the App."""

        def work() -> Pull:
            for (name, number), known in self.pulls.items():
                same = (name, known.head, known.base) == (repo, head, base)
                if same and self.issue(repo, number).open:
                    raise AlreadyThere(422, "Validation Failed", [{"message": "already exists"}])
            if self._ahead(repo, base, head) == []:
                raise Refused(422, "Validation Failed", [{"message": "No commits between"}])
            issue = self.open(repo, self.bot, title=title, body=body, is_pull=True)
            proposal = Proposal(title=title, body=body, head=head, base=base, draft=draft)
            self.pulls[repo, issue.number] = proposal
            return self.pull(repo, issue.number)

        args = {"repo": repo, "title": title, "body": body, "head": head, "base": base}
        return self.write("propose", {**args, "draft": draft}, priority, work)

    async def edit_pull(
        self,
        repo: RepoName,
        number: int,
        *,
        title: str | None = None,
        body: str | None = None,
        state: State | None = None,
        base: str | None = None,
        priority: Priority = Priority.NORMAL,
    ) -> Pull:
        """Changes what is given."""

        def work() -> Pull:
            self.pull(repo, number)
            changes: dict[str, Any] = {}
            if title is not None:
                changes["title"] = title
            if body is not None:
                changes["body"] = fitting(body)
            if state is not None:
                changes["open"] = state == "open"
            if base is not None:
                self.pulls[repo, number] = replace(self.pulls[repo, number], base=base)
            self.change(repo, number, **changes)
            return self.pull(repo, number)

        given = {"title": title, "body": body, "state": state, "base": base}
        return self.write("edit_pull", {"repo": repo, "number": number, **given}, priority, work)

    async def request_reviewers(
        self,
        repo: RepoName,
        number: int,
        people: Sequence[Login],
        *,
        priority: Priority = Priority.NORMAL,
    ) -> Pull:
        """Everybody who may be assigned may be asked, but the author."""

        def work() -> Pull:
            pull = self.pull(repo, number)
            if not all(map(self.may_be_assigned, people)) or among(pull.author, people):
                raise Refused(422, "Reviews may only be requested from collaborators.")
            new = tuple(one for one in people if not among(one, pull.requested))
            return self.person_changes_pull(repo, number, requested=pull.requested + new)

        args = {"repo": repo, "number": number, "people": tuple(people)}
        return self.write("request_reviewers", args, priority, work)

    async def unrequest_reviewers(
        self,
        repo: RepoName,
        number: int,
        people: Sequence[Login],
        *,
        priority: Priority = Priority.NORMAL,
    ) -> Pull:
        """Takes requests back."""

        def work() -> Pull:
            pull = self.pull(repo, number)
            left = tuple(one for one in pull.requested if not among(one, people))
            return self.person_changes_pull(repo, number, requested=left)

        args = {"repo": repo, "number": number, "people": tuple(people)}
        return self.write("unrequest_reviewers", args, priority, work)

    async def team_members(
        self, repo: RepoName, team: str, *, priority: Priority = Priority.NORMAL
    ) -> frozenset[Login] | None:
        """Of `teams`."""
        args = {"repo": repo, "team": team}
        return self.read("team_members", args, priority, lambda: self.teams.get(team))

    async def is_known(self, repo: RepoName, login: Login) -> bool:
        """Of `people` and `accounts`."""
        known = among(login, self.people | self.accounts)
        args = {"repo": repo, "login": login}
        return self.read("is_known", args, Priority.NORMAL, lambda: known)

    def _lists_all(self, repo: RepoName, number: int) -> bool:
        return (repo, number) not in self.hidden_pulls

    def _ahead(self, repo: RepoName, base: str, head: str) -> list[Logged]:
        ours = self.log.get((repo, base), [])
        return [one for one in self.log.get((repo, head), []) if one not in ours]

    def _files(self, repo: RepoName, number: int) -> tuple[ChangedFile, ...]:
        if (repo, number) in self.changed:
            return self.changed[repo, number]
        proposal = self.pulls[repo, number]
        return changed_by(self._ahead(repo, proposal.base, proposal.head))

    def _commits(self, repo: RepoName, number: int) -> tuple[Commit, ...]:
        if (repo, number) in self.authored:
            return self.authored[repo, number]
        proposal = self.pulls[repo, number]
        return tuple(
            Commit(
                sha=one.sha,
                message=one.message,
                author=one.author,
                committer=one.author,
                parents=(),
                at=self.issue(repo, number).created_at,
            )
            for one in self._ahead(repo, proposal.base, proposal.head)
        )
