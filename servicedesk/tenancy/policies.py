"""The wall as PostgreSQL keeps it: its settings, a policy per kind of ownership, the migration that raises it.

The context lives in transaction-local settings (`wall.side`, `wall.hospitals`, `wall.writable`, `wall.vendor`,
`wall.person`). Empty means nobody: no rows. `hospitals` may be read, `writable` may be changed; they differ for a
vendor whose engagement has ended but who may still read, and in a support session.
"""

from __future__ import annotations

from typing import Any

from django.db.migrations.operations.base import Operation
from django.db.models import Model

from servicedesk.tenancy.enums import Ownership

# What each setting says; the functions `wall_side()` … say the same to statements written by hand.
SETTINGS = {
    "side": ("text", "nullif(current_setting('wall.side', true), '')"),
    "hospitals": ("int[]", "string_to_array(nullif(current_setting('wall.hospitals', true), ''), ',')::int[]"),
    "writable": ("int[]", "string_to_array(nullif(current_setting('wall.writable', true), ''), ',')::int[]"),
    "vendor": ("int", "nullif(current_setting('wall.vendor', true), '')::int"),
    "person": ("uuid", "nullif(current_setting('wall.person', true), '')::uuid"),
}


def _once(setting: str) -> str:
    """A sub-select is evaluated once per query, not once per row, and keeps the index usable. The bare expression: a
    function's text would be read anew for every query that is planned, which doubled the planning."""
    return f"(SELECT {SETTINGS[setting][1]})"


SIDE, VENDOR, PERSON = map(_once, ("side", "vendor", "person"))
READS, WRITES = (f"ANY ({_once(setting)}::int[])" for setting in ("hospitals", "writable"))
PARTY = f"({SIDE} <> 'vendor' OR vendor_id = {VENDOR})"


def _either(hospitals: str) -> str:
    return (
        f"(hospital_id = {hospitals} AND {PARTY})"
        f" OR (hospital_id IS NULL AND vendor_id = {VENDOR} AND {SIDE} = 'vendor')"
        f" OR (hospital_id IS NULL AND vendor_id IS NULL AND {SIDE} = 'platform')"
    )


PREDICATES: dict[Ownership, tuple[str, str]] = {
    Ownership.HOSPITAL: (f"hospital_id = {READS}", f"hospital_id = {WRITES} AND {SIDE} = 'hospital'"),
    Ownership.PARTIES: (f"hospital_id = {READS} AND {PARTY}", f"hospital_id = {WRITES} AND {PARTY}"),
    Ownership.VENDOR: (f"vendor_id = {VENDOR} AND {SIDE} = 'vendor'", f"vendor_id = {VENDOR} AND {SIDE} = 'vendor'"),
    Ownership.EITHER: (_either(READS), _either(WRITES)),
}


def raise_wall(table: str, reads: str, writes: str) -> list[str]:
    return [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY wall_read ON {table} FOR SELECT USING ({reads})",
        f"CREATE POLICY wall_insert ON {table} FOR INSERT WITH CHECK ({writes})",
        f"CREATE POLICY wall_update ON {table} FOR UPDATE USING ({writes}) WITH CHECK ({writes})",
        f"CREATE POLICY wall_delete ON {table} FOR DELETE USING ({writes})",
    ]


def lower_wall(table: str) -> list[str]:
    policies = ("wall_read", "wall_insert", "wall_update", "wall_delete")
    return [f"DROP POLICY {policy} ON {table}" for policy in policies] + [
        f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
    ]


class Behind(Operation):
    """Migration operation: put a model's table behind the wall.

    `Behind("Department", Ownership.HOSPITAL)`, or with its own `reads` and `writes` for what no ownership describes.
    A history table is a model of its own (`HistoricalDepartment`) and is named as such.
    """

    reversible = True

    def __init__(self, model: str, ownership: Ownership | str, reads: str = "", writes: str = "") -> None:
        self.model, self.ownership, self.reads, self.writes = model, Ownership(ownership), reads, writes

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.model, self.ownership.value, self.reads, self.writes], {}

    def state_forwards(self, app_label: str, state: Any) -> None:
        pass

    def database_forwards(self, app_label: str, editor: Any, from_state: Any, to_state: Any) -> None:
        model = to_state.apps.get_model(app_label, self.model)
        table = editor.quote_name(model._meta.db_table)
        reads, writes = PREDICATES.get(self.ownership, ("", ""))
        for statement in raise_wall(table, self.reads or reads, self.writes or writes):
            editor.execute(statement)
        owners = self._owners(model)
        if owners and not self.model.startswith("Historical"):
            moves = " OR ".join(f"OLD.{owner} IS DISTINCT FROM NEW.{owner}" for owner in owners)
            editor.execute(
                f"CREATE TRIGGER wall_owner_is_fixed BEFORE UPDATE ON {table} "
                f"FOR EACH ROW WHEN ({moves}) EXECUTE FUNCTION wall_owner_is_fixed()"
            )

    def database_backwards(self, app_label: str, editor: Any, from_state: Any, to_state: Any) -> None:
        model = from_state.apps.get_model(app_label, self.model)
        table = editor.quote_name(model._meta.db_table)
        editor.execute(f"DROP TRIGGER IF EXISTS wall_owner_is_fixed ON {table}")
        for statement in lower_wall(table):
            editor.execute(statement)

    def describe(self) -> str:
        return f"Put {self.model} behind the wall ({self.ownership})"

    @staticmethod
    def _owners(model: type[Model]) -> list[str]:
        columns = {field.column for field in model._meta.concrete_fields}
        return [owner for owner in ("hospital_id", "vendor_id") if owner in columns]
