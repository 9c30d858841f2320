from servicedesk.tenancy.models.engagement import Engagement, SupportSession
from servicedesk.tenancy.models.matter import Matter
from servicedesk.tenancy.models.membership import Membership
from servicedesk.tenancy.models.organisations import Department, Hospital, Place, Vendor

__all__ = ["Department", "Engagement", "Hospital", "Matter", "Membership", "Place", "SupportSession", "Vendor"]
