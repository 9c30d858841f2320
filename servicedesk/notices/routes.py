"""Who is told through which channels.

The caller may not read the recipients' wishes (a ward reporter's request tells a vendor's engineer), so two look-ups
pass the wall and answer with facts only: whose the person is, whether there is an address, and what they chose.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connections

from servicedesk.notices.enums import Channel, NoticeKind, Urgency, Wants
from servicedesk.notices.models.preference import UNLESS_SAID_OTHERWISE
from servicedesk.tenancy.enums import Side

PEOPLE = "SELECT id, hospital_id, vendor_id, has_mail, has_phone, choices FROM notices_people(%s)"
SUBSCRIBERS = "SELECT id, hospital_id, vendor_id, events FROM notices_subscribers(%s, %s)"
RECEIVERS = "SELECT id, hospital_id, vendor_id, channel, wants FROM notices_receivers(%s)"

Rows = Iterable[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Belongs:
    id: UUID
    hospital_id: int | None
    vendor_id: int | None

    @property
    def organisation(self) -> tuple[int | None, int | None]:
        return self.hospital_id, self.vendor_id

    @property
    def side(self) -> Side:
        if self.hospital_id is not None:
            return Side.HOSPITAL
        return Side.PLATFORM if self.vendor_id is None else Side.VENDOR


@dataclass(frozen=True, slots=True)
class Recipient(Belongs):
    has_mail: bool
    has_phone: bool
    choices: dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Post(Belongs):
    """A receiver of an organisation that is switched on."""

    channel: str
    wants: str


@dataclass(frozen=True, slots=True)
class Directory:
    """Who may be told, asked before there is anything to tell: for what must be short once it has begun."""

    people: list[Recipient]
    posts: list[Post]
    subscribers: list[Post]


def directory(people: Rows, posts: Rows, subscribers: Rows, act: str) -> Directory:
    """Of the rows of the three look-ups below, however they were asked."""
    return Directory(
        [Recipient(*facts, choices=json.loads(choices)) for *facts, choices in people],
        [Post(*row) for row in posts],
        _that_want(act, subscribers),
    )


def recipients(ids: Collection[UUID], *, using: str) -> list[Recipient]:
    """Those of them who still belong to their organisation."""
    rows = _asked(PEOPLE, ids, using)
    return [Recipient(*facts, choices=json.loads(choices)) for *facts, choices in rows]


def posts(ids: Collection[UUID], *, using: str) -> list[Post]:
    """The receivers of these people's organisations."""
    return [Post(*row) for row in _asked(RECEIVERS, ids, using)]


def subscribers(hospital_id: int, vendor_id: int, act: str, *, using: str) -> list[Post]:
    """The programs of both parties that want to know of this act. No events named: of every one."""
    with connections[using].cursor() as cursor:
        cursor.execute(SUBSCRIBERS, [hospital_id, vendor_id])
        return _that_want(act, cursor.fetchall())


def _that_want(act: str, rows: Rows) -> list[Post]:
    found = [(facts, json.loads(events)) for *facts, events in rows]
    return [Post(*facts, Channel.WEBHOOK, Wants.ACTS) for facts, events in found if not events or act in events]


def channels_of(person: Recipient, kind: NoticeKind, *, comes_through: bool, posts: Collection[Post]) -> list[Channel]:
    """Escalations and duty use every channel there is; what can wait uses those the person chose."""
    possible = [channel for channel, is_there in _possible(person, posts) if is_there]
    if comes_through:
        return possible
    return [channel for channel in possible if channel in person.choices.get(kind, UNLESS_SAID_OTHERWISE)]


def _possible(person: Recipient, posts: Collection[Post]) -> list[tuple[Channel, bool]]:
    has_gateway = any(post.channel == Channel.SMS and post.organisation == person.organisation for post in posts)
    return [
        (Channel.MAIL, person.has_mail and bool(settings.EMAIL_HOST)),
        (Channel.SMS, person.has_phone and has_gateway),
    ]


def wanted_by(post: Post, urgency: Urgency) -> bool:
    """A program that wants acts gets those, and no sentences made for people beside them."""
    if post.wants == Wants.ACTS:
        return False
    return post.channel != Channel.SMS and (post.wants == Wants.EVERYTHING or urgency == Urgency.ESCALATION)


def _asked(query: str, ids: Collection[UUID], using: str) -> list[tuple[Any, ...]]:
    with connections[using].cursor() as cursor:
        cursor.execute(query, [list(ids)])
        return cursor.fetchall()
