from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from servicedesk.notices.enums import Channel, NoticeKind, Reason, State
from servicedesk.notices.models.target import Receiver
from servicedesk.notices.permissions import READ_INBOX, SEE_DELIVERIES
from servicedesk.notices.words import text_of
from servicedesk.tenancy.enums import Ownership, Side
from servicedesk.tenancy.models import Hospital, Membership, Vendor
from servicedesk.tenancy.models.base import WalledWithId
from servicedesk.tenancy.wall import Context, Person


class Notice(WalledWithId):
    """What happened, and to whom it is told. It belongs to whom the subject belongs to; `side` says which of the two
    parties it is meant for, and the wall lets only that side read it."""

    ownership = Ownership.EITHER

    hospital = models.ForeignKey(Hospital, models.CASCADE, null=True, db_index=False)  # other indexes begin with it
    vendor = models.ForeignKey(Vendor, models.CASCADE, null=True)
    side = models.CharField(max_length=10, choices=[(side.value, side.value) for side in Side])
    event_key = models.CharField(max_length=120)
    kind = models.CharField(_("kind"), max_length=30)  # a NoticeKind; choices would be a migration for each new one
    words = models.JSONField(default=dict)
    url = models.CharField(max_length=200)
    subject_kind = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=60)
    at = models.DateTimeField(_("when"))

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.kind} {self.event_key}"

    @property
    def text(self) -> str:
        return text_of(self.kind, self.words)

    @property
    def is_escalation(self) -> bool:
        return NoticeKind(self.kind).urgency == "escalation"

    @classmethod
    def owned_by(cls, person: Person) -> Q:
        return super().owned_by(person) & Q(side=person.side)

    @classmethod
    def of_oneself(cls, person: Person) -> Q:
        return Q(membership_id=person.membership_id)


class InboxItem(Notice):
    """A notice in a person's inbox: there at once, never held back."""

    see = READ_INBOX

    membership = models.ForeignKey(Membership, models.CASCADE, db_constraint=False, db_index=False)
    read_at = models.DateTimeField(_("read"), null=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("notice")
        constraints = [
            models.UniqueConstraint(
                fields=["hospital", "vendor", "event_key", "membership"],
                nulls_distinct=False,
                name="inbox_item_once",
            )
        ]
        indexes = [
            models.Index(fields=["membership"], condition=Q(read_at__isnull=True), name="inbox_unread"),
            models.Index(fields=["membership", "-id"], name="inbox_newest_first"),
        ]


class Message(Notice):
    """The outbox: one row per event, person (or receiver of an organisation) and outward channel.

    Its id is the idempotency key. `attempt` only grows and is the fencing token of whoever holds the lease; `failures`
    and `failing_since` start again when a person sends it anew.
    """

    see = SEE_DELIVERIES

    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices)
    membership = models.ForeignKey(Membership, models.CASCADE, db_constraint=False, db_index=False, null=True)
    receiver = models.ForeignKey(Receiver, models.PROTECT, db_constraint=False, null=True)
    comes_through = models.BooleanField()  # an escalation, or for a person on duty: no quiet hours
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    reason = models.CharField(_("reason"), max_length=20, choices=Reason.choices, blank=True)
    due_at = models.DateTimeField(_("next try"))
    handed_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    attempt = models.PositiveIntegerField(_("tries"), default=0)
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(_("sent"), null=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("message")
        constraints = [
            models.UniqueConstraint(
                fields=["hospital", "vendor", "event_key", "membership", "channel", "receiver"],
                nulls_distinct=False,
                name="message_once",
            ),
            models.CheckConstraint(
                name="message_to_person_or_receiver",
                condition=Q(membership__isnull=False, receiver__isnull=True)
                | Q(membership__isnull=True, receiver__isnull=False),
            ),
            models.CheckConstraint(
                name="message_sent_has_moment",
                condition=Q(state=State.SENT, sent_at__isnull=False) | (~Q(state=State.SENT) & Q(sent_at__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state=State.WAITING), name="message_due"),
            models.Index(fields=["hospital", "side", "-id"], name="message_of_hospital"),
            models.Index(fields=["vendor", "side", "-id"], name="message_of_vendor"),
            models.Index(fields=["membership", "-id"], name="message_of_person"),
        ]

    @property
    def context(self) -> Context:
        return context_of(self.side, self.hospital_id, self.vendor_id)


def context_of(side: str, hospital_id: int | None, vendor_id: int | None) -> Context:
    """The side the message is meant for: only there can the person's address and wishes be read."""
    if side == Side.VENDOR:
        return Context.of_vendor(vendor_id, *([] if hospital_id is None else [hospital_id]))
    return Context.of_platform() if hospital_id is None else Context.of_hospital(hospital_id)
