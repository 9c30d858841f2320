"""Tickets that belong together: links, the parts of one fault under several contracts, known outages."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from servicedesk.tenancy.keys import TenantKey, owned_target
from tickets.enums import LinkKind
from tickets.models.part import PARTIES, PartOfTicket
from tickets.models.stream import SIDES
from tickets.permissions import SEE_OUTAGES


class TicketLink(PartOfTicket):
    """Between two tickets of the same parties: what this one is to the other."""

    kind = models.CharField(_("how they belong together"), max_length=12, choices=LinkKind.choices)
    other = models.ForeignKey("tickets.Ticket", models.CASCADE, db_constraint=False, related_name="linked_from")
    at = models.DateTimeField(_("when"))
    by = models.UUIDField(null=True)
    by_name = models.CharField(_("who"), max_length=60, blank=True)
    by_side = models.CharField(max_length=10, choices=SIDES, blank=True)

    class Meta(PartOfTicket.Meta):
        verbose_name = _("link between tickets")
        constraints = [
            *PartOfTicket.Meta.constraints,
            TenantKey("other", owner=PARTIES, name="ticketlink_other_same_parties"),
            models.UniqueConstraint(fields=["hospital", "ticket", "other"], name="tickets_linked_once"),
            models.CheckConstraint(name="linked_to_another", condition=~Q(ticket=F("other"))),
        ]

    def __str__(self) -> str:
        return self.kind


class FaultPart(PartOfTicket):
    """One vendor's ticket of a fault that touches several (ALL-17). Each part is a row of its own parties, so it says
    of the others nothing but their numbers, and in the hospital's own words whose turn it is."""

    fault = models.UUIDField(editable=False)  # the same in all parts
    siblings = models.JSONField(_("numbers of the other tickets"), default=list)
    turn_number = models.CharField(_("whose turn it is"), max_length=40, blank=True)
    turn_words = models.CharField(_("what the vendors are told"), max_length=300, blank=True)
    turn_at = models.DateTimeField(_("since"), null=True)
    joined_at = models.DateTimeField(_("joined"))
    joined_by = models.UUIDField()

    class Meta(PartOfTicket.Meta):
        verbose_name = _("part of a shared fault")
        ordering = ["joined_at", "id"]
        constraints = [
            *PartOfTicket.Meta.constraints,
            models.UniqueConstraint(fields=["hospital", "ticket"], name="one_fault_per_ticket"),
        ]
        indexes = [models.Index(fields=["hospital", "fault"], name="parts_of_fault")]

    def __str__(self) -> str:
        return ", ".join(self.siblings)

    @property
    def is_my_turn(self) -> bool:
        return bool(self.turn_number) and self.turn_number not in self.siblings


class Outage(PartOfTicket):
    """Known to everybody in the hospital: what is down, and until when. Its ticket is the parent of those who report
    the same; wards read these words and nothing of the ticket."""

    see = SEE_OUTAGES

    title = models.CharField(_("what does not work"), max_length=120)
    words = models.CharField(_("what people can do meanwhile"), max_length=500, blank=True)
    expected_at = models.DateTimeField(_("expected to work again"), null=True)
    announced_at = models.DateTimeField(_("announced"))
    announced_by = models.UUIDField()
    announced_name = models.CharField(max_length=60)
    ended_at = models.DateTimeField(_("over since"), null=True)
    ended_by = models.UUIDField(null=True)
    ended_name = models.CharField(max_length=60, blank=True)

    class Meta(PartOfTicket.Meta):
        verbose_name = _("known outage")
        ordering = ["-announced_at", "-id"]
        constraints = [
            *PartOfTicket.Meta.constraints,
            owned_target("outage_of_parties", *PARTIES),
            models.UniqueConstraint(
                fields=["hospital", "ticket"], condition=Q(ended_at__isnull=True), name="one_known_outage_per_ticket"
            ),
            models.CheckConstraint(
                name="outage_ends_after_its_start",
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("announced_at")),
            ),
        ]
        indexes = [
            models.Index(fields=["hospital", "-announced_at"], name="known_outages", condition=Q(ended_at__isnull=True))
        ]

    def __str__(self) -> str:
        return self.title
