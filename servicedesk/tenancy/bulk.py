"""Many rows of one kind, without making an instance of each: an array a column, unnested by PostgreSQL.

For what is written by the thousand in a second, such as escalations, and with every report; everything else is saved.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, cached_property, partial
from operator import attrgetter
from typing import Any

from django.db import connections
from django.db.models import NOT_PROVIDED, DateField, Field, Model
from django.db.transaction import TransactionManagementError
from django.utils import timezone
from simple_history.signals import pre_create_historical_record

from servicedesk.tenancy.plans import Said, Statement, first_of, rows_of, send

# Stands in a text for what is known only when its row is written, such as the number that is next: by then a statement
# of the same message has put it into SETTING. Nobody who types a text can guess it.
LATER, SETTING = secrets.token_hex(16), "bulk.later"


class Held:
    def __init__(self, using: str) -> None:
        self.using, self.knows_later = using, False
        self.savepoints = _savepoints(using)  # in which it was begun
        self.said: list[Said] = []

    def taken(self) -> list[Said]:
        said, self.said = self.said, []
        return said


_HELD: ContextVar[Held | None] = ContextVar("held", default=None)


@contextmanager
def together(*, using: str) -> Iterator[None]:
    """What is inserted meanwhile is sent at the end, in this order, as one message: nobody waits for each answer.
    What is asked meanwhile does not see it yet, but for `ask` and `ask_all`. Within a transaction, so that it is all or
    nothing; and of its own savepoint alone, for what one within it took back would be sent all the same."""
    assert connections[using].in_atomic_block
    if _held(using):
        yield  # with what is held already
        return
    held = Held(using)
    token = _HELD.set(held)
    try:
        yield
    finally:
        _HELD.reset(token)
    if held.said:
        send(held.said, using=using)


def _savepoints(using: str) -> list[str]:
    return [savepoint for savepoint in connections[using].savepoint_ids if savepoint]


def _held(using: str) -> Held | None:
    held = _HELD.get()
    if held is None or held.using != using:
        return None
    if held.savepoints != _savepoints(using):
        raise TransactionManagementError("held together: a savepoint within could be taken back, and this be sent")
    return held


def ask(statement: Statement, values: list[Any], *, using: str) -> Any:
    """The first row of the answer, or None. What is held goes before it, in the same message."""
    return first_of([*_taken(using), (statement, values)], using=using)


def ask_all(statement: Statement, values: list[Any], *, using: str) -> list[Any]:
    """The same for every row."""
    return rows_of([*_taken(using), (statement, values)], using=using)


def _taken(using: str) -> list[Said]:
    held = _held(using)
    return held.taken() if held else []


def say(statement: Statement, values: list[Any], *, using: str) -> None:
    if held := _held(using):
        held.said.append((statement, values))
    else:
        send([(statement, values)], using=using)


def say_later(statement: Statement, values: list[Any], *, using: str) -> None:
    """It puts into SETTING what the rows that follow it mean by LATER."""
    say(statement, values, using=using)
    held = _held(using)
    assert held, "who says LATER says it in the same message"
    held.knows_later = True


def insert(
    model: type[Model], rows: Sequence[Mapping[str, Any]], *, using: str, ignore_conflicts: bool = False
) -> None:
    """Rows by column name, each naming the same columns; what they leave out has the field's own default."""
    if rows:
        held = _held(using)
        filled = _filled(rows) if held and held.knows_later else frozenset[str]()
        say(*_shape(model, tuple(rows[0]), using, ignore_conflicts, filled).said(rows), using=using)


