from __future__ import annotations

from django.db import models

from servicedesk.tenancy.enums import Ownership
from servicedesk.tenancy.keys import TenantKey
from servicedesk.tenancy.models import Hospital, Vendor
from servicedesk.tenancy.models.base import WalledWithId
from tickets.permissions import SEE_TICKETS

PARTIES = ("hospital", "vendor")


class PartOfTicket(WalledWithId):
    """A row that hangs on a ticket: the same parties; whoever sees the ticket sees it."""

    ownership = Ownership.PARTIES
    see = SEE_TICKETS

    hospital = models.ForeignKey(Hospital, models.PROTECT, db_index=False)
    vendor = models.ForeignKey(Vendor, models.PROTECT, db_index=False)
    ticket = models.ForeignKey("tickets.Ticket", models.CASCADE, db_constraint=False)

    class Meta:
        abstract = True
        ordering = ["id"]
        constraints = [TenantKey("ticket", owner=PARTIES, name="%(class)s_ticket_same_parties")]

    @classmethod
    def of_department(cls, person: object) -> models.Q:
        return models.Q(ticket__department_id=person.department_id) | cls.of_oneself(person)  # type: ignore[attr-defined]

    @classmethod
    def of_oneself(cls, person: object) -> models.Q:
        return models.Q(ticket__reporter_id=person.membership_id)  # type: ignore[attr-defined]
