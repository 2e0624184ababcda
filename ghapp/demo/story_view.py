"""How the tour looks in a terminal: headlines, issues, files, tables. Plain where there is no terminal."""

import contextlib
import html
import re
from collections.abc import Iterator, Sequence
from typing import Any

from rich import box
from rich.console import Console, Group, RenderableType
from rich.markdown import Markdown
from rich.padding import Padding
from rich.panel import Panel
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from ghapp.duties.texts import BEGIN, END

Issue = dict[str, Any]
Comment = dict[str, Any]

WIDEST = 96
_COMMENT_LINES = 4
_CHECK_LINES = 12
_LINK = re.compile(r" \[[^\]]*\]\([^)]*\)")
"""Where a setting stands: for a browser."""
_HIDDEN = re.compile(r"<!--.*?-->", re.DOTALL)
_REACTIONS = {"+1": "👍", "confused": "😕"}


class View:
    """Prints the tour on a console."""

    def __init__(self, console: Console) -> None:
        self._console = console
        console.width = min(console.width, WIDEST)

    def begin(self, number: int, headline: str, story: str) -> None:
        """Announce a step."""
        self._console.print()
        self._console.rule(Text(f"{number}. {headline}", style="bold"), align="left", style="dim")
        self._console.print(story, highlight=False)

    def say(self, text: str) -> None:
        """Add a sentence."""
        self._console.print(text, highlight=False, markup=False)

    @contextlib.contextmanager
    def waiting(self, what: str) -> Iterator[None]:
        """Say what is awaited while it is; only where it can be wiped away again."""
        if not self._console.is_terminal:
            yield
            return
        with self._console.status(Text(f"waiting: {what}", style="dim")):
            yield

    def file(self, name: str, text: str) -> None:
        """Show a file of the repository."""
        body = Syntax(text.rstrip(), "yaml", background_color="default", theme="ansi_light")
        self._panel(body, title=name)

    def issue(self, issue: Issue, comments: Sequence[tuple[Comment, Sequence[str]]] = ()) -> None:
        """Show an issue: labels, assignees, its status block, and comments with their reactions."""
        body = issue["body"] or ""
        parts: list[RenderableType] = [Text(issue["title"], style="bold"), _facts(issue)]
        if BEGIN in body:
            parts.append(_status(body))
        else:
            parts.append(Padding(Markdown(_visible(body)), (1, 0, 0, 0)))
        for comment, reactions in comments:
            parts.append(_comment(comment, reactions))
            if BEGIN in comment["body"]:
                parts.append(_status(comment["body"]))
        self._panel(Group(*parts), title=f"Issue {issue['number']}")

    def check(self, run: dict[str, Any]) -> None:
        """Show a check run: how it ended, and its reasons."""
        output = run["output"]
        ended = str(run["conclusion"] or run["status"]).replace("_", " ")
        lines = _visible(output["summary"] or "").splitlines()
        kept = [_bare(_LINK.sub("", line)) for line in lines if line.strip()][:_CHECK_LINES]
        head = Text.assemble((output["title"] or "", "bold"), "  ", (ended, "bold yellow"))
        self._panel(Group(head, Text("\n".join(("", *kept)))), title=f"Check {run['name']}")

    def issues(self, issues: Sequence[Issue]) -> None:
        """Show several issues, a line each."""
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        for column in ("", "Issue", "State", "Assigned"):
            table.add_column(column, overflow="fold")
        for one in issues:
            people = ", ".join(user["login"] for user in one["assignees"])
            table.add_row(f"#{one['number']}", Text(one["title"]), _state(one), people)
        self._console.print(table)

    def summary(
        self, steps: Sequence[tuple[str, float, int]], *, issues: int, still_open: int
    ) -> None:
        """Show what each step cost: seconds, and counted calls to GitHub."""
        self._console.print()
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, title="The tour", title_justify="left")
        table.add_column("")
        table.add_column("Step")
        table.add_column("Seconds", justify="right")
        table.add_column("Calls to GitHub", justify="right")
        for number, (headline, seconds, calls) in enumerate(steps, start=1):
            table.add_row(str(number), headline, f"{seconds:.1f}", str(calls))
        whole = sum(seconds for _, seconds, _ in steps)
        spent = sum(calls for _, _, calls in steps)
        table.add_section()
        table.add_row("", "All", f"{whole:.1f}", str(spent))
        self._console.print(table)
        self.say(f"Issues: {issues}, of which {still_open} open. All {len(steps)} steps happened.")

    def failed(self, what: str, why: str, log: Sequence[dict[str, Any]]) -> None:
        """Say which step did not happen, and what the server logged last."""
        self._console.print()
        self._console.print(Text(f"The tour ends here: {what}.", style="bold red"))
        self.say(why)
        if log:
            self.say("The server's last lines:")
        for line in log:
            self._console.print(Text(f"  {_log_line(line)}", style="dim"), no_wrap=True)

    def _panel(self, body: RenderableType, *, title: str) -> None:
        framed = Panel(body, title=Text(title), title_align="left", border_style="dim")
        self._console.print(framed)


