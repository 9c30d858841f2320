from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from contracts.models import System
from contracts.permissions import SEE_CONTRACTS
from servicedesk.tenancy.enums import Ownership
from servicedesk.tenancy.keys import TenantKey
from servicedesk.tenancy.models import Hospital, Vendor
from servicedesk.tenancy.models.base import WalledWithId
from servicedesk.tenancy.wall import Person
from tickets.models.part import PARTIES, PartOfTicket
from tickets.permissions import SEE_NOTES

BOTH = ""  # whose words are no internal note


class SearchText(PartOfTicket):
    """What can be found of a ticket: its own words, each message, each internal note, folded as searches are.

    Triggers write it, under the id of the row the words stand in. The database keeps the words' grams beside them, in a
    column that Django does not know; who finds is `tickets_find` (migration 0005). A note's row is its side's alone.
    """

    side = models.CharField(max_length=10, blank=True, default=BOTH)
    text = models.TextField(_("text"))

    class Meta(PartOfTicket.Meta):
        verbose_name = _("text to be found")

    def __str__(self) -> str:
        return self.text[:60]

    @classmethod
    def owned_by(cls, person: Person) -> Q:
        return super().owned_by(person) & Q(side__in=[BOTH, person.side])

    @classmethod
    def seen_by(cls, person: Person) -> Q:
        seen = super().seen_by(person)
        return seen if SEE_NOTES.reach_of(person) else seen & Q(side=BOTH)


class RenamedSystem(WalledWithId):
    """Work that waits: a system's tickets are not all found by its new name yet. A trigger writes it down with the
    renaming; who does it, and takes it away, is `services/renaming.py`."""

    ownership = Ownership.PARTIES
    see = SEE_CONTRACTS

    hospital = models.ForeignKey(Hospital, models.PROTECT, db_index=False)
    vendor = models.ForeignKey(Vendor, models.PROTECT, db_index=False)
    system = models.ForeignKey(System, models.CASCADE, db_constraint=False, db_index=False, related_name="+")
    after = models.UUIDField(null=True)  # the last ticket that is done
    is_last = models.BooleanField(default=False)  # when this pass began, nobody was writing by an earlier name any more

    class Meta:
        ordering = ["id"]
        verbose_name = _("renamed system")
        constraints = [
            TenantKey("system", owner=PARTIES, name="renamedsystem_system_same_parties"),
            models.UniqueConstraint(fields=["hospital", "system"], name="system_renamed_once"),
        ]

    def __str__(self) -> str:
        return str(self.system_id)
