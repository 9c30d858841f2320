"""Views of the queue that people keep: an own one is its keeper's alone, and the wall says so too."""

import django.db.models.deletion
from django.db import migrations, models

import servicedesk.tenancy.ids
from servicedesk.tenancy.enums import Ownership
from servicedesk.tenancy.policies import PREDICATES, Behind

MEANT_FOR_US = "(is_shared OR user_id = (SELECT wall_person()))"
READS, WRITES = (f"({predicate}) AND {MEANT_FOR_US}" for predicate in PREDICATES[Ownership.EITHER])


class Migration(migrations.Migration):
    dependencies = [
        ("tenancy", "0004_enter_says_more"),
        ("tickets", "0002_wall"),
    ]

    operations = [
        migrations.CreateModel(
            name="QueueView",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=servicedesk.tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("user_id", models.UUIDField(editable=False)),
                ("name", models.CharField(max_length=20, verbose_name="name")),
                ("query", models.CharField(blank=True, max_length=500)),
                ("is_shared", models.BooleanField(default=False, verbose_name="for everybody of the organisation")),
                ("kept_at", models.DateTimeField(verbose_name="kept")),
                (
                    "hospital",
                    models.ForeignKey(
                        editable=False, null=True, on_delete=django.db.models.deletion.CASCADE, to="tenancy.hospital"
                    ),
                ),
                (
                    "vendor",
                    models.ForeignKey(
                        editable=False, null=True, on_delete=django.db.models.deletion.CASCADE, to="tenancy.vendor"
                    ),
                ),
            ],
            options={
                "verbose_name": "view of the queue",
                "ordering": ["is_shared", "name", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("hospital__isnull", True), ("vendor__isnull", True), _connector="OR"),
                        name="queue_view_of_one_organisation",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_shared", True)),
                        fields=("hospital", "vendor", "name"),
                        name="shared_queue_view_once",
                        nulls_distinct=False,
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_shared", False)),
                        fields=("hospital", "vendor", "user_id", "name"),
                        name="own_queue_view_once",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
        Behind("QueueView", Ownership.EITHER, READS, WRITES),
    ]
