"""Several tables in one step of a migration: the same as one after the other, without drawing every model each time."""

from __future__ import annotations

from django.apps import apps
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from django.db.migrations.writer import MigrationWriter

from servicedesk.tenancy.at_once import AtOnce

OURS = {
    config.label for config in apps.get_app_configs() if config.name.startswith(("servicedesk", "contracts", "tickets"))
}


def two_tables() -> list[migrations.CreateModel]:
    key = models.AutoField(primary_key=True)
    pointing = models.ForeignKey("here.house", on_delete=models.CASCADE)
    return [
        migrations.CreateModel("House", [("id", key)]),
        migrations.CreateModel("Room", [("id", key), ("house", pointing)]),
    ]


def test_the_state_is_that_of_one_after_the_other():
    state, slow = ProjectState(), ProjectState()
    assert state.apps is not None  # drawn before, as a migration finds it
    AtOnce(operations=two_tables()).state_forwards("here", state)
    for operation in two_tables():
        operation.state_forwards("here", slow)
    assert state == slow
    assert state.apps.get_model("here", "Room")._meta.get_field("house").related_model is state.apps.get_model(
        "here", "House"
    )


def test_what_is_written_down_reads_back():
    [name, words, more] = AtOnce(operations=two_tables()).deconstruct()
    migration = type("Migration", (migrations.Migration,), {"operations": [AtOnce(*words, **more)]})("0001", "here")
    text = MigrationWriter(migration).as_string()
    found: dict[str, type[migrations.Migration]] = {}
    exec(text, found)
    [operation] = found["Migration"].operations
    assert (name, [each.name for each in operation.operations]) == ("AtOnce", ["House", "Room"])


def test_no_migration_of_ours_makes_tables_one_by_one():
    """18 seconds of a fresh database were that."""
    slow = {
        str(migration)
        for (label, _), migration in MigrationLoader(None).disk_migrations.items()
        if label in OURS and sum(isinstance(each, migrations.CreateModel) for each in migration.operations) > 1
    }
    assert slow == set()
