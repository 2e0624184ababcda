"""`ghapp connect stripe`: an endpoint for exactly the events that mean something, and one for thin events."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit, urlunsplit

import typer
from rich.text import Text

from ghapp.cli.errors import UserError, console
from ghapp.clients.stripe import (
    KEY_VARIABLE,
    Endpoint,
    Endpoints,
    KeyRefusedError,
    NotThereError,
    Stripe,
    StripeApiError,
)
from ghapp.settings import PUBLIC_URL_VARIABLE
from ghapp.sources.stripe import EVENT_TYPES, SOURCE, THIN_EVENT_TYPES

_PATH = f"/webhooks/{SOURCE.path}"
_LIVE = "_live_"


@dataclass(frozen=True, slots=True)
class Step:
    """What is to do for one kind of endpoint: make one where there is none, else mend what differs."""

    title: str
    types: Sequence[str]
    there: Endpoint | None
    others: int = 0

    @property
    def missing(self) -> list[str]:
        """The types that it does not get yet."""
        return sorted(set(self.types) - (self.there.types if self.there else frozenset()))

    @property
    def superfluous(self) -> list[str]:
        """The types that nobody here asks for."""
        return sorted(self.there.types - set(self.types)) if self.there else []

    @property
    def due(self) -> bool:
        """Whether there is anything to do."""
        sound = self.there is not None and self.there.enabled
        return not sound or bool(self.missing or self.superfluous)


def step(title: str, types: Sequence[str], url: str, existing: Iterable[Endpoint]) -> Step:
    """Compare what is wanted with what is there; the first endpoint with that address is ours."""
    same = [one for one in existing if one.url == url]
    return Step(title, types, same[0] if same else None, len(same[1:]))


def endpoint_address(given: str, key: str) -> str:
    """The address of ghapp's door for Stripe, by the address of ghapp or of the door itself.

    Raises:
        UserError: it is no address, or none that Stripe sends live events to.
    """
    try:
        parts = urlsplit(given.strip())
        sound = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        sound = False
    if not sound or parts.query or parts.fragment:
        raise UserError(f"not an address: {given!r}", "For example https://ghapp.example.com.")
    if parts.scheme == "http" and _LIVE in key:
        raise UserError("Stripe sends live events to https only", "Give an https address.")
    path = parts.path.rstrip("/")
    door = path if path.endswith(_PATH) else path + _PATH
    return urlunsplit((parts.scheme, parts.netloc, door, "", ""))


def register(connect: typer.Typer) -> None:
    """Add the command."""
    connect.command("stripe")(stripe)


def stripe(
    url: Annotated[
        str,
        typer.Option(envvar=PUBLIC_URL_VARIABLE, help="Where Stripe reaches ghapp: https://…."),
    ],
    apply: Annotated[bool, typer.Option("--apply", help="Do it; without, only say what.")] = False,
) -> None:
    """Make Stripe send the events that mean trouble, and no others; run it again to mend what differs.

    It prints the signing secrets of what it makes: Stripe tells them only once.
    """
    try:
        asyncio.run(_connect(os.environ, url, apply=apply))
    except KeyRefusedError as error:
        hint = f"{KEY_VARIABLE} needs to write webhook endpoints and event destinations."
        raise UserError(f"Stripe refuses the key: {error}", hint) from error
    except StripeApiError as error:
        raise UserError(f"Stripe: {error}") from error


async def _connect(environ: Mapping[str, str], url: str, *, apply: bool) -> None:
    client = Stripe.from_variables(environ)
    if client is None:
        raise UserError(
            f"not set: {KEY_VARIABLE}",
            "Make a restricted key in Stripe's dashboard: docs/stripe.md.",
        )
    key = environ[KEY_VARIABLE]
    address = endpoint_address(url, key)
    async with client:
        plan = [plan async for plan in _plan(client, address)]
        for _, one in plan:
            _print(one, address)
        if _LIVE not in key:
            _note("The key is not a live one: events of test mode are ignored (docs/stripe.md).")
        due = [(endpoints, one) for endpoints, one in plan if one.due]
        if not due:
            console().print("Nothing to do.")
        elif not apply:
            console().print(f"{len(due)} to write: run it again with --apply.")
        else:
            await _apply(due, address)
            console().print(f"{len(due)} written.")


async def _plan(client: Stripe, address: str) -> AsyncIterator[tuple[Endpoints, Step]]:
    there = await client.snapshots.all()
    yield client.snapshots, step("Webhook endpoint", EVENT_TYPES, address, there)
    try:
        there = await client.thin.all()
    except NotThereError:
        _note("Stripe offers this account no event destinations, so thin events will not come.")
        return
    title = "Event destination for thin events"
    yield client.thin, step(title, THIN_EVENT_TYPES, address, there)


async def _apply(due: Iterable[tuple[Endpoints, Step]], address: str) -> None:
    """Do it; the secrets are told even when something later fails, for Stripe tells them only now."""
    secrets = []
    try:
        for endpoints, one in due:
            if one.there is None:
                secrets.append(await endpoints.create(address, one.types))
            else:
                await endpoints.change(one.there, one.types)
    finally:
        if secrets:
            _note(
                "Set this where ghapp runs, beside the secrets that are set; it is not shown again:"
            )
            console().print(
                f"{SOURCE.secret_variable}={','.join(secrets)}", highlight=False, markup=False
            )


def _print(one: Step, address: str) -> None:
    out = console()
    if one.there is None:
        what = Text("create", "green")
        detail = f"for {len(one.types)} {'type' if len(one.types) == 1 else 'types'} of events"
    elif one.due:
        what, detail = Text("change", "yellow"), one.there.id
    else:
        what, detail = Text("fine", "dim"), one.there.id
    out.print(Text.assemble(what, f"  {one.title} {address}, {detail}"))
    if one.there is not None:
        for sign, names in (("+", one.missing), ("-", one.superfluous)):
            for name in names:
                out.print(Text(f"        {sign} {name}"))
        if not one.there.enabled:
            out.print(Text("        + enabled"))
    if one.others:
        _note(f"{one.others} more with the same address: remove them in Stripe's dashboard.")


def _note(text: str) -> None:
    console(stderr=True).print(Text(text, "dim"))
