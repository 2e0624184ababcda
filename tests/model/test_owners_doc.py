"""The reference of OWNERS.yaml: its examples are right, and together they show every section."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from ghapp.model.document import read
from ghapp.model.load import load
from ghapp.model.types import Model

DOC = Path(__file__).parent.parent.parent / "docs" / "owners-yaml.md"
EXAMPLES = re.findall(
    r"^```yaml\n(.*?)^```$", DOC.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
)


def together() -> dict[str, Any]:
    """All examples as one file, the later over the earlier."""
    whole: dict[str, Any] = {}
    for example in EXAMPLES:
        whole |= read(example).data
    return whole


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda text: text.partition(":")[0])
def test_an_example_is_right(example: str) -> None:
    whole = together() | read(example).data
    if "areas" in read(example).data:
        whole.pop("decisions")
    assert [str(one) for one in load(json.dumps(whole)).errors] == []


def test_the_examples_show_every_section() -> None:
    assert set(together()) == set(Model.model_fields)
