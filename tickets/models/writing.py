"""What people write before it is sent: drafts, and the ready-made answers of an organisation."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from servicedesk.tenancy.enums import Ownership
from servicedesk.tenancy.models import Hospital, Membership, Vendor
from servicedesk.tenancy.models.base import WalledWithId
from servicedesk.tenancy.wall import Person
from tickets.enums import Cause, MacroFor, Remedy
from tickets.permissions import KEEP_DRAFTS, KEEP_MACROS


class Draft(WalledWithId):
    """What one person has begun to write on one ticket. It belongs to their organisation alone, so that the other side
    can't read what was never sent; only sending removes it."""

    ownership = Ownership.EITHER
    see = KEEP_DRAFTS

    hospital = models.ForeignKey(Hospital, models.CASCADE, null=True, db_index=False)
    vendor = models.ForeignKey(Vendor, models.CASCADE, null=True, db_index=False)
    membership = models.ForeignKey(Membership, models.CASCADE, db_constraint=False, db_index=False)
    ticket = models.UUIDField()  # no key: a ticket has two owners, a draft one
    kind = models.CharField(max_length=30)  # an enums.Writing, or the name of an act
    fields = models.JSONField(default=dict)
    saved_at = models.DateTimeField(_("saved"))

    class Meta:
        ordering = ["id"]
        verbose_name = _("draft")
        constraints = [
            models.UniqueConstraint(
                fields=["hospital", "vendor", "membership", "ticket", "kind"],
                nulls_distinct=False,
                name="draft_once_per_person",
            ),
        ]
        indexes = [models.Index(fields=["membership", "ticket"], name="drafts_of_person")]

    def __str__(self) -> str:
        return self.kind

    @classmethod
    def of_oneself(cls, person: Person) -> Q:
        return Q(membership_id=person.membership_id)


class Macro(WalledWithId):
    """A ready-made answer: its words, the fields that go with them, and where it leads."""

    ownership = Ownership.EITHER
    see = KEEP_MACROS

    hospital = models.ForeignKey(Hospital, models.CASCADE, null=True, db_index=False)
    vendor = models.ForeignKey(Vendor, models.CASCADE, null=True, db_index=False)
    name = models.CharField(pgettext_lazy("macro", "name"), max_length=60)
    leads_to = models.CharField(_("used for"), max_length=12, choices=MacroFor.choices, default=MacroFor.REPLY)
    words = models.TextField(pgettext_lazy("macro", "words"), max_length=5_000)
    cause = models.CharField(_("cause"), max_length=20, choices=Cause.choices, blank=True)
    remedy = models.CharField(_("kind of solution"), max_length=20, choices=Remedy.choices, blank=True)
    is_remote = models.BooleanField(_("solved remotely"), default=False)
    waits_hours = models.PositiveSmallIntegerField(_("asks again after (hours)"), null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("ready-made answer")
        constraints = [
            models.UniqueConstraint(
                fields=["hospital", "vendor", "name"], nulls_distinct=False, name="macro_named_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("macro", args=[self.pk])
