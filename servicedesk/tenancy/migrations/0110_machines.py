"""A machine's membership says that it is one: no list of people offers it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0004_enter_says_more")]

    operations = [
        migrations.AddField("membership", "is_machine", models.BooleanField(default=False, editable=False)),
        migrations.AddField("historicalmembership", "is_machine", models.BooleanField(default=False, editable=False)),
    ]
