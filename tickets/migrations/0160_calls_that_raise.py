"""A call may begin a graver severity as well as the report, so a ticket has several first ones. Where a page offers one to
be disputed, it is the latest."""

from django.db import migrations

AROUND = """DO $$ BEGIN EXECUTE replace(pg_get_functiondef('ticket_around(uuid)'::regprocedure),
    'ORDER BY x.needs_word DESC, x.id{was} LIMIT 1', 'ORDER BY x.needs_word DESC, x.id{now} LIMIT 1'); END $$;"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0142_how_a_call_came")]

    operations = [
        migrations.RemoveConstraint(model_name="call", name="one_first_call_per_ticket"),
        migrations.RunSQL(AROUND.format(was="", now=" DESC"), AROUND.format(was=" DESC", now="")),
    ]
