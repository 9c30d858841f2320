"""Who is who and who serves whom: the platform's register."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from servicedesk.accounts.services.trails import record_in_both
from servicedesk.audit.enums import Act
from servicedesk.audit.record import record
from servicedesk.tenancy.models import Engagement, Hospital, Vendor
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import Person


@transaction.atomic
def register_hospital(hospital: Hospital, *, by: Person, at: datetime) -> Hospital:
    hospital.save(force_insert=True)
    record(Act.HOSPITAL_REGISTERED, hospital, by=by, at=at)
    return hospital


@transaction.atomic
def register_vendor(vendor: Vendor, *, by: Person, at: datetime) -> Vendor:
    vendor.save(force_insert=True)
    record(Act.VENDOR_REGISTERED, vendor, by=by, at=at)
    return vendor


@transaction.atomic
def change_organisation(organisation: Hospital | Vendor, *, by: Person, at: datetime) -> None:
    organisation.save()
    record(Act.ORGANISATION_CHANGED, organisation, by=by, at=at)


@transaction.atomic
def engage(
    hospital: Hospital, vendor: Vendor, *, from_on: date, to_on: date | None, read_until: date | None, by: Person,
    at: datetime,
) -> Engagement:  # fmt: skip
    """From this day the vendor's people may work for the hospital."""
    if _running(hospital, vendor, from_on, to_on).exists():
        raise Refused(_("This vendor serves this hospital in that time already. Change the existing entry."))
    engagement = Engagement(hospital=hospital, vendor=vendor, from_on=from_on, to_on=to_on, read_until=read_until)
    engagement.save(force_insert=True)
    record_in_both(Act.ENGAGED, engagement, by=by, at=at)
    return engagement


@transaction.atomic
def change_engagement(
    engagement: Engagement, *, to_on: date | None, read_until: date | None, by: Person, at: datetime
) -> Engagement:
    """Until when the vendor serves, and how long after that it may still read."""
    overlapping = _running(engagement.hospital, engagement.vendor, engagement.from_on, to_on)
    if overlapping.exclude(pk=engagement.pk).exists():
        raise Refused(_("This vendor serves this hospital in that time already. Change the existing entry."))
    engagement.to_on, engagement.read_until = to_on, read_until
    engagement.save(update_fields=["to_on", "read_until"])
    words = {"to": to_on.isoformat() if to_on else None, "read": read_until.isoformat() if read_until else None}
    record_in_both(Act.ENGAGEMENT_CHANGED, engagement, by=by, at=at, words=words)
    return engagement


def _running(hospital: Hospital, vendor: Vendor, from_on: date, to_on: date | None):  # type: ignore[no-untyped-def]
    """Engagements of these two that share a day with the given ones."""
    rows = Engagement.objects.filter(hospital=hospital, vendor=vendor).exclude(to_on__lt=from_on)
    return rows.filter(from_on__lte=to_on) if to_on else rows
