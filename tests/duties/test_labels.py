"""The app's labels are there before they are needed, and a person's taste is respected."""

import pytest

from ghapp.core.labels import label_set
from ghapp.duties.labels import ensure_labels
from ghapp.github.errors import Refused, Unavailable
from tests.support.builders import HOME, model
from tests.support.fake_github import FakeGateway

MODEL = model()
SOURCES = ["gcp"]
WANTED = label_set(MODEL, SOURCES)


async def test_what_is_missing_is_created_with_colour_and_description() -> None:
    github = FakeGateway()
    await ensure_labels(github, HOME, MODEL, SOURCES)
    made = {
        (label.name, label.color, label.description) for label in await github.list_labels(HOME)
    }
    assert made == {(spec.name, spec.color, spec.description) for spec in WANTED}
    assert {"incident", "sev1", "area/billing", "source/gcp", "model"} <= {
        name for name, *_ in made
    }


async def test_again_it_costs_one_look() -> None:
    github = FakeGateway()
    await ensure_labels(github, HOME, MODEL, SOURCES)
    github.calls.clear()
    await ensure_labels(github, HOME, MODEL, SOURCES)
    assert [call.method for call in github.calls] == ["list_labels"]


async def test_a_label_that_is_there_stays_as_it_is_in_whatever_case() -> None:
    github = FakeGateway()
    await github.create_label(HOME, name="SEV1", color="00ff00", description="ours")
    await ensure_labels(github, HOME, MODEL, SOURCES)
    labels = await github.list_labels(HOME)
    assert [label.color for label in labels if label.name.casefold() == "sev1"] == ["00ff00"]


@pytest.mark.parametrize("method", ["list_labels", "create_label"])
@pytest.mark.parametrize("error", [Unavailable("502"), Refused(403, "no")], ids=["down", "refused"])
async def test_trouble_stops_nothing(method: str, error: Exception) -> None:
    github = FakeGateway()
    github.fail(method, error)
    await ensure_labels(github, HOME, MODEL, SOURCES)
    await ensure_labels(github, HOME, MODEL, SOURCES)
    assert len(await github.list_labels(HOME)) == len(WANTED)
