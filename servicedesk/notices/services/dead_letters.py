from __future__ import annotations

from datetime import datetime
from functools import partial

from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from servicedesk.audit.enums import Act
from servicedesk.audit.record import record
from servicedesk.notices.enums import Channel, NoticeKind, State
from servicedesk.notices.models import Message, Receiver
from servicedesk.notices.notify import notify
from servicedesk.notices.nudge import nudge
from servicedesk.notices.permissions import SEE_DELIVERIES
from servicedesk.tenancy.enums import Reach, Side
from servicedesk.tenancy.models import Hospital, Membership, Vendor
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import Person


def tell(message: Message, *, at: datetime) -> None:
    """Those who see the organisation's deliveries, once per receiver and day: an outage fills no inbox."""
    organisation = _addressed_organisation(message)
    today = timezone.localdate(at)
    notify(
        f"dead:{message.receiver_id or message.channel}:{today}",
        to=_responsible(organisation, at=at),
        kind=NoticeKind.MESSAGES_DEAD,
        subject=organisation or message,
        words={"receiver": message.receiver.name if message.receiver else Channel(message.channel).label, "on": today},
        url=f"{reverse('deliveries')}?state={State.DEAD}",
        at=at,
    )


def _addressed_organisation(message: Message) -> Hospital | Vendor | None:
    """None is the platform."""
    if message.side == Side.HOSPITAL:
        return Hospital(pk=message.hospital_id)
    return Vendor(pk=message.vendor_id) if message.side == Side.VENDOR else None


def _responsible(organisation: Hospital | Vendor | None, *, at: datetime) -> models.QuerySet[Membership]:
    whole = [role for role, reach in SEE_DELIVERIES.grants.items() if reach == Reach.ORGANISATION]
    return Membership.objects.active(at=at).filter(
        hospital=organisation if isinstance(organisation, Hospital) else None,
        vendor=organisation if isinstance(organisation, Vendor) else None,
        role__in=whole,
        user__is_active=True,
    )


@transaction.atomic
def resend(message: Message, *, by: Person, at: datetime) -> None:
    """A dead letter gets a new day of tries under its old key: if it had arrived after all, the receiver can tell."""
    dead = Message.objects.visible_to(by).filter(id=message.id, state=State.DEAD)
    if not dead.update(**_anew(at)):
        raise Refused(_("Only a message that was not delivered can be sent again."))
    record(Act.MESSAGE_RESENT, message, by=by, at=at, words={"channel": message.channel})
    transaction.on_commit(partial(nudge, [message]), robust=True)


@transaction.atomic
def dismiss(message: Message, *, by: Person, at: datetime) -> None:
    """Nobody needs it any more: what it told of is long over. It leaves the list of what somebody must look at."""
    dead = Message.objects.visible_to(by).filter(id=message.id, state=State.DEAD)
    if not dead.update(state=State.DISMISSED, due_at=at):
        raise Refused(_("Only a message that was not delivered can be set aside."))
    record(Act.MESSAGE_DISMISSED, message, by=by, at=at, words={"channel": message.channel})


@transaction.atomic
def resend_all(*, by: Person, at: datetime) -> int:
    """After an outage. The sweeper hands them over, in portions."""
    count = Message.objects.visible_to(by).filter(state=State.DEAD).update(**_anew(at))
    record(Act.MESSAGES_RESENT, by=by, at=at, words={"count": count})
    return count


@transaction.atomic
def replay(receiver: Receiver, *, since: datetime, by: Person, at: datetime) -> int:
    """What a program lost it gets once more, under the old keys and in the old order."""
    if not receiver.is_on:
        raise Refused(_("Switch the receiver on first."))
    past = Message.objects.visible_to(by).filter(receiver=receiver, kind=NoticeKind.TICKET_ACT, at__gte=since)
    count = past.exclude(state__in=[State.WAITING, State.WITHDRAWN]).update(**_anew(at), sent_at=None)
    record(Act.EVENTS_REPLAYED, receiver, by=by, at=at, words={"count": count, "since": since.date().isoformat()})
    return count


def _anew(at: datetime) -> dict[str, object]:
    return {
        "state": State.WAITING,
        "reason": "",
        "due_at": at,
        "failures": 0,
        "failing_since": None,
        "handed_at": None,
        "lease_until": None,
    }
