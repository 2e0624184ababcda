"""`ghapp init`: the smallest useful OWNERS.yaml."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from ghapp.cli.check import PLACES
from ghapp.cli.errors import UserError, console
from ghapp.model.document import read
from ghapp.model.references import why_no_login

PLACEHOLDER: Final = "alice"

_CONTENT: Final = """\
# Who owns what, and who is told when it breaks. `ghapp check` says whether it is right.
version: 1
timezone: UTC               # such as Europe/Berlin
areas:
  app:
    owner: {owner:<16} # a GitHub login
    # backup: LOGIN         # is told when the owner does not answer
    # paths: ["src/**"]     # the files that belong to it
    # runbook: docs/runbooks/app.md
    # alerts: [{{source: gcp, match: {{policy_name: "*"}}, severity: sev2}}]
fallback_area: app          # gets the alerts that no rule matches
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(init)


def init(
    file: Annotated[Path | None, typer.Argument(help="Default: OWNERS.yaml.")] = None,
    owner: Annotated[
        str | None,
        typer.Option(help="Login of the owner. Default: `git config github.user`, else asked for."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")] = False,
) -> None:
    """Write the smallest useful OWNERS.yaml."""
    path = PLACES[0] if file is None else file
    for taken in PLACES if file is None else (path,):
        if taken.exists() and not force:
            raise UserError(f"there is already {taken}", "--force overwrites it")
    login = owner or _configured() or _asked() or PLACEHOLDER
    wrong = why_no_login(login)
    if wrong:
        raise UserError(f"`{login}` is no GitHub login", wrong)
    text = _CONTENT.format(owner=login if read(login).data == login else json.dumps(login))
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UserError(f"{path} can't be written: {error.strerror or error}") from error
    console().print(f"Wrote {path}, owned by {login}.", markup=False, highlight=False)
    if login == PLACEHOLDER and owner is None:
        note = f"{PLACEHOLDER} is a placeholder: put a GitHub login of your team there."
        console(stderr=True).print(note, markup=False, highlight=False)


def _configured() -> str:
    """The login in git's configuration; empty without one."""
    git = shutil.which("git")
    if git is None:
        return ""
    asked = subprocess.run(  # noqa: S603 - a fixed command line
        [git, "config", "github.user"], capture_output=True, text=True, check=False
    )
    return asked.stdout.strip()


def _at_keyboard() -> bool:
    return sys.stdin.isatty()


def _asked() -> str:
    """The login that a person types, if there is one at the keyboard; empty otherwise."""
    if not _at_keyboard():
        return ""
    answer: str = typer.prompt("GitHub login of the owner", default=PLACEHOLDER)
    return answer
