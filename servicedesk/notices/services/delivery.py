"""One try to deliver one message: take a lease, call the channel, write down what came of it.

The call stands between two short transactions, so that nothing in the database waits for a receiver. Whoever dies after
the call and before the writing leaves the lease to run out; the next try repeats the message with the same key.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db.models import F, Q
from django.utils import timezone, translation

from servicedesk.notices.backoff import GIVE_UP_AFTER, Outcome, next_step
from servicedesk.notices.channels import SEND
from servicedesk.notices.channels.letter import Letter
from servicedesk.notices.enums import Channel, NoticeKind, Reason, State
from servicedesk.notices.models import Message, Preference, Receiver, Target
from servicedesk.notices.sealing import unseal
from servicedesk.notices.services import breaker, dead_letters
from servicedesk.notices.wire import Patience
from servicedesk.tenancy.enums import Side
from servicedesk.tenancy.models import Engagement, Membership
from servicedesk.tenancy.wall import Context, opened

LEASE = timedelta(seconds=60)  # far longer than a call may take
PATIENCE = Patience()
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Try:
    message_id: UUID
    token: int
    channel: Channel
    letter: Letter
    breaker_key: str


def deliver(message_id: UUID, *, context: Context, now: Callable[[], datetime], patience: Patience = PATIENCE) -> None:
    with opened(context):
        this = take(message_id, at=now())
    if this is None:
        return
    outcome = _called(this, patience)
    with opened(context):
        settle(this, outcome, at=now())


def take(message_id: UUID, *, at: datetime) -> Try | None:
    """The lease, or None: somebody else has it, it is not due, or it has to wait for a reason that is written down."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lte=at)
    mine = Message.objects.filter(free, id=message_id, state=State.WAITING, due_at__lte=at)
    if not mine.update(lease_until=at + LEASE, attempt=F("attempt") + 1):
        return None
    message = Message.objects.get(id=message_id)
    member = _member(message, at)
    if message.membership_id and member is None:
        _put_aside(message, State.WITHDRAWN, Reason.LEFT, at)
        return None
    if quiet_until := _quiet_until(message, at):
        _put_aside(message, State.WAITING, Reason.QUIET, quiet_until)
        return None
    receiver = _receiver(message)
    key = str(receiver.id) if receiver else message.channel
    if resting_until := breaker.resting_until(key, at=at):
        _rest(message, resting_until, at)
        return None
    return Try(message.id, message.attempt, Channel(message.channel), _letter(message, member, receiver), key)


def settle(this: Try, outcome: Outcome, *, at: datetime) -> None:
    """Only the holder of the newest lease writes; an older one came too late and changes nothing."""
    if outcome.blames_receiver:
        breaker.note_failure(this.breaker_key, at=at)
    elif not outcome.is_final:
        breaker.note_success(this.breaker_key)
    mine = Message.objects.filter(id=this.message_id, attempt=this.token, state=State.WAITING)
    message = mine.select_for_update(no_key=True).first()
    if message is None:
        return
    failures = message.failures + (not outcome.is_sent)
    since = message.failing_since or at
    state, due_at = next_step(outcome, failures=failures, failing_since=since, at=at, chance=random.random())  # noqa: S311
    mine.update(
        state=state,
        reason=outcome.reason or "",
        due_at=due_at,
        failures=failures,
        failing_since=None if outcome.is_sent else since,
        sent_at=at if outcome.is_sent else None,
        lease_until=None,
        handed_at=None,
    )
    if state == State.DEAD:
        dead_letters.tell(message, at=at)
    log.info("notice_tried", message=str(this.message_id), channel=this.channel, state=state, reason=outcome.reason)


def _called(this: Try, patience: Patience) -> Outcome:
    try:
        return SEND[this.channel](this.letter, patience)
    except Exception:
        log.exception("notice_channel_failed", message=str(this.message_id), channel=this.channel)
        return Outcome(Reason.FAULT)


def _put_aside(message: Message, state: State, reason: Reason, due_at: datetime) -> None:
    Message.objects.filter(id=message.id).update(
        state=state, reason=reason, due_at=due_at, lease_until=None, handed_at=None
    )


def _rest(message: Message, until: datetime, at: datetime) -> None:
    """Waiting for a receiver that rests counts as failing: it, too, ends after a day."""
    since = message.failing_since or at
    Message.objects.filter(id=message.id).update(failing_since=since)
    if at >= since + GIVE_UP_AFTER:
        _put_aside(message, State.DEAD, Reason.RESTING, at)
        dead_letters.tell(message, at=at)
    else:
        spread = timedelta(seconds=random.random() * 5)  # noqa: S311
        _put_aside(message, State.WAITING, Reason.RESTING, min(until + spread, since + GIVE_UP_AFTER))


def _member(message: Message, at: datetime) -> Membership | None:
    """Rights are checked again when it leaves: the person still belongs, and the vendor may still read."""
    if message.membership_id is None:
        return None
    members = Membership.objects.active(at=at).filter(id=message.membership_id, user__is_active=True)
    member = members.select_related("user").first()
    return member if member and _may_still_read(message, at) else None


def _may_still_read(message: Message, at: datetime) -> bool:
    if message.side != Side.VENDOR or message.hospital_id is None:
        return True
    today = timezone.localdate(at)
    still = Q(read_until__gte=today) | Q(read_until__isnull=True, to_on__gte=today) | Q(to_on__isnull=True)
    parties = Engagement.objects.filter(hospital=message.hospital_id, vendor=message.vendor_id)
    return parties.filter(still, from_on__lte=today).exists()


def _quiet_until(message: Message, at: datetime) -> datetime | None:
    if message.comes_through or message.membership_id is None:
        return None
    preference = Preference.objects.filter(membership_id=message.membership_id).first()
    return preference.quiet_until(at) if preference else None


def _receiver(message: Message) -> Receiver | None:
    if message.receiver_id:
        return Receiver.objects.filter(id=message.receiver_id, is_on=True).first()
    if message.channel == Channel.SMS:
        return Receiver.objects.filter(_of_recipient(message), channel=Channel.SMS, is_on=True).first()
    return None


def _of_recipient(message: Message) -> Q:
    if message.side == Side.VENDOR:
        return Q(vendor_id=message.vendor_id, hospital_id__isnull=True)
    return Q(hospital_id=message.hospital_id, vendor_id__isnull=True)


def _letter(message: Message, member: Membership | None, receiver: Receiver | None) -> Letter:
    url, secret = unseal(receiver.sealed) if receiver else ("", "")
    allowed = Target.objects.filter(_of_recipient(message)).values_list("host", "port") if receiver else ()
    with translation.override(member.user.language if member else settings.LANGUAGE_CODE):
        text = message.text
    return Letter(
        key=str(message.id),
        event=message.event_key,
        kind=message.kind,
        urgency=NoticeKind(message.kind).urgency,
        subject_kind=message.subject_kind,
        subject_id=message.subject_id,
        text=text,
        link=f"{settings.SITE_URL}{message.url}",
        at=message.at,
        address=_address(message, member),
        url=url,
        secret=secret,
        data=_data(message),
        allowed=frozenset(allowed),
    )


def _data(message: Message) -> dict[str, Any]:
    if message.kind != NoticeKind.TICKET_ACT:
        return {}
    return {name: word for name, word in message.words.items() if not isinstance(word, dict)}


def _address(message: Message, member: Membership | None) -> str:
    if member is None:
        return ""
    return member.phone if message.channel == Channel.SMS else member.email
