"""Every table is behind the wall or says why not. ALL-1, PACS-18, ICU-13."""

import pytest
from django.apps import apps
from django.db import connections

from servicedesk.tenancy.models.base import Walled
from tests.tenancy.catalogue import DEFINERS, GLOBAL, every_table, rows, walled_tables

pytestmark = pytest.mark.django_db

COMMANDS = {"r", "a", "w", "d"}  # select, insert, update, delete
# Uniqueness that spans tenants tells one of the other; these may.
UNIQUE_ACROSS = {
    "audit_block": "begins with the chain, which is one owner's",
    "audit_link": "begins with the chain, which is one owner's; the key is the record's own id",
    "tenancy_hospital": "the platform's register: codes, and the letters of numbers, are unique in the installation",
    "tenancy_vendor": "the platform's register",
}
# Foreign keys that name a walled row without its owner.
PLAIN_KEYS = {
    (
        "accounts_handover",
        "tenancy_membership",
    ): "stands beside a composite key; a vendor's or the platform's has no hospital",
    (
        "accounts_invitation",
        "tenancy_membership",
    ): "the platform's security administrator invites an organisation's first",
    ("tenancy_supportsession", "tenancy_membership"): "the operator is the platform's person, in nobody's tenant",
}


def test_every_table_has_forced_policies_or_a_reason():
    forced = {
        name: set(commands)
        for name, commands in rows(
            """SELECT c.relname, coalesce(array_agg(p.polcmd::text) FILTER (WHERE p.polname IS NOT NULL), '{}')
                 FROM pg_class c LEFT JOIN pg_policy p ON p.polrelid = c.oid
                WHERE c.relrowsecurity AND c.relforcerowsecurity GROUP BY c.relname"""
        )
    }
    open_tables = [table for table in walled_tables() if forced.get(table) != COMMANDS]
    assert open_tables == [], "put them behind the wall (tenancy.policies.Behind) or argue in catalogue.GLOBAL"


def test_the_closed_list_is_not_longer_than_the_database():
    assert sorted(set(GLOBAL) - set(every_table())) == []


def test_global_tables_hold_no_owner_column():
    found = rows("SELECT table_name FROM information_schema.columns WHERE column_name IN ('hospital_id', 'vendor_id')")
    assert sorted({name for (name,) in found} & set(GLOBAL)) == []


def test_no_view_passes_the_wall():
    assert (
        rows("SELECT relname FROM pg_class WHERE relkind IN ('v', 'm') AND relnamespace = 'public'::regnamespace") == []
    )


def test_functions_that_pass_the_wall_are_a_closed_list():
    found = rows("SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace ORDER BY 1")
    assert [name for (name,) in found] == sorted(DEFINERS)
    unsafe = rows(
        """SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace
            AND NOT coalesce(proconfig @> ARRAY['search_path=public, pg_temp'], false)"""
    )
    assert unsafe == []
    assert rows(
        """SELECT proname FROM pg_proc p WHERE prosecdef AND pronamespace = 'public'::regnamespace
            AND EXISTS (SELECT 1 FROM aclexplode(coalesce(proacl, acldefault('f', proowner))) a
                         WHERE a.grantee = 0 AND a.privilege_type = 'EXECUTE')"""
    ) == []  # fmt: skip


def test_the_application_owns_nothing_and_cannot_truncate():
    assert rows("SELECT relname FROM pg_class WHERE relowner = 'servicedesk_app'::regrole") == []
    may = rows(
        """SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace
            AND (has_table_privilege('servicedesk_app', oid, 'TRUNCATE')
                 OR has_table_privilege('servicedesk_watch', oid, 'TRUNCATE'))"""
    )
    assert may == []


def test_uniqueness_begins_with_the_owner():
    found = rows(
        """SELECT t.relname, array_agg(a.attname::text ORDER BY k.n)
             FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
             CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k(attnum, n)
             JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.attnum
            WHERE i.indisunique AND NOT i.indisprimary AND t.relnamespace = 'public'::regnamespace
            GROUP BY t.relname, i.indexrelid"""
    )
    walled = set(walled_tables()) - set(UNIQUE_ACROSS)
    across = [
        (table, columns)
        for table, columns in found
        if table in walled and not {"hospital_id", "vendor_id"} & {columns[0]}
    ]
    assert across == []


def test_foreign_keys_between_tenant_tables_carry_the_owner():
    found = rows(
        """SELECT c.conrelid::regclass::text, c.confrelid::regclass::text, array_agg(a.attname::text)
             FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)
            WHERE c.contype = 'f' GROUP BY c.oid, 1, 2"""
    )
    walled = set(walled_tables())
    registers = {"tenancy_hospital", "tenancy_vendor"}
    plain = {
        (here, there)
        for here, there, columns in found
        if here in walled and there in walled - registers and not {"hospital_id", "vendor_id"} & set(columns)
    }
    assert plain == set(PLAIN_KEYS)


def test_every_walled_model_declares_owner_and_door():
    for model in apps.get_models():
        if model._meta.db_table in GLOBAL or model.__name__.startswith("Historical"):
            continue
        assert issubclass(model, Walled), model
        assert model.ownership, model
        assert model.see, model


@pytest.mark.parametrize("role", ["servicedesk_app", "servicedesk_watch", "servicedesk_owner"])
def test_no_role_is_a_superuser(role):
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = %s", [role])
        assert cursor.fetchone() == (False, role == "servicedesk_watch")
