"""A time that one side proposes for a promise and the other accepts, behind the wall of its two parties."""

import django.db.models.deletion
from django.db import migrations, models

import servicedesk.tenancy.ids
import servicedesk.tenancy.keys
from servicedesk.tenancy.enums import Ownership
from servicedesk.tenancy.policies import Behind


class Migration(migrations.Migration):
    dependencies = [
        ("clocks", "0070_home"),
        ("tenancy", "0004_enter_says_more"),
    ]

    operations = [
        migrations.CreateModel(
            name="TimeWish",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=servicedesk.tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("time", models.DateTimeField(verbose_name="proposed time")),
                ("asked_at", models.DateTimeField(verbose_name="proposed")),
                ("asked_by", models.UUIDField()),
                ("asked_name", models.CharField(max_length=60, verbose_name="who proposed it")),
                (
                    "asked_side",
                    models.CharField(
                        choices=[("hospital", "hospital"), ("vendor", "vendor"), ("platform", "platform")],
                        max_length=10,
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True, verbose_name="decided")),
                ("decided_by", models.UUIDField(null=True)),
                ("decided_name", models.CharField(blank=True, max_length=60, verbose_name="who decided")),
                ("is_granted", models.BooleanField(null=True, verbose_name="granted")),
                ("said", models.CharField(blank=True, max_length=300, verbose_name="what the other side says")),
                (
                    "clock",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="time_wishes",
                        to="clocks.clock",
                    ),
                ),
                (
                    "hospital",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="tenancy.hospital"
                    ),
                ),
                (
                    "matter",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenancy.matter",
                    ),
                ),
                (
                    "vendor",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="tenancy.vendor"),
                ),
            ],
            options={
                "verbose_name": "proposed time",
                "ordering": ["asked_at", "id"],
                "indexes": [models.Index(fields=["matter", "asked_at"], name="time_wishes_of_matter")],
                "constraints": [
                    servicedesk.tenancy.keys.TenantKey(
                        "clock", name="time_wish_clock_same_parties", owner=("hospital", "vendor")
                    ),
                    servicedesk.tenancy.keys.TenantKey(
                        "matter", name="time_wish_matter_same_parties", owner=("hospital", "vendor")
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at__isnull", True), ("decided_by__isnull", True), ("is_granted__isnull", True)
                            ),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                ("is_granted__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="time_wish_decided_whole",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("decided_at__isnull", True)),
                        fields=("hospital", "clock"),
                        name="one_open_time_wish_per_clock",
                    ),
                ],
            },
        ),
        Behind("TimeWish", Ownership.PARTIES),
    ]
