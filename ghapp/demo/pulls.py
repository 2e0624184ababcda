"""Pull requests as GitHub shows them: their files and commits, and the issues that they are as well.

https://docs.github.com/en/rest/pulls/pulls
"""

from collections.abc import Mapping, Sequence
from hashlib import sha1
from typing import Any

from ghapp.demo import cast
from ghapp.demo.hooks import Hooks
from ghapp.demo.listing import paged
from ghapp.demo.mends import Forward, Mend, read
from ghapp.demo.messages import Answer, Request, replaced

MOST_FILES = 3000
MOST_COMMITS = 250
"""GitHub lists no more of a pull request's files and commits than these."""

_PULL = "/repos/*/*/pulls/*"
_ISSUE = "/repos/*/*/issues/*"


class Pulls:
    """What the emulator invents, by the contents of its repositories or as a test says."""

    def __init__(self, hooks: Hooks) -> None:
        self._hooks = hooks
        self._files: dict[tuple[str, int], list[dict[str, Any]]] = {}
        self._commits: dict[tuple[str, int], list[dict[str, Any]]] = {}

    def set_files(
        self, number: int, files: Sequence[str | Mapping[str, Any]], *, repo: str = cast.HOME
    ) -> None:
        """Let a pull request change these files: paths, or what GitHub says of a file."""
        self._files[repo, number] = [_file(one) for one in files]

    def set_commits(
        self, number: int, commits: Sequence[Mapping[str, Any]], *, repo: str = cast.HOME
    ) -> None:
        """Let a pull request consist of these commits: `sha`, `author` (login or None), `message`."""
        self._commits[repo, number] = [_commit(one) for one in commits]

    def forget(self, number: int, *, repo: str = cast.HOME) -> None:
        """Let the repository's contents say again what a pull request changes."""
        self._files.pop((repo, number), None)
        self._commits.pop((repo, number), None)

    async def queue(self, pull: Mapping[str, Any], head: str) -> None:
        """Let the merge queue ask for the checks of a group that ends with a pull request, at the commit `head`."""
        base = pull["base"]
        branch = f"gh-readonly-queue/{base['ref']}/pr-{pull['number']}-{base['sha']}"
        group = {
            "head_sha": head,
            "head_ref": f"refs/heads/{branch}",
            "base_sha": base["sha"],
            "base_ref": f"refs/heads/{base['ref']}",
        }
        repository = {
            "full_name": base["repo"]["full_name"],
            "default_branch": base["repo"]["default_branch"],
        }
        payload = {"action": "checks_requested", "merge_group": group, "repository": repository}
        await self._hooks.send("merge_group", payload)

    def mends(self) -> list[Mend]:
        """The routes."""
        return [
            Mend("GET", f"{_PULL}/files", self._list_files),
            Mend("GET", f"{_PULL}/commits", self._list_commits),
            Mend("GET", _PULL, self._one),
            Mend("POST", "/repos/*/*/pulls", _open),
            Mend("POST", f"{_PULL}/requested_reviewers", _ask),
            Mend("GET", "/repos/*/*/commits/*/pulls", self._of_commit),
            Mend("GET", _ISSUE, _as_issue),
            Mend("PATCH", _ISSUE, _edit_as_issue),
            Mend("GET", "/repos/*/*/issues", _among_issues),
        ]

    async def _list_files(self, request: Request, forward: Forward) -> Answer:
        answer = await forward(read(request, request.path.removesuffix("/files")))
        if answer.status != 200:
            return answer
        files = await self._files_of(request, forward, answer.json)
        return paged(files[:MOST_FILES], request, self._hooks.address)

    async def _list_commits(self, request: Request, forward: Forward) -> Answer:
        answer = await forward(read(request, request.path.removesuffix("/commits")))
        if answer.status != 200:
            return answer
        commits = await self._commits_of(request, forward, answer.json)
        return paged(commits[:MOST_COMMITS], request, self._hooks.address)

    async def _one(self, request: Request, forward: Forward) -> Answer:
        answer = await forward(request)
        if answer.status != 200 or not request.path.rpartition("/")[2].isdecimal():
            return answer
        pull = answer.json
        files = await self._files_of(request, forward, pull)
        commits = await self._commits_of(request, forward, pull)
        counts = {"changed_files": len(files), "commits": len(commits)}
        lines = {name: sum(file[name] for file in files) for name in ("additions", "deletions")}
        return Answer.of(200, {**pull, **counts, **lines}, answer.headers)

    async def _of_commit(self, request: Request, forward: Forward) -> Answer:
        repo, sha = _repo(request), request.path.split("/")[5]
        pulls = await forward(read(request, f"{repo}/pulls", state="all", per_page="100"))
        found = []
        for pull in pulls.json or []:
            of = read(request, f"{repo}/pulls/{pull['number']}")
            commits = await self._commits_of(of, forward, pull)
            if sha in {pull["merge_commit_sha"], *(commit["sha"] for commit in commits)}:
                found.append(pull)
        return paged(found, request, self._hooks.address)

    async def _files_of(self, request: Request, forward: Forward, pull: Any) -> list[Any]:
        known = self._files.get(_key(request))
        return await _compared(request, forward, pull, "files") if known is None else known

    async def _commits_of(self, request: Request, forward: Forward, pull: Any) -> list[Any]:
        known = self._commits.get(_key(request))
        return await _compared(request, forward, pull, "commits") if known is None else known


