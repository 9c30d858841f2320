"""Rows by a statement of ours whose plan PostgreSQL keeps: to plan one under its policies took ten times as long as to
answer it, and Django as long again to word it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import islice
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Field, Model

from servicedesk.tenancy.bulk import ask
from servicedesk.tenancy.plans import Statement

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Columns(Generic[Row]):
    """Of one model in a statement, under an alias."""

    model: type[Row]
    alias: str
    without: Collection[str] = ()

    @cached_property
    def fields(self) -> list[Field[Any, Any]]:
        return [field for field in self.model._meta.concrete_fields if field.name not in self.without]

    @property
    def words(self) -> str:
        """With casts: a plan that is kept may not answer with other types when a migration has changed a column."""
        line = connections[DEFAULT_DB_ALIAS]
        return ", ".join(f'{self.alias}."{field.column}"{_cast(field, line)}' for field in self.fields)

    def made(self, values: Iterable[Any], *, using: str) -> Row:
        line, fields = connections[using], self.fields
        kept = [
            field.from_db_value(value, None, line) if hasattr(field, "from_db_value") else value
            for field, value in zip(fields, values, strict=True)
        ]
        return self.model.from_db(using, [field.attname for field in fields], kept)


def _cast(field: Field[Any, Any], line: Any) -> str:
    kind = (field.cast_db_type(line) or "").partition("(")[0]
    return f"::{kind}" if kind else ""  # without a database, as when migrations are made


def rows_side_by_side(parts: Sequence[Columns[Any]], values: Iterable[Any], *, using: str) -> list[Any]:
    """One of each, of one row of an answer."""
    rest = iter(values)
    return [part.made(islice(rest, len(part.fields)), using=using) for part in parts]


def row_of(model: type[Row], pk: Any, *, using: str) -> Row | None:
    """As `filter(pk=pk).first()` reads it, behind the wall."""
    columns, statement = by_id(model)
    found = ask(statement, [pk], using=using)
    return columns.made(found, using=using) if found else None


@cache
def by_id(model: type[Row]) -> tuple[Columns[Row], Statement]:
    columns, table = Columns(model, "r"), model._meta.db_table
    kind = "uuid" if model._meta.pk.get_internal_type() == "UUIDField" else "bigint"
    words = f'SELECT {columns.words} FROM "{table}" r WHERE r.id = %s::{kind}'  # noqa: S608 - names of fields
    return columns, Statement.of(f"read_{table}", words)
