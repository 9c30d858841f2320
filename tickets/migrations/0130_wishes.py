"""The vendor proposes another kind of service as it proposes another severity."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tenancy", "0004_enter_says_more"),
        ("tickets", "0121_incident_history_wall"),
    ]

    operations = [
        migrations.AddField(
            model_name="severitywish",
            name="category",
            field=models.CharField(blank=True, max_length=40, verbose_name="kind of service"),
        ),
        migrations.AddField(
            model_name="severitywish",
            name="category_name",
            field=models.CharField(blank=True, max_length=80, verbose_name="kind of service"),
        ),
        migrations.AlterField(
            model_name="severitywish",
            name="severity",
            field=models.CharField(
                blank=True,
                choices=[("1", "1"), ("A", "A"), ("B", "B"), ("C", "C")],
                max_length=1,
                verbose_name="severity",
            ),
        ),
        migrations.AddConstraint(
            model_name="severitywish",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("category__gt", ""), ("severity", "")),
                    models.Q(("category", ""), ("severity__gt", "")),
                    _connector="OR",
                ),
                name="wish_of_one_thing",
            ),
        ),
    ]
