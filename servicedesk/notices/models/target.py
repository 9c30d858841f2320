from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from servicedesk.notices.enums import Channel, Wants
from servicedesk.notices.permissions import MANAGE_TARGETS
from servicedesk.tenancy.enums import Ownership
from servicedesk.tenancy.models import Hospital, Vendor
from servicedesk.tenancy.models.base import WalledWithId

ONE_ORGANISATION = Q(hospital__isnull=True) | Q(vendor__isnull=True)


class Target(WalledWithId):
    """A host and port the organisation lets its messages go to. What is not listed exactly is never called."""

    ownership = Ownership.EITHER
    see = MANAGE_TARGETS

    hospital = models.ForeignKey(Hospital, models.CASCADE, null=True, editable=False)
    vendor = models.ForeignKey(Vendor, models.CASCADE, null=True, editable=False)
    host = models.CharField(_("host"), max_length=253)
    port = models.PositiveIntegerField(_("port"), validators=[MinValueValidator(1), MaxValueValidator(65535)])
    history = HistoricalRecords()

    class Meta:
        ordering = ["host", "port"]
        verbose_name = _("allowed target")
        constraints = [
            models.CheckConstraint(name="target_of_one_organisation", condition=ONE_ORGANISATION),
            models.UniqueConstraint(
                fields=["hospital", "vendor", "host", "port"], nulls_distinct=False, name="target_once"
            ),
        ]

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Receiver(WalledWithId):
    """Where an organisation is told: a webhook, a group's robot, or the gateway its text messages leave through.

    A robot's address is itself a secret, so address and key are stored sealed; `shown` is what a page may show of it.
    """

    ownership = Ownership.EITHER
    see = MANAGE_TARGETS

    hospital = models.ForeignKey(Hospital, models.CASCADE, null=True, editable=False)
    vendor = models.ForeignKey(Vendor, models.CASCADE, null=True, editable=False)
    name = models.CharField(_("name"), max_length=60)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices)
    shown = models.CharField(_("address"), max_length=280)
    sealed = models.TextField()
    wants = models.CharField(_("wants"), max_length=12, choices=Wants.choices, default=Wants.EVERYTHING)
    events = models.JSONField(_("which acts"), default=list)  # where it wants acts: these, or all
    is_on = models.BooleanField(_("switched on"), default=True)
    history = HistoricalRecords(excluded_fields=["sealed"])

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("receiver")
        constraints = [
            models.CheckConstraint(name="receiver_of_one_organisation", condition=ONE_ORGANISATION),
            models.CheckConstraint(
                name="receiver_is_called", condition=~Q(channel__in=[Channel.INBOX.value, Channel.MAIL.value])
            ),
            models.UniqueConstraint(
                fields=["hospital", "vendor"],
                condition=Q(channel=Channel.SMS.value, is_on=True),
                nulls_distinct=False,
                name="one_gateway_for_text_messages",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Breaker(models.Model):
    """How often in a row a receiver failed, and until when it is left alone. Of no organisation: the mail server is
    everybody's, so its rest is too. The key is a receiver's id or 'mail'; nothing here tells anything of anybody."""

    key = models.CharField(max_length=40, primary_key=True)
    failures = models.PositiveIntegerField(default=0)
    rests_until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("breaker")

    def __str__(self) -> str:
        return self.key
