from django.utils.translation import gettext_lazy as _

from servicedesk.tenancy.enums import Reach, Role
from servicedesk.tenancy.permissions import HOSPITAL_STAFF, VENDOR_STAFF, Permission, everyone_in

SEE_FILES = Permission(
    "files.see",
    _("Read the files of a matter"),
    {Role.WARD_REPORTER: Reach.OWN, **everyone_in(*HOSPITAL_STAFF, *VENDOR_STAFF)},  # a ward: what it sent itself
)
ADD_FILES = Permission(
    "files.add",
    _("Add files to a matter"),
    everyone_in(Role.IT_ENGINEER, Role.IT_LEAD, Role.VENDOR_ENGINEER, Role.PROJECT_MANAGER, Role.VENDOR_MANAGER),
)
