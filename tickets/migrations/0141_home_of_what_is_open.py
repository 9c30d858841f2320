"""First pages: a word asked for, and a visit of today, are shown while their ticket is open. Signatures stay."""

from importlib import import_module

from django.db import migrations

former = import_module("tickets.migrations.0072_home")
FUNCTIONS = {head: body for head, body in former.FUNCTIONS.items() if "_of_hospital(" in head or "_visits(" in head}
WISH = "AND w.decided_at IS NULL"
VISIT = "AND v.left_at IS NULL"


def function(head: str, body: str) -> str:
    return former.function(head, body).replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1)


def of_what_is_open(body: str) -> str:
    for clause in (WISH, VISIT):
        body = body.replace(clause, f"{clause} AND {former.OPEN}")
    return body


class Migration(migrations.Migration):
    dependencies = [("tickets", "0140_frozen")]

    operations = [
        migrations.RunSQL(function(head, of_what_is_open(body)), function(head, body))
        for head, body in FUNCTIONS.items()
    ]
