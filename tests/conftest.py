"""What holds for every test: unit tests open no sockets, end-to-end tests are marked as such."""

import os
from pathlib import Path

import hypothesis
import pytest
import pytest_socket

END_TO_END = Path(__file__).parent / "e2e"

# How long an example takes says more of the machine's other work than of ours.
hypothesis.settings.register_profile(
    "ghapp",
    deadline=None,
    max_examples=50,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.register_profile(
    "deep", hypothesis.settings.get_profile("ghapp"), max_examples=1000
)
hypothesis.settings.register_profile(
    "quick", hypothesis.settings.get_profile("ghapp"), max_examples=10
)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ghapp"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(END_TO_END):
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.enable_socket)
        if "postgres" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.postgres)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("enable_socket") is None:
        pytest_socket.disable_socket(allow_unix_socket=True)
