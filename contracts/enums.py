"""The closed words of a contract."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from servicedesk.sla.ladder import Recipient
from servicedesk.tenancy.enums import Side


class Status(TextChoices):
    """Computed from dates (`contracts.terms`), never stored."""

    DRAFT = "draft", _("Being prepared")
    COMING = "coming", _("Begins later")
    ACTIVE = "active", _("In force")
    EXPIRING = "expiring", _("Runs out soon")
    LAPSED = "lapsed", _("Lapsed")
    ENDED = "ended", pgettext_lazy("contract", "Ended")


class StaffRole(TextChoices):
    """What somebody does for one contract; what they may do in the product is their membership's role."""

    PROJECT_MANAGER = "project_manager", pgettext_lazy("staff", "Project manager")
    RESPONSIBLE_ENGINEER = "responsible_engineer", _("Responsible engineer")
    ENGINEER = "engineer", _("Engineer")
    RESIDENT_ENGINEER = "resident_engineer", _("Resident engineer")
    PRODUCT_TEAM = "product_team", _("Product team")
    SENIOR_MANAGER = "senior_manager", _("Senior manager")
    ACCOUNT_MANAGER = "account_manager", pgettext_lazy("staff", "Account manager")
    HOSPITAL_LEAD = "hospital_lead", _("Hospital's lead")
    HOSPITAL_IT = "hospital_it", _("Hospital's IT department")

    @property
    def side(self) -> Side:
        return Side.HOSPITAL if self in OF_HOSPITAL else Side.VENDOR

    @property
    def recipient(self) -> Recipient | None:
        """The role by which ladders find this person; engineers are found through the duty roster instead."""
        return TOLD_AS.get(self)


OF_HOSPITAL = frozenset({StaffRole.HOSPITAL_LEAD, StaffRole.HOSPITAL_IT})
TOLD_AS: dict[StaffRole, Recipient] = {
    StaffRole.PROJECT_MANAGER: Recipient.PROJECT_MANAGER,
    StaffRole.PRODUCT_TEAM: Recipient.PRODUCT_TEAM,
    StaffRole.SENIOR_MANAGER: Recipient.SENIOR_MANAGER,
    StaffRole.ACCOUNT_MANAGER: Recipient.ACCOUNT_MANAGER,
    StaffRole.HOSPITAL_LEAD: Recipient.HOSPITAL_LEAD,
    StaffRole.HOSPITAL_IT: Recipient.HOSPITAL_IT,
}


class Visit(TextChoices):
    ON_SITE = "on_site", pgettext_lazy("inspection", "On site")
    ONLINE = "online", _("Online")
    DATABASE = "database", _("Database server")
    RETURN_VISIT = "return_visit", _("Return visit")
    CHECKLIST = "checklist", _("By checklist")
    JOINT = "joint", _("Joint check")


class Per(TextChoices):
    YEAR = "year", _("per contract year")
    QUARTER = "quarter", _("per quarter")
    MONTH = "month", _("per month")


class DayUnit(TextChoices):
    """The day units of `sla.Unit`, in which reports and documents are owed."""

    WORKING_DAYS = "working_days", _("working days")
    CALENDAR_DAYS = "calendar_days", _("calendar days")


class After(TextChoices):
    """What a document's time counts from."""

    START = "start", _("after the start of the term")
    YEAR_END = "year_end", _("after each contract year")
    QUARTER_END = "quarter_end", _("after each quarter")
    MONTH_END = "month_end", _("after each month")
    TERM_END = "term_end", _("after the end of the term")
    ON_REQUEST = "on_request", _("when it is needed")


class Condition(TextChoices):
    """What a payment waits for."""

    STARTED = "started", _("the term has begun")
    HALF_OF_TERM = "half_of_term", _("half of the term is over")
    TERM_ENDED = "term_ended", _("the term is over")
    YEAR_SIGNED = "year_signed", _("the contract year is signed")
    SERVICE_RECORDS = "service_records", _("service records handed in")
    COMPLETE_RECORDS = "complete_records", _("complete maintenance records handed in")
    ASSESSMENT_PASSED = "assessment_passed", _("assessment passed")
    ACCEPTED = "accepted", _("acceptance passed")
    INVOICE = "invoice", _("invoice handed in")


class Expiring(TextChoices):
    REGISTRATION = "registration", _("Registration code")
    DONGLE = "dongle", _("Dongle")
    CERTIFICATE = "certificate", _("Certificate")
    LICENCE = "licence", _("Licence")
    OTHER = "other", pgettext_lazy("expiry", "Something else")
