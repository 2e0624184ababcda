"""Which parts of the reconciler are on."""

from typing import Any

import pytest

from ghapp.core.facts import RepoName
from ghapp.settings import Settings
from ghapp.web.reconciling import off, parts

STRIPE = {"GHAPP_STRIPE_API_KEY": "rk_live_x"}
GCP = {"GHAPP_GCP_PROJECTS": "acme-prod, acme-test"}


@pytest.mark.parametrize(
    ("variables", "on", "off_by"),
    [
        pytest.param(
            {},
            ["github"],
            {"stripe": "GHAPP_STRIPE_API_KEY", "gcp": "GHAPP_GCP_PROJECTS"},
            id="GitHub alone",
        ),
        pytest.param(STRIPE, ["github", "stripe"], {"gcp": "GHAPP_GCP_PROJECTS"}, id="Stripe"),
        pytest.param(GCP, ["github", "gcp"], {"stripe": "GHAPP_STRIPE_API_KEY"}, id="GCP"),
        pytest.param({**STRIPE, **GCP}, ["github", "stripe", "gcp"], {}, id="all"),
    ],
)
def test_what_is_configured_is_on(variables: Any, on: list[str], off_by: Any) -> None:
    settings = Settings(
        app_id="1", private_key="", home_repo=RepoName("acme/ops"), variables=variables
    )
    unused: Any = None
    found = parts(settings, session=unused, hook=unused, memory=unused, records=unused, put=unused)
    assert list(found) == on
    assert off(settings) == off_by
