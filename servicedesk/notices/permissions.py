from django.utils.translation import gettext_lazy as _

from servicedesk.tenancy.enums import Reach, Role
from servicedesk.tenancy.permissions import Permission, everyone_in

EVERYBODY_OWN = dict.fromkeys(Role, Reach.OWN)
RESPONSIBLE = everyone_in(Role.IT_LEAD, Role.VENDOR_MANAGER, Role.SYSTEM_ADMINISTRATOR)

READ_INBOX = Permission("notices.read_inbox", _("Read one's own notices"), EVERYBODY_OWN)
SET_PREFERENCES = Permission("notices.set_preferences", _("Choose how one is told"), EVERYBODY_OWN)
SEE_DELIVERIES = Permission(
    "notices.see_deliveries", _("See what was sent and what was not"), {**EVERYBODY_OWN, **RESPONSIBLE}
)
RESEND = Permission("notices.resend", _("Send an undelivered message again, or set it aside"), RESPONSIBLE)
MANAGE_TARGETS = Permission("notices.manage_targets", _("Decide where messages may go"), RESPONSIBLE)
