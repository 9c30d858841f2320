from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from servicedesk.tenancy.enums import Side
from servicedesk.tenancy.wall import Person
from tickets.enums import Kind
from tickets.models.part import PartOfTicket
from tickets.permissions import SEE_NOTES

SIDES = [(side.value, side.value) for side in Side]


class Entry(PartOfTicket):
    """One line of a ticket's stream that both sides read: a message, or an act with its closed facts."""

    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    act = models.CharField(max_length=40, blank=True)  # an audit.enums.Act, said by tickets.words
    at = models.DateTimeField(_("when"))
    by = models.UUIDField(null=True)  # the membership; None: the product itself, or somebody without an account
    by_name = models.CharField(_("who"), max_length=60, blank=True)
    by_side = models.CharField(max_length=10, choices=SIDES, blank=True)
    by_token = models.UUIDField(null=True)  # a machine did it, by this token
    text = models.TextField(_("text"), max_length=20_000, blank=True)
    facts = models.JSONField(default=dict)

    class Meta(PartOfTicket.Meta):
        verbose_name = _("line of a ticket")
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["ticket", "at", "id"], name="entries_of_ticket")]

    def __str__(self) -> str:
        return self.act or self.text[:60]


class Note(PartOfTicket):
    """An internal note. The wall shows it to the side that wrote it and to nobody else."""

    see = SEE_NOTES

    side = models.CharField(max_length=10, choices=SIDES)
    at = models.DateTimeField(_("when"))
    by = models.UUIDField()
    by_name = models.CharField(_("who"), max_length=60)
    text = models.TextField(_("text"), max_length=20_000)

    class Meta(PartOfTicket.Meta):
        verbose_name = _("internal note")
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["ticket", "at", "id"], name="notes_of_ticket")]

    def __str__(self) -> str:
        return self.text[:60]

    @classmethod
    def owned_by(cls, person: Person) -> Q:
        return super().owned_by(person) & Q(side=person.side)
