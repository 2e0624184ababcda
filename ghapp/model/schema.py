"""OWNERS.yaml as a JSON Schema, for editors that complete and check it while it is typed."""

from typing import Any, Final

from pydantic.json_schema import GenerateJsonSchema

from ghapp.model.types import Model

DIALECT: Final = GenerateJsonSchema.schema_dialect
"""Draft 2020-12."""


def json_schema() -> dict[str, Any]:
    """The schema. What it accepts may still have wrong names and lints: only `load` knows."""
    schema = Model.model_json_schema(mode="validation", by_alias=True)
    for section in (schema, *schema["$defs"].values()):
        for value in section.get("properties", {}).values():
            _close(value)
    return {"$schema": DIALECT, **schema, "title": "OWNERS.yaml of ghapp"}


def _close(schema: dict[str, Any]) -> None:
    """Where keys have a form, refuse all others: pydantic leaves them open."""
    if "patternProperties" in schema:
        schema["additionalProperties"] = False
