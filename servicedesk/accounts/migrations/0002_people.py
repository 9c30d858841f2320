import datetime

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import servicedesk.tenancy.ids
import servicedesk.tenancy.keys
from servicedesk.tenancy.at_once import AtOnce


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("tenancy", "0001_initial"),
    ]

    operations = [
        AtOnce(
            operations=[
                migrations.CreateModel(
                    name="HandOver",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=servicedesk.tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "hospital",
                            models.ForeignKey(
                                null=True, on_delete=django.db.models.deletion.PROTECT, to="tenancy.hospital"
                            ),
                        ),
                        (
                            "vendor",
                            models.ForeignKey(
                                null=True, on_delete=django.db.models.deletion.PROTECT, to="tenancy.vendor"
                            ),
                        ),
                        (
                            "leaver",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="handed_over",
                                to="tenancy.membership",
                            ),
                        ),
                        (
                            "successor",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="taken_over",
                                to="tenancy.membership",
                            ),
                        ),
                        ("at", models.DateTimeField(verbose_name="when")),
                    ],
                    options={
                        "verbose_name": "hand-over",
                        "ordering": ["-at", "-id"],
                        "constraints": [
                            servicedesk.tenancy.keys.TenantKey(
                                "leaver", name="hand_over_leaver_same_hospital", owner=("hospital",)
                            ),
                            servicedesk.tenancy.keys.TenantKey(
                                "successor", name="hand_over_successor_same_hospital", owner=("hospital",)
                            ),
                            servicedesk.tenancy.keys.TenantKey(
                                "leaver", name="hand_over_leaver_same_vendor", owner=("vendor",)
                            ),
                            servicedesk.tenancy.keys.TenantKey(
                                "successor", name="hand_over_successor_same_vendor", owner=("vendor",)
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("leaver", models.F("successor")), _negated=True),
                                name="hand_over_to_somebody_else",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Invitation",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=servicedesk.tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "hospital",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                to="tenancy.hospital",
                            ),
                        ),
                        (
                            "vendor",
                            models.ForeignKey(
                                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to="tenancy.vendor"
                            ),
                        ),
                        (
                            "role",
                            models.CharField(
                                choices=[
                                    ("ward_reporter", "Ward reporter"),
                                    ("it_engineer", "Hospital IT engineer"),
                                    ("it_lead", "Hospital IT lead"),
                                    ("hospital_auditor", "Hospital auditor"),
                                    ("vendor_engineer", "Vendor engineer"),
                                    ("project_manager", "Vendor project manager"),
                                    ("vendor_manager", "Vendor manager"),
                                    ("account_manager", "Vendor account manager"),
                                    ("system_administrator", "System administrator"),
                                    ("security_administrator", "Security administrator"),
                                    ("audit_administrator", "Audit administrator"),
                                ],
                                max_length=30,
                                verbose_name="role",
                            ),
                        ),
                        (
                            "department",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                to="tenancy.department",
                                verbose_name="department",
                            ),
                        ),
                        ("name", models.CharField(max_length=60, verbose_name="name")),
                        ("phone", models.CharField(blank=True, max_length=30, verbose_name="phone")),
                        ("email", models.EmailField(blank=True, max_length=254, verbose_name="mail address")),
                        ("secret_hash", models.CharField(db_index=True, editable=False, max_length=64)),
                        ("from_platform", models.BooleanField(default=False, editable=False)),
                        (
                            "invited_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="invitations",
                                to="tenancy.membership",
                            ),
                        ),
                        ("from_at", models.DateTimeField(verbose_name="from")),
                        ("until_at", models.DateTimeField(verbose_name="until")),
                        ("accepted_at", models.DateTimeField(null=True, verbose_name="accepted")),
                        (
                            "accepted_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("revoked_at", models.DateTimeField(null=True, verbose_name="revoked")),
                    ],
                    options={
                        "verbose_name": "invitation",
                        "ordering": ["-from_at", "-id"],
                        "constraints": [
                            servicedesk.tenancy.keys.TenantKey(
                                "department", name="invitation_department_same_hospital", owner=("hospital",)
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("hospital__isnull", True), ("vendor__isnull", True), _connector="OR"
                                ),
                                name="invitation_has_one_owner",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("until_at__gt", models.F("from_at"))),
                                name="invitation_ends_after_start",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("accepted_at__isnull", True), ("accepted_by__isnull", True)),
                                    models.Q(("accepted_at__isnull", False), ("accepted_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="invitation_accepted_at_by",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("accepted_at__isnull", True), ("revoked_at__isnull", True), _connector="OR"
                                ),
                                name="invitation_accepted_or_revoked",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PastPassword",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=servicedesk.tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="past_passwords",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("hash", models.CharField(max_length=128)),
                        ("set_at", models.DateTimeField()),
                    ],
                    options={
                        "ordering": ["-set_at", "-id"],
                    },
                ),
                migrations.CreateModel(
                    name="Token",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=servicedesk.tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "hospital",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                to="tenancy.hospital",
                            ),
                        ),
                        (
                            "vendor",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                to="tenancy.vendor",
                            ),
                        ),
                        (
                            "membership",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="tokens",
                                to="tenancy.membership",
                            ),
                        ),
                        ("name", models.CharField(max_length=40, verbose_name="name")),
                        ("scopes", models.JSONField(default=list, verbose_name="may")),
                        ("secret_hash", models.CharField(db_index=True, editable=False, max_length=64)),
                        ("from_at", models.DateTimeField(verbose_name="made")),
                        ("until_at", models.DateTimeField(verbose_name="until")),
                        ("made_by", models.UUIDField()),
                        ("made_by_name", models.CharField(max_length=60, verbose_name="made by")),
                        ("used_at", models.DateTimeField(null=True, verbose_name="last used")),
                        ("revoked_at", models.DateTimeField(null=True, verbose_name="revoked")),
                    ],
                    options={
                        "verbose_name": "token",
                        "ordering": ["-from_at", "-id"],
                        "constraints": [
                            servicedesk.tenancy.keys.TenantKey(
                                "membership", name="token_membership_same_hospital", owner=("hospital",)
                            ),
                            servicedesk.tenancy.keys.TenantKey(
                                "membership", name="token_membership_same_vendor", owner=("vendor",)
                            ),
                            models.UniqueConstraint(
                                fields=("hospital", "vendor", "membership"),
                                name="one_token_per_machine",
                                nulls_distinct=False,
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("hospital__isnull", True), ("vendor__isnull", True), _connector="OR"
                                ),
                                name="token_of_one_organisation",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("until_at__gt", models.F("from_at")),
                                    (
                                        "until_at__lte",
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("from_at"), "+", models.Value(datetime.timedelta(days=366))
                                        ),
                                    ),
                                ),
                                name="token_runs_out_within_a_year",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Tries",
                    fields=[
                        ("key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                        ("tries", models.PositiveIntegerField()),
                        ("since", models.DateTimeField()),
                        ("locked_until", models.DateTimeField(null=True)),
                    ],
                    options={
                        "indexes": [models.Index(fields=["since"], name="tries_by_age")],
                    },
                ),
            ],
        ),
    ]
