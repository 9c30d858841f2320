"""An OpenAPI schema as the page about the API shows it: what may be asked, group by group."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    title: str
    words: str
    parameters: list[dict[str, Any]]
    fields: list[dict[str, Any]]
    answers: list[tuple[str, str]]


def groups_of(schema: Mapping[str, Any]) -> dict[str, list[Operation]]:
    """By the schema's own tags: tickets first, which everybody comes for, then in the order in which they come."""
    groups: dict[str, list[Operation]] = {"tickets": []}
    for tag, operation in _operations(schema):
        groups.setdefault(tag, []).append(operation)
    return {tag: operations for tag, operations in groups.items() if operations}


def _operations(schema: Mapping[str, Any]) -> Iterator[tuple[str, Operation]]:
    for path, item in schema.get("paths", {}).items():
        for method in METHODS:
            if method in item:
                yield (item[method].get("tags") or ["api"])[0], _operation(method, path, item[method], schema)


def _operation(method: str, path: str, said: Mapping[str, Any], schema: Mapping[str, Any]) -> Operation:
    words = said.get("description", "")
    return Operation(
        method=method.upper(),
        path=path,
        title=said.get("summary") or words.split("\n")[0] or said.get("operationId", ""),
        words=words,
        parameters=[_parameter(one, schema) for one in said.get("parameters", []) if "name" in one],
        fields=list(_fields(said.get("requestBody", {}), schema)),
        answers=[(status, answer.get("description", "")) for status, answer in said.get("responses", {}).items()],
    )


def _fields(body: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for media, content in body.get("content", {}).items():
        shape = _resolved(content["schema"], schema)
        for name, kind in shape.get("properties", {}).items():
            one = {"name": name, "in": media, "required": name in shape.get("required", ()), "schema": kind}
            yield _parameter({**one, "description": kind.get("description", "")}, schema)


def _resolved(shape: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" in shape:
        return schema["components"]["schemas"][shape["$ref"].rpartition("/")[2]]
    choices = [*shape.get("allOf", []), *shape.get("oneOf", [])]
    return _resolved(choices[0], schema) if choices else shape


def _parameter(one: Mapping[str, Any], whole: Mapping[str, Any]) -> dict[str, Any]:
    schema = _resolved(one.get("schema", {}), whole)
    return {
        "name": one["name"],
        "place": one.get("in", ""),
        "kind": " | ".join(map(str, schema.get("enum", ()))) or schema.get("format") or schema.get("type", ""),
        "required": one.get("required", False),
        "words": one.get("description", ""),
    }
