"""Which parts of the reconciler are on: GitHub always, a sender when what it is asked with is configured."""

from collections.abc import Mapping

from ghapp.duties import reconcile
from ghapp.duties.reconcile import Part
from ghapp.duties.records import Memory
from ghapp.github.deliveries import Hook
from ghapp.settings import Settings

STRIPE = "GHAPP_STRIPE_API_KEY"
GCP = "GHAPP_GCP_PROJECTS"


def parts(*, hook: Hook, memory: Memory) -> dict[str, Part]:
    """The parts by name, in the order in which people read of them."""
    return {"github": reconcile.github(hook, memory)}


def off(settings: Settings) -> Mapping[str, str]:
    """The parts that are off, each with the variable that would switch it on."""
    switches = {"stripe": STRIPE, "gcp": GCP}
    return {
        name: variable for name, variable in switches.items() if not settings.secrets_of(variable)
    }
