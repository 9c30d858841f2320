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
    answers: list[tuple[str, str]]


def groups_of(schema: Mapping[str, Any]) -> dict[str, list[Operation]]:
    """By the schema's own tags, in the order in which they come."""
    groups: dict[str, list[Operation]] = {}
    for tag, operation in _operations(schema):
        groups.setdefault(tag, []).append(operation)
    return groups


def _operations(schema: Mapping[str, Any]) -> Iterator[tuple[str, Operation]]:
    for path, item in schema.get("paths", {}).items():
        for method in METHODS:
            if method in item:
                yield (item[method].get("tags") or ["api"])[0], _operation(method, path, item[method])


def _operation(method: str, path: str, said: Mapping[str, Any]) -> Operation:
    words = said.get("description", "")
    return Operation(
        method=method.upper(),
        path=path,
        title=said.get("summary") or words.split("\n")[0] or said.get("operationId", ""),
        words=words,
        parameters=[_parameter(one) for one in said.get("parameters", []) if "name" in one],
        answers=[(status, answer.get("description", "")) for status, answer in said.get("responses", {}).items()],
    )


def _parameter(one: Mapping[str, Any]) -> dict[str, Any]:
    schema = one.get("schema", {})
    return {
        "name": one["name"],
        "place": one.get("in", ""),
        "kind": schema.get("format") or schema.get("type", ""),
        "required": one.get("required", False),
        "words": one.get("description", ""),
    }
