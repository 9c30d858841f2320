"""Contracts and all that hangs on them stand behind the wall: the hospital's, with the one vendor who is party."""

from django.db import migrations

from servicedesk.tenancy.enums import Ownership
from servicedesk.tenancy.policies import Behind

MODELS = (
    "Contract",
    "Signing",
    "System",
    "CatalogueItem",
    "Level",
    "ScopeLimit",
    "Expiry",
    "MatrixVersion",
    "StaffMember",
    "Quota",
    "QuotaUse",
    "PlannedInspection",
    "Deliverable",
    "PaymentMilestone",
)


class Migration(migrations.Migration):
    dependencies = [("contracts", "0001_initial"), ("clocks", "0002_wall")]

    operations = [Behind(name, Ownership.PARTIES) for model in MODELS for name in (model, f"Historical{model}")]
