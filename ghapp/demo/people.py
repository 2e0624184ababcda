"""Act on the emulated GitHub as one of its people."""

import base64
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import aiohttp

from ghapp.demo import cast
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
        self, path: str, text: str, *, message: str = "", repo: str = cast.HOME
    ) -> None:
        """Commit a file to the default branch."""
        target = f"/repos/{repo}/contents/{quote(path)}"
        present = await self.request("GET", target)
        sent = {
            "message": message or f"Change {path}",
            "content": base64.b64encode(text.encode()).decode(),
        }
        if present.status == 200:
            sent["sha"] = present.json["sha"]
        await self._do("PUT", target, sent)

    async def read_file(self, path: str, *, repo: str = cast.HOME) -> str:
        """Read a file of the default branch."""
        found = await self._object("GET", f"/repos/{repo}/contents/{quote(path)}")
        return base64.b64decode(found["content"]).decode()

    async def _object(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        answer: dict[str, Any] = await self._do(method, path, body)
        return answer

    async def _list(self, path: str, query: dict[str, str]) -> list[dict[str, Any]]:
        answer: list[dict[str, Any]] = await self._do("GET", path, **query)
        return answer