def _key(request: Request) -> tuple[str, int]:
    parts = request.path.split("/")
    return f"{parts[2]}/{parts[3]}", int(parts[5])


def _repo(request: Request) -> str:
    return "/".join(request.path.split("/")[:4])


async def _compared(request: Request, forward: Forward, pull: Any, what: str) -> list[Any]:
    between = f"{pull['base']['sha']}...{pull['head']['sha']}"
    answer = await forward(read(request, f"{_repo(request)}/compare/{between}"))
    return list(answer.json[what]) if answer.status == 200 else []


def _file(given: str | Mapping[str, Any]) -> dict[str, Any]:
    said = {"filename": given} if isinstance(given, str) else dict(given)
    blob = sha1(repr(sorted(said.items())).encode()).hexdigest()  # noqa: S324 - an id, as git makes them
    usual = {"status": "modified", "additions": 1, "deletions": 0, "sha": blob}
    file = {**usual, "patch": f"@@ -1 +1,2 @@\n+{blob}", **said}
    return {"changes": file["additions"] + file["deletions"], **file}


def _commit(given: Mapping[str, Any]) -> dict[str, Any]:
    login = given.get("author", cast.MEMBERS[0])
    account = None if login is None else {"login": login, "type": "User"}
    who = {
        "name": login or "Somebody",
        "email": given.get("email", f"{login}@users.noreply.github.com"),
        "date": given.get("date", "2026-01-05T09:00:00Z"),
    }
    return {
        "sha": given["sha"],
        "commit": {"message": given.get("message", "Change it"), "author": who, "committer": who},
        "author": account,
        "committer": account,
        "parents": [{"sha": sha} for sha in given.get("parents", ())],
    }


async def _open(request: Request, forward: Forward) -> Answer:
    """One branch has one open pull request into another."""
    sent = request.body if isinstance(request.body, dict) else {}
    owner = request.path.split("/")[2]
    head = str(sent.get("head", ""))
    query = {"head": head if ":" in head else f"{owner}:{head}", "base": str(sent.get("base", ""))}
    if (await forward(read(request, request.path, **query))).json:
        message = f"A pull request already exists for {query['head']}."
        error = {"resource": "PullRequest", "code": "custom", "message": message}
        return Answer.refusal(422, "Validation Failed", errors=[error])
    return await forward(request)


