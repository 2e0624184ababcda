"""Act on the emulated GitHub as one of its people."""

import base64
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import aiohttp

from ghapp.demo import cast
from ghapp.demo.checks import OTHERS
from ghapp.demo.messages import Answer


class RefusedError(Exception):
    """GitHub refused what a person tried; `answer` is what it said."""

    def __init__(self, what: str, answer: Answer) -> None:
        super().__init__(f"{what}: {answer.status} {answer.content.decode(errors='replace')}")
        self.answer = answer


class Person:
    """One person's hands on GitHub; the repository is the home repository if unsaid."""

    def __init__(
        self, login: str, token: str, api_url: str, session: aiohttp.ClientSession
    ) -> None:
        self.login = login
        self._api_url = api_url
        self._session = session
        self._headers = {
            "Authorization": f"Bearer {token}",
            "Accept": "application/vnd.github+json",
        }

    async def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: dict[str, str] | None = None,
    ) -> Answer:
        """Send any request and return its answer, refusals too."""
        async with self._session.request(
            method,
            f"{self._api_url}{path}",
            json=body,
            params=query,
            headers=self._headers,
        ) as got:
            content = await got.read()
            return Answer(status=got.status, headers=dict(got.headers), content=content)

    async def _do(self, method: str, path: str, body: Any = None, **query: str) -> Any:
        answer = await self.request(method, path, body, query=query)
        if answer.status >= 400:
            raise RefusedError(f"{self.login}: {method} {path}", answer)
        return answer.json

    async def open_issue(
        self, title: str, body: str = "", *, labels: Sequence[str] = (), repo: str = cast.HOME
    ) -> dict[str, Any]:
        """Open an issue."""
        sent = {"title": title, "body": body, "labels": list(labels)}
        return await self._object("POST", f"/repos/{repo}/issues", sent)

    async def issue(self, number: int, *, repo: str = cast.HOME) -> dict[str, Any]:
        """Read one issue."""
        return await self._object("GET", f"/repos/{repo}/issues/{number}")

    async def issues(
        self, *labels: str, state: str = "all", repo: str = cast.HOME
    ) -> list[dict[str, Any]]:
        """List issues that have all these labels, the newest first."""
        query = {"state": state, "per_page": "100"}
        if labels:
            query["labels"] = ",".join(labels)
        return await self._list(f"/repos/{repo}/issues", query)

    async def edit_issue(
        self, number: int, *, repo: str = cast.HOME, **changes: Any
    ) -> dict[str, Any]:
        """Change its fields: title, body, state."""
        return await self._object("PATCH", f"/repos/{repo}/issues/{number}", changes)

    async def close(
        self, number: int, *, reason: str = "completed", repo: str = cast.HOME
    ) -> dict[str, Any]:
        """Close an issue."""
        return await self.edit_issue(number, repo=repo, state="closed", state_reason=reason)

    async def reopen(self, number: int, *, repo: str = cast.HOME) -> dict[str, Any]:
        """Open a closed issue again."""
        return await self.edit_issue(number, repo=repo, state="open")

    async def comment(self, number: int, body: str, *, repo: str = cast.HOME) -> dict[str, Any]:
        """Comment on an issue or pull request."""
        path = f"/repos/{repo}/issues/{number}/comments"
        return await self._object("POST", path, {"body": body})

    async def edit_comment(
        self, comment: int, body: str, *, repo: str = cast.HOME
    ) -> dict[str, Any]:
        """Replace the text of a comment."""
        path = f"/repos/{repo}/issues/comments/{comment}"
        return await self._object("PATCH", path, {"body": body})

    async def delete_comment(self, comment: int, *, repo: str = cast.HOME) -> None:
        """Delete a comment."""
        await self._do("DELETE", f"/repos/{repo}/issues/comments/{comment}")

    async def comments(self, number: int, *, repo: str = cast.HOME) -> list[dict[str, Any]]:
        """List the comments of an issue, the oldest first."""
        return await self._list(f"/repos/{repo}/issues/{number}/comments", {"per_page": "100"})

    async def reactions(self, comment: int, *, repo: str = cast.HOME) -> list[str]:
        """List the contents (`+1`, `confused` …) of the reactions to a comment."""
        path = f"/repos/{repo}/issues/comments/{comment}/reactions"
        return [reaction["content"] for reaction in await self._list(path, {})]

    async def create_label(
        self, name: str, color: str, description: str, *, repo: str = cast.HOME
    ) -> None:
        """Add a label to a repository."""
        made = {"name": name, "color": color, "description": description}
        await self._do("POST", f"/repos/{repo}/labels", made)

    async def label(self, number: int, *labels: str, repo: str = cast.HOME) -> None:
        """Add labels to an issue."""
        await self._do("POST", f"/repos/{repo}/issues/{number}/labels", {"labels": labels})

    async def unlabel(self, number: int, label: str, *, repo: str = cast.HOME) -> None:
        """Take a label off an issue."""
        await self._do("DELETE", f"/repos/{repo}/issues/{number}/labels/{quote(label, safe='')}")

    async def assign(self, number: int, *logins: str, repo: str = cast.HOME) -> None:
        """Assign people to an issue."""
        await self._do("POST", f"/repos/{repo}/issues/{number}/assignees", {"assignees": logins})

    async def unassign(self, number: int, *logins: str, repo: str = cast.HOME) -> None:
        """Take people off an issue."""
        await self._do("DELETE", f"/repos/{repo}/issues/{number}/assignees", {"assignees": logins})

    async def put_file(
        self,
        path: str,
        text: str,
        *,
        message: str = "",
        branch: str = "",
        repo: str = cast.HOME,
    ) -> str:
        """Commit a file to a branch, the default one if unsaid; the commit."""
        target = f"/repos/{repo}/contents/{quote(path)}"
        present = await self.request("GET", target, query={"ref": branch} if branch else {})
        sent = {
            "message": message or f"Change {path}",
            "content": base64.b64encode(text.encode()).decode(),
        }
        if branch:
            sent["branch"] = branch
        if present.status == 200:
            sent["sha"] = present.json["sha"]
        made = await self._object("PUT", target, sent)
        return str(made["commit"]["sha"])

    async def read_file(self, path: str, *, repo: str = cast.HOME) -> str:
        """Read a file of the default branch."""
        found = await self._object("GET", f"/repos/{repo}/contents/{quote(path)}")
        return base64.b64decode(found["content"]).decode()

    async def head(self, branch: str = "main", *, repo: str = cast.HOME) -> str:
        """The commit that a branch is at."""
        found = await self._object("GET", f"/repos/{repo}/git/ref/heads/{quote(branch)}")
        return str(found["object"]["sha"])

    async def begin_branch(self, name: str, *, base: str = "main", repo: str = cast.HOME) -> None:
        """Begin a branch where another is."""
        sent = {"ref": f"refs/heads/{name}", "sha": await self.head(base, repo=repo)}
        await self._do("POST", f"/repos/{repo}/git/refs", sent)

    async def open_pull(
        self,
        title: str,
        head: str,
        *,
        base: str = "main",
        body: str = "",
        draft: bool = False,
        repo: str = cast.HOME,
    ) -> int:
        """Open a pull request; its number."""
        sent = {"title": title, "head": head, "base": base, "body": body, "draft": draft}
        return int((await self._object("POST", f"/repos/{repo}/pulls", sent))["number"])

    async def pull(self, number: int, *, repo: str = cast.HOME) -> dict[str, Any]:
        """Read one pull request."""
        return await self._object("GET", f"/repos/{repo}/pulls/{number}")

    async def edit_pull(
        self, number: int, *, repo: str = cast.HOME, **changes: Any
    ) -> dict[str, Any]:
        """Change its fields: title, body, state, base; `draft=False` makes it ready for review."""
        return await self._object("PATCH", f"/repos/{repo}/pulls/{number}", changes)

    async def review(
        self, number: int, event: str, body: str = "", *, repo: str = cast.HOME
    ) -> int:
        """Submit a review, `APPROVE`, `REQUEST_CHANGES` or `COMMENT`; its id."""
        sent = {"event": event, "body": body}
        made = await self._object("POST", f"/repos/{repo}/pulls/{number}/reviews", sent)
        return int(made["id"])

    async def dismiss(
        self, number: int, review: int, message: str = "Outdated", *, repo: str = cast.HOME
    ) -> None:
        """Dismiss a review."""
        path = f"/repos/{repo}/pulls/{number}/reviews/{review}/dismissals"
        await self._do("PUT", path, {"message": message})

    async def merge(self, number: int, *, repo: str = cast.HOME) -> str:
        """Merge a pull request; the commit."""
        done = await self._object("PUT", f"/repos/{repo}/pulls/{number}/merge", {})
        return str(done["sha"])

    async def run_check(
        self, sha: str, name: str, conclusion: str = "", *, app: str = "ci", repo: str = cast.HOME
    ) -> int:
        """Let another App run a check on a commit; without a conclusion it is under way. Its id."""
        # Only an App may: the emulator lets anybody, and the proxy knows by the id whose it is.
        sent = {"name": name, "head_sha": sha, "status": "in_progress"}
        sent["external_id"] = f"{OTHERS}{app}"
        made = await self._object("POST", f"/repos/{repo}/check-runs", sent)
        if conclusion:
            done = {"status": "completed", "conclusion": conclusion}
            await self._do("PATCH", f"/repos/{repo}/check-runs/{made['id']}", done)
        return int(made["id"])

    async def check_runs(self, sha: str, *, repo: str = cast.HOME) -> list[dict[str, Any]]:
        """The newest check runs of a commit, of each name and App."""
        found = await self._object("GET", f"/repos/{repo}/commits/{sha}/check-runs")
        return list(found["check_runs"])

    async def rerun_check(self, check: int, *, repo: str = cast.HOME) -> None:
        """Ask for a check run to be made again."""
        await self._do("POST", f"/repos/{repo}/check-runs/{check}/rerequest")

    async def add_milestone(
        self, title: str, *, repo: str = cast.HOME, **more: Any
    ) -> dict[str, Any]:
        """Add a milestone: description, due_on, state."""
        return await self._object("POST", f"/repos/{repo}/milestones", {"title": title, **more})

    async def edit_milestone(
        self, number: int, *, repo: str = cast.HOME, **changes: Any
    ) -> dict[str, Any]:
        """Change its fields: title, description, due_on, state."""
        return await self._object("PATCH", f"/repos/{repo}/milestones/{number}", changes)

    async def delete_milestone(self, number: int, *, repo: str = cast.HOME) -> None:
        """Delete a milestone."""
        await self._do("DELETE", f"/repos/{repo}/milestones/{number}")

    async def milestones(self, *, repo: str = cast.HOME) -> list[dict[str, Any]]:
        """All milestones, open and closed."""
        query = {"state": "all", "per_page": "100"}
        return await self._list(f"/repos/{repo}/milestones", query)

    async def _object(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        answer: dict[str, Any] = await self._do(method, path, body)
        return answer

    async def _list(self, path: str, query: dict[str, str]) -> list[dict[str, Any]]:
        answer: list[dict[str, Any]] = await self._do("GET", path, **query)
        return answer
