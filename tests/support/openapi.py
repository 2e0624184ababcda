"""GitHub's own description of its API, and what a request does against it."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema

from ghapp.demo.messages import Request

FILE = (
    Path(__file__).parents[1]
    / "emulator/node_modules/@octokit/openapi/generated/api.github.com.json"
)
METHODS = ("get", "post", "put", "patch", "delete")
ACROSS_SLASHES = {"path", "ref", "basehead", "branch"}
"""Path parameters that may hold a slash: a file's path, a branch's name."""

formats = jsonschema.FormatChecker(formats=())


@formats.checks("date-time", raises=ValueError)
def _is_date_time(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


@dataclass(frozen=True)
class Operation:
    """One method of one path, with the parts of the description that a request must obey."""

    template: str
    pattern: re.Pattern[str]
    parameters: Mapping[str, dict[str, Any]]
    required: frozenset[str]
    body: dict[str, Any] | None
    body_required: bool

    def problems(self, request: Request) -> Iterator[str]:
        yield from self._query_problems(request)
        yield from self._body_problems(request)

    def _query_problems(self, request: Request) -> Iterator[str]:
        for name in sorted(self.required - set(request.query)):
            yield f"query parameter {name} is missing"
        for name, value in request.query.items():
            schema = self.parameters.get(name)
            if schema is None:
                yield f"unknown query parameter {name}"
            else:
                for error in _validate(schema, _coerce(value, schema)):
                    yield f"query parameter {name}: {error}"

    def _body_problems(self, request: Request) -> Iterator[str]:
        if not request.content:
            if self.body_required:
                yield "a body is required"
        elif request.body is None:
            yield "the body is not JSON"
        elif self.body is None:
            if request.body != {}:
                yield "no body is described"
        else:
            yield from _validate(self.body, request.body)


def problems(request: Request) -> list[str]:
    """What is wrong with a request, in GitHub's own terms; empty when nothing is."""
    found = [] if request.headers.get("user-agent") else ["no User-Agent: GitHub answers 403"]
    for operation in operations()[request.method.lower()]:
        if operation.pattern.fullmatch(request.path):
            return [*found, *operation.problems(request)]
    return [*found, f"GitHub has no {request.method} {request.path}"]


@cache
def operations() -> Mapping[str, list[Operation]]:
    """Every operation by method, the most literal paths first."""
    document = json.loads(FILE.read_bytes())
    by_method: dict[str, list[Operation]] = {method: [] for method in METHODS}
    for template, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                by_method[method].append(_operation(document, template, item, item[method]))
    for found in by_method.values():
        found.sort(
            key=lambda operation: (
                operation.template.count("{"),
                ".+" in operation.pattern.pattern,
                -len(operation.template),
            )
        )
    return by_method


def _operation(document: Any, template: str, item: Any, described: Any) -> Operation:
    parameters = [
        _follow(document, one)
        for one in item.get("parameters", []) + described.get("parameters", [])
    ]
    query = [one for one in parameters if one["in"] == "query"]
    body = _follow(document, described.get("requestBody", {}))
    schema = body.get("content", {}).get("application/json", {}).get("schema")
    return Operation(
        template=template,
        pattern=re.compile(re.sub(r"\\{(\w+)\\}", _segment, re.escape(template))),
        parameters={one["name"]: _convert(document, one["schema"]) for one in query},
        required=frozenset(one["name"] for one in query if one.get("required")),
        body=None if schema is None else _convert(document, schema),
        body_required=bool(body.get("required", False)),
    )


def _segment(parameter: re.Match[str]) -> str:
    return ".+" if parameter[1] in ACROSS_SLASHES else "[^/]+"


def _follow(document: Any, node: Any) -> Any:
    while "$ref" in node:
        target = document
        for key in node["$ref"].removeprefix("#/").split("/"):
            target = target[key.replace("~1", "/").replace("~0", "~")]
        node = target
    return node


def _convert(
    document: Any, node: Any, *, closed: bool = True, within: tuple[int, ...] = ()
) -> dict[str, Any]:
    """Turn OpenAPI 3.0 into JSON Schema, and close each object that names its properties.

    GitHub ignores unknown properties in silence, so that a misspelt one is never noticed there.
    """
    node = _follow(document, node)
    if id(node) in within:
        return {}
    inner = (*within, id(node))
    schema = {key: node[key] for key in _PLAIN if key in node}
    if "properties" in node:
        schema["properties"] = {
            name: _convert(document, value, within=inner)
            for name, value in node["properties"].items()
        }
        if closed and "additionalProperties" not in node:
            schema["additionalProperties"] = False
    for key in ("items", "additionalProperties"):
        if key in node:
            value = node[key]
            schema[key] = (
                _convert(document, value, within=inner) if isinstance(value, dict) else value
            )
    alternatives = [*node.get("oneOf", ()), *node.get("anyOf", ())]
    if alternatives:
        # Beside properties, an alternative says only which of them belong together.
        alone = "properties" not in node
        schema["anyOf"] = [
            _convert(document, one, closed=alone, within=inner) for one in alternatives
        ]
    return {"anyOf": [schema, {"type": "null"}]} if node.get("nullable") else schema


_PLAIN = (
    "type",
    "enum",
    "format",
    "pattern",
    "required",
    "minItems",
    "maxItems",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
)


def _validate(schema: dict[str, Any], value: Any) -> Iterator[str]:
    validator = jsonschema.Draft202012Validator(schema, format_checker=formats)
    for error in validator.iter_errors(value):
        cause = jsonschema.exceptions.best_match([error]) or error
        where = "/".join(str(part) for part in cause.absolute_path) or "body"
        yield f"{where}: {cause.message}"


def _coerce(value: str, schema: Mapping[str, Any]) -> Any:
    match schema.get("type"):
        case "integer" if re.fullmatch(r"-?\d+", value):
            return int(value)
        case "boolean" if value in {"true", "false"}:
            return value == "true"
        case "array":
            return value.split(",")
        case _:
            return value