def _facts(issue: Issue) -> Text:
    parts = [_state(issue), *(_label(label) for label in issue["labels"])]
    if issue["assignees"]:
        people = ", ".join(user["login"] for user in issue["assignees"])
        parts.append(Text(f"assigned to {people}"))
    return Text("  ").join(parts)


def _state(issue: Issue) -> Text:
    colour = "green" if issue["state"] == "open" else "magenta"
    return Text(issue["state"], style=f"bold {colour}")


def _label(label: dict[str, Any]) -> Text:
    colour = str(label.get("color") or "")
    style = f"#{colour}" if re.fullmatch(r"[0-9a-fA-F]{6}", colour) else ""
    return Text(f"[{label['name']}]", style=style)


def _status(body: str) -> RenderableType:
    """What the app says of an incident's state: the table between its marks."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim")
    grid.add_column()
    for line in body.partition(BEGIN)[2].partition(END)[0].splitlines():
        cells = [_bare(cell).strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(cells) == 2 and cells[0] and not cells[0].startswith("---"):
            grid.add_row(*map(Text, cells))
    return Padding(grid, (1, 0, 0, 0))


def _comment(comment: Comment, reactions: Sequence[str]) -> RenderableType:
    words = _visible(comment["body"].partition(BEGIN)[0])
    kept = [_bare(line) for line in words.splitlines() if line.strip()][:_COMMENT_LINES]
    text = Text(f"{comment['user']['login']}: ", style="bold")
    text.append("\n".join(kept), style="not bold")
    if reactions:
        text.append("  " + " ".join(_REACTIONS.get(one, one) for one in reactions))
    return Padding(text, (1, 0, 0, 0))


def _visible(body: str) -> str:
    return _HIDDEN.sub("", body).strip()


def _bare(text: str) -> str:
    """Without the marks of Markdown that a terminal does not need."""
    bare = re.sub(r"\\([^\w\s])|\*\*|`", lambda found: found[1] or "", text)
    return html.unescape(bare).replace("\u200b", "")


def _log_line(line: dict[str, Any]) -> str:
    """A parsed line of the log, shorter: `21:33:50 warning not_ready reason=…`."""
    if "text" in line:
        return str(line["text"])
    left_out = {"timestamp", "level", "event", "logger", "request_id", "github_request_id"}
    rest = (f"{name}={_last(value)}" for name, value in line.items() if name not in left_out)
    at = str(line.get("timestamp", ""))[11:19]
    return " ".join([at, str(line.get("level", "")), str(line.get("event", "")), *rest])


def _last(value: Any) -> str:
    """The last line of a text: of a traceback, what it is about."""
    return (str(value).splitlines() or [""])[-1]
