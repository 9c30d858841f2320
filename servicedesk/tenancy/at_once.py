"""Many tables in one step of a migration.

Django draws each model anew that is related to the one an operation makes, by however many steps: with two hundred
models that all point at a hospital, each new table draws all before it, and a fresh database took 18 seconds. Here the
models are drawn once, after the last of them is known. `AtOnce(operations=[CreateModel(…), Behind(…), …])` is for
operations that make what none of the others changes again.
"""

from __future__ import annotations

from typing import Any

from django.db.migrations.operations.base import Operation


class AtOnce(Operation):
    reversible = True
    serialization_expand_args = ["operations"]

    def __init__(self, operations: list[Operation]) -> None:
        self.operations = operations

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [], {"operations": self.operations}

    def state_forwards(self, app_label: str, state: Any) -> None:
        state.__dict__.pop("apps", None)  # drawn when it is next asked for
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(self, app_label: str, editor: Any, from_state: Any, to_state: Any) -> None:
        for operation in self.operations:
            operation.database_forwards(app_label, editor, from_state, to_state)

    def database_backwards(self, app_label: str, editor: Any, from_state: Any, to_state: Any) -> None:
        for operation in reversed(self.operations):
            operation.database_backwards(app_label, editor, from_state, to_state)

    def describe(self) -> str:
        return f"{len(self.operations)} steps at once, {self.operations[0].describe()} first"
