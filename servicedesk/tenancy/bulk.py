"""Many rows of one kind, without making an instance of each: an array a column, unnested by PostgreSQL.

For what is written by the thousand in a second, such as escalations, and with every report; everything else is saved.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import connections
from django.db.models import NOT_PROVIDED, Field, Model
from django.db.transaction import TransactionManagementError
from django.utils import timezone

from servicedesk.tenancy.plans import Said, Statement, send


@dataclass(frozen=True)
class Held:
    using: str
    savepoints: list[str]  # in which it was begun
    said: list[Said]


_HELD: ContextVar[Held | None] = ContextVar("held", default=None)


@contextmanager
def together(*, using: str) -> Iterator[None]:
    """What is inserted meanwhile is sent at the end, in this order, as one message: nobody waits for each answer.
    What is asked meanwhile does not see it yet. Within a transaction, so that it is all or nothing; and of its own
    savepoint alone, for what one within it took back would be sent all the same."""
    assert connections[using].in_atomic_block
    held = Held(using, _savepoints(using), [])
    token = _HELD.set(held)
    try:
        yield
    finally:
        _HELD.reset(token)
    if held.said:
        send(held.said, using=using)


def _savepoints(using: str) -> list[str]:
    return [savepoint for savepoint in connections[using].savepoint_ids if savepoint]


def insert(
    model: type[Model], rows: Sequence[Mapping[str, Any]], *, using: str, ignore_conflicts: bool = False
) -> None:
    """Rows by column name, each naming the same columns; what they leave out has the field's own default."""
    if not rows:
        return
    one = _shape(model, tuple(rows[0]), using, ignore_conflicts).said(rows)
    held = _HELD.get()
    if held is None or held.using != using:
        return send([one], using=using)
    if held.savepoints != _savepoints(using):
        raise TransactionManagementError("held together: a savepoint within could be taken back, and this be sent")
    held.said.append(one)


def insert_made(rows: Sequence[Model], *, using: str) -> None:
    """The same for instances of one kind, in half the time of `save`. What the database itself fills in is not read
    back, and no signal is sent."""
    if not rows:
        return
    meta = rows[0]._meta
    fields = [field for field in meta.concrete_fields if not (field.has_db_default() or field is meta.auto_field)]
    insert(type(rows[0]), [{f.column: f.pre_save(row, True) for f in fields} for row in rows], using=using)
    for row in rows:
        row._state.adding, row._state.db = False, using


def insert_with_history(row: Any, *, using: str) -> None:
    """With the first line of its history, as saving it would write."""
    insert_made([row], using=using)
    past = _past(type(row))
    author = past.get_default_history_user(row)
    version = past(
        history_date=timezone.now(), history_type="+", history_user_id=author.pk if author else None,
        **{field.attname: getattr(row, field.attname) for field in past.tracked_fields},
    )  # fmt: skip
    insert_made([version], using=using)


@cache  # each look at `history` makes a class
def _past(model: Any) -> Any:
    return model.history.model


@dataclass(frozen=True)
class Column:
    name: str
    kind: str
    make: Callable[[], Any] | None  # a fresh value for each row, such as its id

    def values(self, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
        found = [row[self.name] for row in rows] if self.make is None else [self.make() for _ in rows]
        adapt = ADAPTERS.get(self.kind)
        return [value if value is None else adapt(value) for value in found] if adapt else found


@dataclass(frozen=True)
class Shape:
    many: Statement
    single: Statement  # an array per column to hold one row costs as much as writing it
    columns: list[Column]
    constants: list[Any]

    def said(self, rows: Sequence[Mapping[str, Any]]) -> Said:
        values = [column.values(rows) for column in self.columns]
        if len(rows) == 1:
            return self.single, [*self.constants, *(value for (value,) in values)]
        return self.many, [*self.constants, *values]


@cache
def _shape(model: type[Model], given: tuple[str, ...], using: str, ignore_conflicts: bool) -> Shape:
    line, fields = connections[using], model._meta.concrete_fields
    if unknown := set(given) - {field.column for field in fields}:
        raise TypeError(f"{model.__name__} has no column {', '.join(sorted(unknown))}")
    columns, constants = [], []
    for field in fields:
        kind = str(field.db_type(line)).partition("(")[0]
        if field.column in given:
            columns.append(Column(field.column, kind, None))
        elif callable(field.default) and field.default is not NOT_PROVIDED:
            columns.append(Column(field.column, kind, field.default))
        elif _has_constant(field):
            constants.append((field.column, kind, field.get_default()))
    listed = [name for name, _kind, _value in constants] + [column.name for column in columns]
    names = ", ".join(map(line.ops.quote_name, listed))
    arrays = ", ".join(f"%s::{column.kind}[]" for column in columns)
    fixed = [f"%s::{kind}" for _name, kind, _value in constants]
    into = f"INSERT INTO {line.ops.quote_name(model._meta.db_table)} ({names})"
    conflict = " ON CONFLICT DO NOTHING" * ignore_conflicts
    many = f"{into} SELECT {', '.join([*fixed, 'u.*'])} FROM unnest({arrays}) u"  # noqa: S608 - names of fields
    single = f"{into} VALUES ({', '.join([*fixed, *(f'%s::{column.kind}' for column in columns)])})"
    statements = (Statement.of(f"insert_{model._meta.db_table}", words + conflict) for words in (many, single))
    return Shape(*statements, columns, [value for *_, value in constants])


def _has_constant(field: Field[Any, Any]) -> bool:
    is_filled_in = field.has_db_default() or field is field.model._meta.auto_field
    return not is_filled_in and not (field.null and field.default is NOT_PROVIDED)


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


ADAPTERS: dict[str, Callable[[Any], Any]] = {"jsonb": _dumped, "uuid": str}
