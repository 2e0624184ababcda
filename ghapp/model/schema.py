"""OWNERS.yaml as a JSON Schema, for editors that complete and check it while it is typed."""

from datetime import timedelta
from typing import Any, Final

from pydantic.json_schema import GenerateJsonSchema

from ghapp.model.duration import format_duration
from ghapp.model.section import FrozenMap
from ghapp.model.types import Rules
from ghapp.model.with_rules import model_type

DIALECT: Final = GenerateJsonSchema.schema_dialect
"""Draft 2020-12."""


class _Generator(GenerateJsonSchema):
    def encode_default(self, dft: Any) -> Any:
        if isinstance(dft, timedelta):
            return format_duration(dft)
        return super().encode_default(dict(dft) if isinstance(dft, FrozenMap) else dft)


def json_schema(rules: Rules | None = None) -> dict[str, Any]:
    """The schema, with the settings of these rules.

    What it accepts may still have wrong names and lints: only `load` knows.
    """
    kind = model_type(rules)
    schema = kind.model_json_schema(mode="validation", by_alias=True, schema_generator=_Generator)
    for section in (schema, *schema["$defs"].values()):
        for value in section.get("properties", {}).values():
            _close(value)
    return {"$schema": DIALECT, **schema, "title": "OWNERS.yaml of ghapp"}


def _close(schema: dict[str, Any]) -> None:
    """Where keys have a form, refuse all others: pydantic leaves them open."""
    if "patternProperties" in schema:
        schema["additionalProperties"] = False