def _filled(rows: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    return frozenset(name for row in rows for name, value in row.items() if _is_later(value))


def _is_later(value: Any) -> bool:
    if isinstance(value, str):
        return LATER in value
    return isinstance(value, dict) and any(map(_is_later, value.values()))


def insert_made(rows: Sequence[Model], *, using: str) -> None:
    """The same for instances of one kind, in half the time of `save`. What the database itself fills in is not read
    back, and no signal is sent."""
    if not rows:
        return
    kept = _kept(type(rows[0]))
    insert(type(rows[0]), [{column: value_of(row) for column, value_of in kept} for row in rows], using=using)
    for row in rows:
        row._state.adding, row._state.db = False, using


@cache
def _kept(model: type[Model]) -> list[tuple[str, Callable[[Model], Any]]]:
    """What is written of each row of it: most is an attribute as it is, the rest a field has to be asked for."""
    fields = [f for f in model._meta.concrete_fields if not (f.has_db_default() or f is model._meta.auto_field)]
    return [(f.column, attrgetter(f.attname) if _is_plain(f) else partial(_asked_for, f)) for f in fields]


def _is_plain(field: Any) -> bool:
    is_stamp = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    return not is_stamp and (type(field).pre_save is Field.pre_save or isinstance(field, DateField))


def _asked_for(field: Any, row: Model) -> Any:
    return field.pre_save(row, True)


def update_made(row: Model, fields: Sequence[str], *, using: str) -> None:
    """Those fields of a row that is locked, as `save(update_fields=…)` writes them; no signal is sent."""
    statement, columns = _update(type(row), tuple(fields), using)
    given = {column.name: getattr(row, column.name) for column in columns}
    say(statement, [*(column.value(given) for column in columns), row.pk], using=using)


def insert_with_history(row: Any, *, using: str) -> None:
    """With the first line of its history, as saving it would write."""
    insert_made([row], using=using)
    insert_made([_version(row, "+", using)], using=using)


def update_with_history(row: Any, fields: Sequence[str], *, using: str) -> None:
    update_made(row, fields, using=using)
    insert_made([_version(row, "~", using)], using=using)


def _version(row: Any, kind: str, using: str) -> Any:
    past = _past(type(row))
    author, at = past.get_default_history_user(row), timezone.now()
    version = past(
        history_date=at, history_type=kind, history_user_id=author.pk if author else None,
        **{field.attname: getattr(row, field.attname) for field in past.tracked_fields},
    )  # fmt: skip
    pre_create_historical_record.send(
        sender=past, instance=row, history_date=at, history_user=author, history_instance=version, using=using
    )
    return version


@cache  # each look at `history` makes a class
def _past(model: Any) -> Any:
    return model.history.model


@dataclass(frozen=True)
class Column:
    name: str
    kind: str
    make: Callable[[], Any] | None  # a fresh value for each row, such as its id
    longest: int | None = None
    is_filled: bool = False

    @property
    def given(self) -> str:
        return "text" if self.is_filled else self.kind

    def filled(self, value: str) -> str:
        """What is written of what was given."""
        if not self.is_filled:
            return value
        text = f"replace({value}, '{LATER}', current_setting('{SETTING}'))"
        return f"left({text}, {self.longest})" if self.longest else f"({text})::{self.kind}"

    @cached_property
    def adapt(self) -> Callable[[Any], Any] | None:
        return ADAPTERS.get(self.kind)

    def value(self, row: Mapping[str, Any]) -> Any:
        found = row[self.name] if self.make is None else self.make()
        return found if found is None or self.adapt is None else self.adapt(found)


@dataclass(frozen=True)
class Shape:
    many: Statement
    single: Statement  # an array per column to hold one row costs as much as writing it
    columns: list[Column]
    constants: list[Any]

    def said(self, rows: Sequence[Mapping[str, Any]]) -> Said:
        if len(rows) == 1:
            return self.single, [*self.constants, *(column.value(rows[0]) for column in self.columns)]
        return self.many, [*self.constants, *([column.value(row) for row in rows] for column in self.columns)]


@cache
def _shape(
    model: type[Model], given: tuple[str, ...], using: str, ignore_conflicts: bool, filled: frozenset[str] = frozenset()
) -> Shape:
    line, fields = connections[using], model._meta.concrete_fields
    if unknown := set(given) - {field.column for field in fields}:
        raise TypeError(f"{model.__name__} has no column {', '.join(sorted(unknown))}")
    columns, constants = [], []
    for field in fields:
        kind = _kind(field, line)
        if field.column in given:
            longest = getattr(field, "max_length", None)
            columns.append(Column(field.column, kind, None, longest, field.column in filled))
        elif callable(field.default) and field.default is not NOT_PROVIDED:
            columns.append(Column(field.column, kind, field.default))
        elif _has_constant(field):
            constants.append((field.column, kind, field.get_default()))
    listed = [name for name, _kind, _value in constants] + [column.name for column in columns]
    names = ", ".join(map(line.ops.quote_name, listed))
    arrays = ", ".join(f"%s::{column.given}[]" for column in columns)
    chosen = [column.filled(f"u.c{place}") for place, column in enumerate(columns)]
    called = ", ".join(f"c{place}" for place in range(len(columns)))
    fixed = [f"%s::{kind}" for _name, kind, _value in constants]
    into = f"INSERT INTO {line.ops.quote_name(model._meta.db_table)} ({names})"
    conflict = " ON CONFLICT DO NOTHING" * ignore_conflicts
    many = f"{into} SELECT {', '.join([*fixed, *chosen])} FROM unnest({arrays}) u({called})"  # noqa: S608 - names of fields
    single = f"{into} VALUES ({', '.join([*fixed, *(c.filled(f'%s::{c.given}') for c in columns)])})"
    statements = (Statement.of(f"insert_{model._meta.db_table}", words + conflict) for words in (many, single))
    return Shape(*statements, columns, [value for *_, value in constants])


@cache
def _update(model: type[Model], names: tuple[str, ...], using: str) -> tuple[Statement, list[Column]]:
    line, key = connections[using], model._meta.pk
    fields = [model._meta.get_field(name) for name in names]
    columns = [Column(field.attname, _kind(field, line), None) for field in fields]
    changes = ", ".join(f"{line.ops.quote_name(f.column)} = %s::{_kind(f, line)}" for f in fields)
    table, where = line.ops.quote_name(model._meta.db_table), f"{key.column} = %s::{_kind(key, line)}"
    words = f"UPDATE {table} SET {changes} WHERE {where}"  # noqa: S608 - names of fields
    return Statement.of(f"update_{model._meta.db_table}", words), columns


def _kind(field: Any, line: Any) -> str:
    return str(field.db_type(line)).partition("(")[0]


def _has_constant(field: Field[Any, Any]) -> bool:
    is_filled_in = field.has_db_default() or field is field.model._meta.auto_field
    return not is_filled_in and not (field.null and field.default is NOT_PROVIDED)


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


ADAPTERS: dict[str, Callable[[Any], Any]] = {"jsonb": _dumped, "uuid": str}
