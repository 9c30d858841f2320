"""Foreign keys that carry the owner: (hospital_id, department_id) → department (hospital_id, id).

PostgreSQL checks foreign keys past row-level security, so a plain one would accept another hospital's row. Declare the
field with `db_constraint=False` and put one of these beside it in `Meta.constraints`.
"""

from __future__ import annotations

from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.backends.ddl_references import Statement, Table
from django.db.models import BaseConstraint, Model, UniqueConstraint


class TenantKey(BaseConstraint):
    """`TenantKey("department", owner=("hospital",), name="…")`"""

    def __init__(self, field: str, *, owner: tuple[str, ...] = ("hospital",), name: str) -> None:
        super().__init__(name=name)
        self.field, self.owner = field, tuple(owner)

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        path, _, kwargs = super().deconstruct()
        return path, (self.field,), {**kwargs, "owner": self.owner}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TenantKey) and self.deconstruct() == other.deconstruct()

    __hash__ = BaseConstraint.__hash__

    def _clause(self, model: type[Model], quote: Any) -> str:
        field = model._meta.get_field(self.field)
        target = field.related_model
        here = [model._meta.get_field(name).column for name in self.owner] + [field.column]
        there = [target._meta.get_field(name).column for name in self.owner] + [target._meta.pk.column]
        return (
            f"CONSTRAINT {quote(self.name)} FOREIGN KEY ({', '.join(map(quote, here))}) "
            f"REFERENCES {quote(target._meta.db_table)} ({', '.join(map(quote, there))}) "
            "DEFERRABLE INITIALLY DEFERRED"
        )

    def constraint_sql(self, model: type[Model], schema_editor: Any) -> None:
        # Not inside CREATE TABLE: the target may be made later in the same migration.
        schema_editor.deferred_sql.append(self.create_sql(model, schema_editor))

    def create_sql(self, model: type[Model], schema_editor: Any) -> Statement:
        quote = schema_editor.quote_name
        return Statement(
            "ALTER TABLE %(table)s ADD %(clause)s",
            table=Table(model._meta.db_table, quote),
            clause=self._clause(model, quote),
        )

    def remove_sql(self, model: type[Model], schema_editor: Any) -> Statement:
        quote = schema_editor.quote_name
        return Statement(
            "ALTER TABLE %(table)s DROP CONSTRAINT %(name)s",
            table=Table(model._meta.db_table, quote),
            name=quote(self.name),
        )

    def validate(self, model: type[Model], instance: Model, exclude: Any = None, using: str = DEFAULT_DB_ALIAS) -> None:
        """The form's queryset and the database decide; nothing to add in Python."""


def owned_target(name: str, *owner: str) -> UniqueConstraint:
    """What a TenantKey points at: the same owner columns with the id."""
    return UniqueConstraint(fields=[*(owner or ("hospital",)), "id"], name=name)
