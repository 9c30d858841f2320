from django.utils.translation import gettext_lazy as _

from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.permissions import Permission, everyone_in

SEE_TRAIL = Permission(
    "audit.see_trail",
    _("Read who did what"),
    everyone_in(Role.HOSPITAL_AUDITOR, Role.IT_LEAD, Role.VENDOR_MANAGER, Role.AUDIT_ADMINISTRATOR),
)
