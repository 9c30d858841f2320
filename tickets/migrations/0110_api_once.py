"""A line says which token wrote it; what a program was answered is kept under its key."""

import django.db.models.deletion
from django.db import migrations, models

import servicedesk.tenancy.ids
import servicedesk.tenancy.keys


class Migration(migrations.Migration):
    dependencies = [
        ("tenancy", "0110_machines"),
        ("tickets", "0100_stickers_of_places"),
    ]

    operations = [
        migrations.AddField(
            model_name="entry",
            name="by_token",
            field=models.UUIDField(null=True),
        ),
        migrations.CreateModel(
            name="KeptAnswer",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=servicedesk.tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("key", models.CharField(max_length=200)),
                ("fingerprint", models.CharField(max_length=64)),
                ("at", models.DateTimeField(verbose_name="when")),
                ("until_at", models.DateTimeField(verbose_name="until")),
                ("status", models.PositiveSmallIntegerField(null=True)),
                ("headers", models.JSONField(default=dict)),
                ("body", models.TextField(blank=True)),
                (
                    "hospital",
                    models.ForeignKey(
                        db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, to="tenancy.hospital"
                    ),
                ),
                (
                    "membership",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="tenancy.membership",
                    ),
                ),
                (
                    "vendor",
                    models.ForeignKey(
                        db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, to="tenancy.vendor"
                    ),
                ),
            ],
            options={
                "verbose_name": "kept answer",
                "ordering": ["id"],
                "indexes": [models.Index(fields=["until_at"], name="answers_to_forget")],
                "constraints": [
                    servicedesk.tenancy.keys.TenantKey(
                        "membership", name="keptanswer_membership_same_hospital", owner=("hospital",)
                    ),
                    servicedesk.tenancy.keys.TenantKey(
                        "membership", name="keptanswer_membership_same_vendor", owner=("vendor",)
                    ),
                    models.UniqueConstraint(
                        fields=("hospital", "vendor", "membership", "key"),
                        name="one_answer_per_key",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("hospital__isnull", True), ("vendor__isnull", True), _connector="OR"),
                        name="keptanswer_of_one_organisation",
                    ),
                ],
            },
        ),
    ]
