"""The parts of the reconciler: how each sender is asked, and what it found in the words of a table."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime

import aiohttp

from ghapp.clients.gcp_credentials import GcpError
from ghapp.clients.stripe import Stripe, StripeApiError
from ghapp.duties import lost_gcp, lost_github, lost_stripe
from ghapp.duties.reconcile import LookFailedError, Part, Seen
from ghapp.duties.records import Memory, Records
from ghapp.engine.inbox import Delivery
from ghapp.github.deliveries import Hook

Put = Callable[[Delivery], Awaitable[bool]]


def github(hook: Hook, memory: Memory) -> Part:
    """GitHub's webhook: what failed is sent again by GitHub, to the App's address."""

    async def look(now: datetime, dry_run: bool) -> Seen:
        found = await lost_github.find(hook, memory, now, dry_run=dry_run)
        return Seen(found.looked, {"redelivered": found.redelivered}, found.complete)

    return look


def stripe(variables: Mapping[str, str], put: Put) -> Part:
    """Stripe's undelivered events, taken in as if they had come."""

    async def look(now: datetime, dry_run: bool) -> Seen:
        try:
            client = Stripe.from_variables(variables)
            if client is None:
                raise LookFailedError("there is no key")
            async with client:
                found = await lost_stripe.find(client, put, now, dry_run=dry_run)
        except StripeApiError as error:
            raise LookFailedError(str(error)) from error
        return Seen(found.looked, {"taken in": found.fed})

    return look


def gcp(
    variables: Mapping[str, str],
    session: aiohttp.ClientSession,
    records: Records,
    put: Put,
    projects: Sequence[str],
) -> Part:
    """The open alerts of Google Cloud's projects, compared with the open incidents."""

    async def look(now: datetime, dry_run: bool) -> Seen:
        try:
            clients = lost_gcp.Clients.from_variables(variables, session)
        except GcpError as error:
            raise LookFailedError(str(error)) from error
        found = await lost_gcp.find(clients, records, put, projects, now, dry_run=dry_run)
        return Seen(found.looked, {"opened": found.opened, "closed": found.closed}, found.complete)

    return look