async def _ask(request: Request, forward: Forward) -> Answer:
    """Nobody reviews what they have proposed."""
    pull = await forward(read(request, request.path.removesuffix("/requested_reviewers")))
    wanted = (request.body or {}).get("reviewers", [])
    if pull.status == 200 and pull.json["user"]["login"] in wanted:
        return Answer.refusal(422, "Review cannot be requested from pull request author.")
    answer = await forward(request)
    if answer.status == 422:
        return Answer.refusal(422, "Reviews may only be requested from collaborators.")
    return Answer.of(201, answer.json) if answer.status == 200 else answer


def as_issue(pull: Mapping[str, Any]) -> dict[str, Any]:
    """A pull request as the issue that it is as well."""
    issue = {name: pull[name] for name in _SHARED if name in pull}
    links = {name: pull[name] for name in ("url", "html_url", "diff_url", "patch_url")}
    return {
        **issue,
        "url": pull["issue_url"],
        "draft": pull["draft"],
        "state_reason": None,
        "performed_via_github_app": None,
        "pull_request": {**links, "merged_at": pull["merged_at"]},
    }


_SHARED = (
    "number",
    "html_url",
    "title",
    "user",
    "labels",
    "state",
    "locked",
    "assignee",
    "assignees",
    "milestone",
    "comments",
    "created_at",
    "updated_at",
    "closed_at",
    "body",
    "author_association",
)


def _pull_path(request: Request) -> str:
    return request.path.replace("/issues/", "/pulls/")


async def _as_issue(request: Request, forward: Forward) -> Answer:
    """The emulator finds no issue of a pull request's number."""
    answer = await forward(request)
    if answer.status != 404 or not request.path.rpartition("/")[2].isdecimal():
        return answer
    pull = await forward(read(request, _pull_path(request)))
    return Answer.of(200, as_issue(pull.json)) if pull.status == 200 else answer


async def _edit_as_issue(request: Request, forward: Forward) -> Answer:
    answer = await forward(request)
    sent = request.body if isinstance(request.body, dict) else {}
    if answer.status != 404 or not request.path.rpartition("/")[2].isdecimal():
        return answer
    path = _pull_path(request)
    if (await forward(read(request, path))).status != 200:
        return answer
    if "milestone" in sent:
        moved = replaced(request, {"milestone": sent["milestone"]})
        done = await forward(moved.at(f"{path}/milestone"))
        if done.status != 200:
            return done
    rest = {name: sent[name] for name in ("title", "body", "state") if name in sent}
    if rest:
        await forward(replaced(request, rest).at(path))
    return Answer.of(200, as_issue((await forward(read(request, path))).json))


async def _among_issues(request: Request, forward: Forward) -> Answer:
    """GitHub lists pull requests with the issues; the emulator does not, nor is the listing ever long here."""
    answer = await forward(request)
    query = request.query
    if answer.status != 200 or "Link" in answer.headers or query.get("page", "1") != "1":
        return answer
    state = query.get("state", "open")
    path = request.path.replace("/issues", "/pulls")
    pulls = (await forward(read(request, path, state=state, per_page="100"))).json or []
    found = [as_issue(pull) for pull in pulls if _is_wanted(pull, query)]
    if not found:
        return answer
    both = sorted([*answer.json, *found], key=lambda one: one["number"])
    backwards = query.get("direction", "desc") == "desc"
    return Answer.of(200, both[::-1] if backwards else both, answer.headers)


def _is_wanted(pull: Mapping[str, Any], query: Mapping[str, str]) -> bool:
    labels = {label["name"] for label in pull["labels"]}
    wanted = set(filter(None, query.get("labels", "").split(",")))
    milestone = str((pull["milestone"] or {}).get("number", "none"))
    since = query.get("since")
    return (
        wanted <= labels
        and query.get("milestone", milestone)
        in {milestone, "*" if pull["milestone"] else milestone}
        and (since is None or pull["updated_at"] >= since)
        and not {"assignee", "creator", "mentioned"} & set(query)
    )
