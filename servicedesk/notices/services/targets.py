from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from servicedesk.audit.enums import Act
from servicedesk.audit.record import Word, record
from servicedesk.notices.enums import Channel, NoticeKind, Wants
from servicedesk.notices.models import Message, Receiver, Target
from servicedesk.notices.nudge import nudge
from servicedesk.notices.sealing import seal, unseal
from servicedesk.notices.selectors import targets
from servicedesk.notices.wire import Place, place_of
from servicedesk.tenancy.ids import uuid7
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import Person


@transaction.atomic
def allow_target(host: str, port: int, *, by: Person, at: datetime) -> Target:
    if targets(by).filter(host=host, port=port).exists():
        raise Refused(_("This target is on the list already."))
    target = Target.objects.create(host=host, port=port, **_owner(by))
    record(Act.TARGET_ALLOWED, target, by=by, at=at, words={"target": str(target)})
    return target


@transaction.atomic
def withdraw_target(target: Target, *, by: Person, at: datetime) -> None:
    """What is still waiting for it will not be delivered: the list is asked at every try."""
    record(Act.TARGET_WITHDRAWN, target, by=by, at=at, words={"target": str(target)})
    target.delete()


@transaction.atomic
def add_receiver(
    name: str, channel: Channel, *, url: str, secret: str, wants: Wants, by: Person, at: datetime,
    events: Sequence[str] = (),
) -> Receiver:  # fmt: skip
    place = allowed_place(url, by)
    _refuse_second_gateway(channel, by)
    receiver = Receiver.objects.create(
        name=name, channel=channel, wants=wants, events=_events(wants, events), sealed=seal(url, secret),
        shown=_shown(place), **_owner(by),
    )  # fmt: skip
    record(Act.RECEIVER_ADDED, receiver, by=by, at=at, words={"channel": channel, "target": receiver.shown})
    return receiver


@transaction.atomic
def change_receiver(
    receiver: Receiver, *, name: str, url: str, secret: str, wants: Wants, by: Person, at: datetime,
    events: Sequence[str] = (),
) -> Receiver:  # fmt: skip
    """An empty address or key keeps the one there is: neither is ever shown again."""
    old_url, old_secret = unseal(receiver.sealed)
    place = allowed_place(url or old_url, by)
    receiver.name, receiver.wants, receiver.shown = name, wants, _shown(place)
    receiver.events = _events(wants, events)
    receiver.sealed = seal(url or old_url, secret or old_secret)
    receiver.save()
    words: dict[str, Word] = {"target": receiver.shown, "new_address": bool(url), "new_key": bool(secret)}
    record(Act.RECEIVER_CHANGED, receiver, by=by, at=at, words=words)
    return receiver


@transaction.atomic
def switch_receiver(receiver: Receiver, *, on: bool, by: Person, at: datetime) -> None:
    if on and not receiver.is_on:
        _refuse_second_gateway(Channel(receiver.channel), by)
    receiver.is_on = on
    receiver.save(update_fields=["is_on"])
    record(Act.RECEIVER_SWITCHED, receiver, by=by, at=at, words={"on": on})


@transaction.atomic
def try_receiver(receiver: Receiver, *, by: Person, at: datetime) -> Message:
    """A test message through the same outbox, so that it proves the same way."""
    if not receiver.is_on:
        raise Refused(_("Switch the receiver on before you test it."))
    if receiver.channel == Channel.SMS:
        raise Refused(_("A gateway for text messages cannot be tested without a phone number."))
    message = Message.objects.create(
        event_key=f"trial:{uuid7()}",
        kind=NoticeKind.TRIAL,
        side=by.side,
        url=reverse("targets"),
        subject_kind=receiver._meta.label_lower,
        subject_id=str(receiver.id),
        at=at,
        due_at=at,
        channel=receiver.channel,
        receiver=receiver,
        comes_through=True,
        **_owner(by),
    )
    record(Act.RECEIVER_TRIED, receiver, by=by, at=at)
    transaction.on_commit(partial(nudge, [message]), robust=True)
    return message


def allowed_place(url: str, by: Person) -> Place:
    place = place_of(url)
    if place is None:
        raise Refused(_("Give the address as http:// or https:// with a host in small letters, nothing unusual in it."))
    if not targets(by).filter(host=place.host, port=place.port).exists():
        target = Target(host=place.host, port=place.port)
        raise Refused(_("Put %(target)s on the list of allowed targets first.") % {"target": target})
    return place


def _refuse_second_gateway(channel: Channel, by: Person) -> None:
    if channel == Channel.SMS and Receiver.objects.filter(channel=channel, is_on=True, **_owner(by)).exists():
        raise Refused(_("There is a gateway for text messages already. Switch it off first."))


def _events(wants: Wants, events: Sequence[str]) -> list[str]:
    return sorted(events) if wants == Wants.ACTS else []


def _owner(by: Person) -> dict[str, Any]:
    return {"hospital_id": by.hospital_id, "vendor_id": by.vendor_id}


def _shown(place: Place) -> str:
    """Without path and query: a robot's address is its key."""
    return f"{place.scheme}://{Target(host=place.host, port=place.port)}"
