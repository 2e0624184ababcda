"""`ghapp connect gcp`: a notification channel to ghapp, and the alerting policies that notify it."""

import asyncio
import os
from collections.abc import Iterator, Mapping
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from ghapp.cli.connecting._gcp_plan import Plan, door_address, parse_labels, plan
from ghapp.cli.errors import EXIT_PROBLEMS, UserError, console
from ghapp.clients.gcp_credentials import READ, WRITE, GcpError, NoCredentialsError
from ghapp.clients.gcp_monitoring import Monitoring, connected
from ghapp.settings import PUBLIC_URL_VARIABLE
from ghapp.sources.gcp import SOURCE

_CHANNEL_NAME = "ghapp"
_STYLES = {"create": "green", "update": "yellow", "attach": "green", "": "dim"}


def register(connect: typer.Typer) -> None:
    """Add the command."""
    connect.command("gcp")(gcp)


def gcp(
    project: Annotated[str, typer.Option(help="The project that has the policies: its id.")],
    url: Annotated[
        str,
        typer.Option(envvar=PUBLIC_URL_VARIABLE, help="Where Google reaches ghapp: https://…."),
    ],
    label: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY=VALUE", help="Attach policies with this user label; several: with all."
        ),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Attach every policy.")] = False,
    apply: Annotated[bool, typer.Option("--apply", help="Do it; without, only say what.")] = False,
) -> None:
    """Make Google Cloud Monitoring notify ghapp; run it again to mend what differs.

    It also shows the uptime checks that no alerting policy asks about.
    """
    if label and every:
        raise UserError("--label and --all are two ways to choose policies", "Give one of them.")
    labels = {} if every else parse_labels(label or []) or None
    try:
        complete = asyncio.run(_connect(os.environ, project, url, labels, apply=apply))
    except NoCredentialsError as error:
        hint = "`gcloud auth application-default login`, or GOOGLE_APPLICATION_CREDENTIALS."
        raise UserError(str(error), hint) from error
    except GcpError as error:
        hint = "Reading needs roles/monitoring.viewer, writing roles/monitoring.editor."
        raise UserError(str(error), hint) from error
    if not complete:
        raise typer.Exit(EXIT_PROBLEMS)


async def _connect(
    environ: Mapping[str, str],
    project: str,
    url: str,
    labels: Mapping[str, str] | None,
    *,
    apply: bool,
) -> bool:
    """Plan, print and perhaps do; False when the labels choose nothing."""
    address, token = door_address(url), _token(environ)
    waiting = console(stderr=True).status("Asking Google Cloud")
    async with connected(environ, (WRITE,) if apply else (READ,)) as monitoring:
        with waiting:
            found = plan(
                address=address,
                token=token,
                channels=await monitoring.channels(project),
                policies=await monitoring.policies(project),
                checks=await monitoring.uptime_checks(project),
                labels=labels,
            )
        out = console()
        out.print(_table(project, found))
        for line in _notes(found, labels):
            out.print(Text(line))
        if not found.due:
            out.print("Nothing to do.")
        elif apply:
            with waiting:
                await _apply(monitoring, project, found)
            out.print(f"{found.due} written.")
        else:
            out.print(f"{found.due} to write: run it again with --apply.")
    return bool(found.chosen) or not labels


async def _apply(monitoring: Monitoring, project: str, found: Plan) -> None:
    """The channel first: policies name it."""
    channel = found.channel
    if channel is None:
        channel = await monitoring.create_channel(
            project, display_name=_CHANNEL_NAME, url=found.url
        )
    elif found.channel_due:
        await monitoring.update_channel(channel.name, url=found.url)
    # Google asks that policies be changed one after the other.
    for policy in found.policies_due:
        await monitoring.set_channels(policy.name, [*policy.channels, channel.name])


def _token(environ: Mapping[str, str]) -> str:
    """The first of the tokens that ghapp knows: the one to change to, while there are two."""
    tokens = [part.strip() for part in environ.get(SOURCE.secret_variable, "").split(",")]
    if not tokens[0]:
        raise UserError(
            f"not set: {SOURCE.secret_variable}",
            "Choose one: openssl rand -hex 32. ghapp needs the same (docs/gcp.md).",
        )
    return tokens[0]


def _table(project: str, found: Plan) -> Table:
    table = Table(title=f"Notifications of {project}", title_justify="left", box=None)
    for heading in ("", "", "name"):
        table.add_column(heading, no_wrap=True)
    rows: list[tuple[str, str, str]] = []
    action = "create" if found.channel is None else "update" if found.channel_due else ""
    rows.append((action, "channel", found.address))
    for policy in found.chosen:
        state = "" if policy.enabled else " (switched off)"
        action = "" if found.notifies(policy) else "attach"
        rows.append((action, "policy", policy.display_name + state))
    for action, kind, name in rows:
        table.add_row(Text(action or "fine", _STYLES[action]), kind, Text(name))
    return table


def _notes(found: Plan, labels: Mapping[str, str] | None) -> Iterator[str]:
    if found.others:
        yield f"{found.others} more send to the same address: delete them, or each alert comes twice."
    if labels is None:
        yield "No policy is chosen: --label KEY=VALUE, or --all."
    elif labels and not found.chosen:
        wanted = ", ".join(f"{key}={value}" for key, value in labels.items())
        yield f"No policy has the user label {wanted}."
    for check in found.unwatched:
        yield f"No policy asks about the uptime check {check.display_name or check.id}."
