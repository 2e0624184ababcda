"""Pages of the emulated GitHub that a browser can open: issues, and files of the default branch."""

import base64
import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

import jinja2
from aiohttp import web
from markdown_it import MarkdownIt
from markupsafe import Markup, escape

from ghapp.demo import cast
from ghapp.demo.messages import Answer

Read = Callable[[str, dict[str, str]], Awaitable[Answer]]
"""Answers a GET of a path of the API with a query."""

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_EMOJI = {"+1": "👍", "-1": "👎", "confused": "😕", "eyes": "👀", "rocket": "🚀", "heart": "❤️"}
_HARMLESS = re.compile(r"(<!--.*?-->|</?(?:details|summary)>)", re.DOTALL)


class Pages:
    """Shows what the API holds; `base` is the API's path, under which the emulator's links lead."""

    def __init__(self, read: Read, base: str) -> None:
        self._read = read
        self._base = base
        templates = jinja2.Environment(
            loader=jinja2.PackageLoader("ghapp.demo", ""),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
        )
        templates.filters["markdown"] = markdown
        self._page = templates.get_template("page.html")

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Add the addresses; they are GitHub's own."""
        repository = f"{self._base}/{cast.ORGANISATION}/{{name}}"
        router.add_get(f"{repository}/issues", self._issues)
        router.add_get(f"{repository}/issues/{{number:[0-9]+}}", self._issue)
        router.add_get(f"{repository}/blob/{{ref}}/{{path:.+}}", self._file)

    async def _issues(self, request: web.Request) -> web.Response:
        repo = _repo(request)
        found = await self._read(f"/repos/{repo}/issues", {"state": "all", "per_page": "100"})
        return self._show(found, repo=repo, title="Issues", issues=found.json)

    async def _issue(self, request: web.Request) -> web.Response:
        repo, number = _repo(request), request.match_info["number"]
        path = f"/repos/{repo}/issues/{number}"
        found = await self._read(path, {})
        if found.status != 200:
            return self._show(found, repo=repo, title="Not found")
        comments = (await self._read(f"{path}/comments", {"per_page": "100"})).json
        issue = found.json
        await self._with_reactions(path, issue)
        for comment in comments:
            await self._with_reactions(f"/repos/{repo}/issues/comments/{comment['id']}", comment)
        title = f"{issue['title']} #{number}"
        return self._show(found, repo=repo, title=title, issue=issue, comments=comments)

    async def _with_reactions(self, path: str, entry: dict[str, Any]) -> None:
        """Note them on the issue or comment itself, as what a person would see."""
        given = (await self._read(f"{path}/reactions", {})).json
        entry["reactions_given"] = [_EMOJI.get(one["content"], one["content"]) for one in given]

    async def _file(self, request: web.Request) -> web.Response:
        repo, path = _repo(request), request.match_info["path"]
        found = await self._read(f"/repos/{repo}/contents/{quote(path)}", {})
        if found.status != 200 or "content" not in found.json:
            return self._show(found, repo=repo, title=path)
        text = base64.b64decode(found.json["content"]).decode(errors="replace")
        rendered = path.endswith(".md")
        return self._show(found, repo=repo, title=path, text=text, rendered=rendered)

    def _show(self, found: Answer, **facts: Any) -> web.Response:
        if found.status != 200:
            facts = {"repo": facts["repo"], "title": facts["title"]}
        text = self._page.render(base=self._base, **facts)
        status = 200 if found.status == 200 else 404
        return web.Response(status=status, text=text, content_type="text/html", headers=HEADERS)


def markdown(text: str | None) -> Markup:
    """GitHub's Markdown as HTML, but for what is raw HTML in it: only `<details>` works, the rest is shown."""
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    parser.add_render_rule("html_block", _raw_html)
    parser.add_render_rule("html_inline", _raw_html)
    parser.add_render_rule("image", _image)
    return Markup(parser.render(text or ""))  # noqa: S704 - the parser escapes, its raw HTML is escaped below


def _raw_html(_renderer: Any, tokens: Any, index: int, _options: Any, _env: Any) -> str:
    parts = _HARMLESS.split(tokens[index].content)
    texts = (str(escape(part)) for part in parts[::2])
    tags = ("" if tag.startswith("<!--") else tag for tag in (*parts[1::2], ""))
    return "".join(text + tag for text, tag in zip(texts, tags, strict=True))


def _image(_renderer: Any, tokens: Any, index: int, _options: Any, _env: Any) -> str:
    return str(escape(tokens[index].content))


def _repo(request: web.Request) -> str:
    return f"{cast.ORGANISATION}/{request.match_info['name']}"
