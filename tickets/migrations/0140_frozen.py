"""A signed form and a record can neither be changed nor taken away; a record says over which way it was signed."""

from django.db import migrations, models

from servicedesk.tenancy.provision import APP, WATCH

FROZEN = ("tickets_feedbackform", "tickets_maintenancerecord")
SAY_NO = "FOR EACH ROW EXECUTE FUNCTION tickets_is_frozen()"


def frozen(when: str) -> str:
    return "".join(
        f"DROP TRIGGER is_frozen ON {table}; CREATE TRIGGER is_frozen BEFORE {when} ON {table} {SAY_NO};"
        for table in FROZEN
    )


class Migration(migrations.Migration):
    dependencies = [("tickets", "0130_wishes")]

    operations = [
        migrations.AddField(
            model_name="maintenancerecord",
            name="way",
            field=models.CharField(
                blank=True,
                choices=[
                    ("account", "signed in as themselves"),
                    ("handed", "on the engineer's device, handed over"),
                    ("link", "over a link, on their own device"),
                ],
                default="",
                max_length=8,
                verbose_name="over which way",
            ),
            preserve_default=False,
        ),
        migrations.RunSQL(frozen("UPDATE OR DELETE"), frozen("UPDATE")),
        migrations.RunSQL(
            f"REVOKE DELETE ON {', '.join(FROZEN)} FROM {APP}, {WATCH}",
            f"GRANT DELETE ON {', '.join(FROZEN)} TO {APP}, {WATCH}",
        ),
    ]
