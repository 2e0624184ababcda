"""Which parts of the reconciler are on: GitHub always, a sender when what it is asked with is configured."""

from collections.abc import Mapping

import aiohttp

from ghapp.duties import reconcile_parts
from ghapp.duties.reconcile import Part
from ghapp.duties.reconcile_parts import Put
from ghapp.duties.records import Memory, Records
from ghapp.github.deliveries import Hook
from ghapp.settings import Settings

SWITCHES: Mapping[str, str] = {"stripe": "GHAPP_STRIPE_API_KEY", "gcp": "GHAPP_GCP_PROJECTS"}
"""The variable that switches a part on: a key, and the projects to look at, separated by commas."""


def parts(
    settings: Settings,
    *,
    session: aiohttp.ClientSession,
    hook: Hook,
    memory: Memory,
    records: Records,
    put: Put,
) -> dict[str, Part]:
    """The parts by name, in the order in which people read of them."""
    variables, out = settings.variables, off(settings)
    found = {"github": reconcile_parts.github(hook, memory)}
    if "stripe" not in out:
        found["stripe"] = reconcile_parts.stripe(variables, put)
    if "gcp" not in out:
        projects = settings.secrets_of(SWITCHES["gcp"])
        found["gcp"] = reconcile_parts.gcp(variables, session, records, put, projects)
    return found


def off(settings: Settings) -> Mapping[str, str]:
    """The parts that are off, each with the variable that would switch it on."""
    return {
        name: variable for name, variable in SWITCHES.items() if not settings.secrets_of(variable)
    }
