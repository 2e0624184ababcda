"""The JSON Schema of OWNERS.yaml, as an editor uses it."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from ghapp.model.document import read
from ghapp.model.schema import DIALECT, json_schema

SCHEMA = json_schema()
FULL = (Path(__file__).parent / "full.yaml").read_text(encoding="utf-8")
SMALLEST = {"version": 1, "areas": {"app": {"owner": "alice"}}, "fallback_area": "app"}


def refused(data: Any) -> list[str]:
    """The paths that an editor would underline."""
    found = Draft202012Validator(SCHEMA).iter_errors(data)
    return sorted(".".join(map(str, one.absolute_path)) for one in found)


def test_it_is_a_schema_that_json_can_carry() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA
    assert SCHEMA["$schema"] == DIALECT
    assert "$id" not in SCHEMA


@pytest.mark.parametrize("data", [SMALLEST, read(FULL).data], ids=["smallest", "whole"])
def test_it_accepts(data: Any) -> None:
    assert refused(data) == []


@pytest.mark.parametrize(
    ("section", "where"),
    [
        ({"nonsense": 1}, ""),
        ({"version": 2}, "version"),
        ({"people": {"@alice": {}}}, "people"),
        ({"people": {"alice": {"nme": "A"}}}, "people.alice"),
        ({"severities": {"sev9": {}}}, "severities"),
        ({"severities": {"sev1": {"update": "soon"}}}, "severities.sev1.update"),
        ({"incidents": {"reopen_within": "1 day"}}, "incidents.reopen_within"),
        ({"triage": {"on": "funday"}}, "triage.on"),
        ({"triage": {"at": "9:30"}}, "triage.at"),
        ({"areas": {}}, "areas"),
        ({"areas": {"app": {}}}, "areas.app"),
    ],
    ids=str,
)
def test_it_refuses(section: dict[str, Any], where: str) -> None:
    assert refused(SMALLEST | section) == [where]


def test_it_knows_the_keys_of_the_file_and_their_defaults() -> None:
    defs = SCHEMA["$defs"]
    assert set(defs["Away"]["properties"]) == {"from", "to"}
    assert defs["Review"]["properties"]["respond_within"]["default"] == "1d"
    assert defs["Incidents"]["properties"]["reopen_within"]["default"] == "1d"
    assert defs["Storm"]["properties"]["threshold"]["default"] == 10


def test_every_section_says_what_it_is() -> None:
    assert [name for name, one in SCHEMA["$defs"].items() if not one.get("description")] == []
