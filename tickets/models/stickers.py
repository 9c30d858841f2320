"""Stickers with a QR code, what came in by them, and who was hit as well."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from contracts.models import Contract, System
from servicedesk.tenancy.enums import Ownership
from servicedesk.tenancy.keys import TenantKey, owned_target
from servicedesk.tenancy.models import Department, Hospital, Place, Vendor
from servicedesk.tenancy.models.base import WalledWithId
from tickets.models.part import PARTIES, PartOfTicket
from tickets.permissions import SEE_STICKERS
from tickets.symptoms import Symptom


class Sticker(WalledWithId):
    """A QR code on a device or a door: it lets anybody report one thing, and read nothing.

    With a system it stays with that system, whichever contract is in force for it (`tickets.at_place`); without one it
    offers what stands at its place, and is the hospital's alone. Of its token only the hash is kept, so a lost sheet is
    made anew and never printed twice.
    """

    ownership = Ownership.PARTIES
    see = SEE_STICKERS

    hospital = models.ForeignKey(Hospital, models.PROTECT, db_index=False)
    vendor = models.ForeignKey(Vendor, models.PROTECT, null=True, db_index=False)
    contract = models.ForeignKey(
        Contract, models.PROTECT, db_constraint=False, null=True, related_name="+", db_index=False
    )
    system = models.ForeignKey(
        System, models.PROTECT, db_constraint=False, null=True, related_name="+", verbose_name=_("system")
    )
    department = models.ForeignKey(
        Department, models.PROTECT, db_constraint=False, null=True, related_name="+", verbose_name=_("department")
    )
    place = models.ForeignKey(
        Place, models.PROTECT, db_constraint=False, null=True, related_name="+", verbose_name=_("place")
    )
    label = models.CharField(_("device"), max_length=60, blank=True)
    phone = models.CharField(_("number to call instead"), max_length=40, blank=True)
    token_hash = models.CharField(max_length=64, editable=False)
    made_at = models.DateTimeField(_("made"))
    made_by = models.UUIDField()
    revoked_at = models.DateTimeField(_("revoked"), null=True)
    history = HistoricalRecords(excluded_fields=["token_hash", "made_by"])

    class Meta:
        ordering = ["-id"]
        verbose_name = _("sticker")
        constraints = [
            owned_target("sticker_of_hospital"),
            TenantKey("contract", owner=PARTIES, name="sticker_contract_same_parties"),
            TenantKey("system", owner=PARTIES, name="sticker_system_same_parties"),
            TenantKey("department", name="sticker_department_same_hospital"),
            TenantKey("place", name="sticker_place_same_hospital"),
            models.CheckConstraint(
                name="sticker_says_where",
                condition=Q(place__isnull=False) | Q(system__isnull=False) | ~Q(label=""),
            ),
            models.CheckConstraint(
                name="sticker_names_a_vendor_with_its_contract",
                condition=Q(contract__isnull=True, vendor__isnull=True, system__isnull=True)
                | Q(contract__isnull=False, vendor__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["token_hash"], name="stickers_by_token"),
            models.Index(fields=["hospital", "-id"], name="stickers_of_hospital"),
        ]

    def __str__(self) -> str:
        return " · ".join(part for part in (str(self.place or ""), self.on) if part)

    @property
    def on(self) -> str:
        """The device, or what runs on it; empty for a door."""
        return self.label or str(self.system or "")


class Scan(PartOfTicket):
    """A ticket that came in by a sticker: what was tapped. The choices are ordered by these."""

    sticker = models.ForeignKey(Sticker, models.PROTECT, db_constraint=False, related_name="scans")
    symptom = models.CharField(_("what is wrong"), max_length=20, choices=Symptom.choices)
    halts_care = models.BooleanField(_("affects patients under way"), default=False)
    at = models.DateTimeField(_("when"))

    class Meta(PartOfTicket.Meta):
        verbose_name = _("report by sticker")
        constraints = [
            *PartOfTicket.Meta.constraints,
            TenantKey("sticker", name="scan_sticker_same_hospital"),
            models.UniqueConstraint(fields=["hospital", "ticket"], name="one_scan_per_ticket"),
        ]

    def __str__(self) -> str:
        return str(Symptom(self.symptom).label)


class MeToo(PartOfTicket):
    """Somebody else has the same trouble: counted on the ticket that is there, instead of one more."""

    submission = models.UUIDField(editable=False)  # one browser counts once, however often it taps
    department = models.ForeignKey(
        Department, models.PROTECT, db_constraint=False, null=True, related_name="+", verbose_name=_("department")
    )
    where = models.CharField(_("where"), max_length=160, blank=True)
    name = models.CharField(_("name"), max_length=60, blank=True)
    phone = models.CharField(_("extension or phone"), max_length=30, blank=True)
    at = models.DateTimeField(_("when"))
    by = models.UUIDField(null=True)

    class Meta(PartOfTicket.Meta):
        verbose_name = _("also hit")
        ordering = ["at", "id"]
        constraints = [
            *PartOfTicket.Meta.constraints,
            TenantKey("department", name="metoo_department_same_hospital"),
            models.UniqueConstraint(fields=["hospital", "ticket", "submission"], name="me_too_once"),
        ]

    def __str__(self) -> str:
        return self.where or self.name
