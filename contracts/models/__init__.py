from contracts.models.contract import Contract, Signing
from contracts.models.owed import Deliverable, PaymentMilestone, PlannedInspection, Quota, QuotaUse
from contracts.models.promises import MatrixVersion
from contracts.models.scope import CatalogueItem, Expiry, Level, ScopeLimit, System
from contracts.models.staff import StaffMember

__all__ = [
    "CatalogueItem",
    "Contract",
    "Deliverable",
    "Expiry",
    "Level",
    "MatrixVersion",
    "PaymentMilestone",
    "PlannedInspection",
    "Quota",
    "QuotaUse",
    "ScopeLimit",
    "Signing",
    "StaffMember",
    "System",
]
