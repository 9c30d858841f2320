from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from contracts.models import Contract, System
from servicedesk.tenancy.enums import Ownership
from servicedesk.tenancy.keys import TenantKey
from servicedesk.tenancy.models import Hospital, Vendor
from servicedesk.tenancy.models.base import WalledWithId
from tickets.enums import Access
from tickets.models.part import PARTIES
from tickets.permissions import SEE_REMOTE


class RemoteAuthorisation(WalledWithId):
    """Remote access asked for and granted for a time (ICU-15). That it has run out is computed from its times; nothing
    has to run for it. Whoever was inside then is out: the watch writes the end down, the engineer what was done."""

    ownership = Ownership.PARTIES
    see = SEE_REMOTE

    hospital = models.ForeignKey(Hospital, models.PROTECT, db_index=False)
    vendor = models.ForeignKey(Vendor, models.PROTECT, db_index=False)
    contract = models.ForeignKey(Contract, models.PROTECT, db_constraint=False, related_name="+", db_index=False)
    ticket = models.ForeignKey(
        "tickets.Ticket", models.PROTECT, db_constraint=False, null=True, related_name="authorisations"
    )
    system = models.ForeignKey(
        System, models.PROTECT, db_constraint=False, null=True, related_name="+", verbose_name=_("system")
    )
    what = models.CharField(_("what is reached"), max_length=120)
    why = models.CharField(_("what for"), max_length=300)
    minutes = models.PositiveSmallIntegerField(_("asked for, minutes"))
    asked_at = models.DateTimeField(_("asked"))
    asked_by = models.UUIDField()
    asked_name = models.CharField(_("asked by"), max_length=60)
    submission = models.UUIDField(null=True, editable=False)
    decided_at = models.DateTimeField(_("decided"), null=True)
    decided_by = models.UUIDField(null=True)
    decided_name = models.CharField(_("decided by"), max_length=60, blank=True)
    is_granted = models.BooleanField(_("granted"), null=True)
    said = models.CharField(_("what the hospital says"), max_length=300, blank=True)
    from_at = models.DateTimeField(_("from"), null=True)
    until_at = models.DateTimeField(_("until"), null=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True)
    revoked_by = models.UUIDField(null=True)
    revoked_name = models.CharField(_("revoked by"), max_length=60, blank=True)
    revoked_why = models.CharField(_("why it was revoked"), max_length=300, blank=True)
    started_at = models.DateTimeField(_("access began"), null=True)
    started_by = models.UUIDField(null=True)
    started_name = models.CharField(_("who had access"), max_length=60, blank=True)
    ended_at = models.DateTimeField(_("access ended"), null=True)
    work = models.CharField(_("what was done"), max_length=1_000, blank=True)
    told_at = models.DateTimeField(null=True)  # that it has run out

    class Meta:
        ordering = ["-asked_at", "-id"]
        verbose_name = _("remote authorisation")
        constraints = [
            TenantKey("contract", owner=PARTIES, name="remote_contract_same_parties"),
            TenantKey("ticket", owner=PARTIES, name="remote_ticket_same_parties"),
            TenantKey("system", owner=PARTIES, name="remote_system_same_parties"),
            models.UniqueConstraint(
                fields=["hospital", "submission"], condition=Q(submission__isnull=False), name="remote_asked_once"
            ),
            models.CheckConstraint(
                name="remote_decided_whole",
                condition=Q(decided_at__isnull=True, decided_by__isnull=True, is_granted__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False, is_granted__isnull=False),
            ),
            models.CheckConstraint(
                name="remote_granted_for_a_time",
                condition=Q(is_granted=True, from_at__isnull=False, until_at__gt=F("from_at"))
                | (
                    (Q(is_granted__isnull=True) | Q(is_granted=False))
                    & Q(from_at__isnull=True, until_at__isnull=True, started_at__isnull=True)
                ),
            ),
            models.CheckConstraint(
                name="remote_revoked_whole",
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True, revoked_why="")
                | (Q(revoked_at__isnull=False, revoked_by__isnull=False, is_granted=True) & ~Q(revoked_why="")),
            ),
            models.CheckConstraint(
                name="remote_ends_after_its_start",
                condition=Q(ended_at__isnull=True) | Q(started_at__isnull=False, ended_at__gte=F("started_at")),
            ),
        ]
        indexes = [
            models.Index(fields=["hospital", "-asked_at", "-id"], name="remote_of_hospital"),
            models.Index(fields=["vendor", "-asked_at", "-id"], name="remote_of_vendor"),
            models.Index(
                fields=["until_at"], name="remote_running_out", condition=Q(is_granted=True, told_at__isnull=True)
            ),
            models.Index(
                fields=["hospital", "asked_at"], name="remote_undecided", condition=Q(decided_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return self.what

    def get_absolute_url(self) -> str:
        return reverse("remote_access", args=[self.pk])

    def access_at(self, at: datetime) -> Access:
        if self.decided_at is None:
            return Access.ASKED
        if not self.is_granted or self.from_at is None or self.until_at is None:
            return Access.REFUSED
        if self.revoked_at:
            return Access.REVOKED
        if self.work:
            return Access.ENDED
        if at >= self.until_at:
            return Access.RUN_OUT
        return Access.GRANTED if self.started_at is None else Access.UNDER_WAY

    @property
    def closes_at(self) -> datetime | None:
        """When nobody may be inside any more, whatever was logged."""
        ends = [moment for moment in (self.until_at, self.revoked_at) if moment]
        return min(ends, default=None)
