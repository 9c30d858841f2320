"""`notify(…)`: tells people what happened, inside the transaction in which it happened.

    notify(f"ticket:{ticket.id}:assigned:{turn}", to=[engineer], kind=NoticeKind.TICKET_ASSIGNED, subject=ticket,
           words={"matter": ticket.label}, url=ticket.url, at=at)

The event key names the event, not the act of telling: the same key, person and channel are told once, however often
this is called. The inbox has it at once; what leaves the process is delivered after the commit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, models, transaction
from django.utils import translation

from servicedesk.audit.enums import Act
from servicedesk.notices import routes
from servicedesk.notices.acts import TOLD
from servicedesk.notices.enums import NoticeKind, Urgency
from servicedesk.notices.models import InboxItem, Message
from servicedesk.notices.nudge import FEW, nudge
from servicedesk.notices.routes import Directory, Post, Recipient
from servicedesk.notices.words import Word, stored
from servicedesk.tenancy.bulk import insert
from servicedesk.tenancy.enums import Side
from servicedesk.tenancy.ids import uuid7
from servicedesk.tenancy.models import Hospital, Membership, Vendor

Columns = dict[str, Any]
_UNTOLD: ContextVar[bool] = ContextVar("untold", default=False)


@dataclass(frozen=True)
class Event:
    """Something that happened, and whom it is told. See `notify` for what the fields mean."""

    key: str
    kind: NoticeKind
    subject: models.Model
    words: Mapping[str, Word]
    url: str
    at: datetime
    to: Iterable[Membership | UUID] = ()
    on_duty: Iterable[Membership | UUID] = ()

    @cached_property
    def duty(self) -> set[UUID]:
        return set(_ids(self.on_duty))

    @cached_property
    def ids(self) -> list[UUID]:
        return list(dict.fromkeys([*_ids(self.to), *self.duty]))

    @cached_property
    def facts(self) -> dict[str, Any]:
        return _facts(self.key, NoticeKind(self.kind), self.subject, self.words, self.url, self.at)


def notify(
    event_key: str,
    *,
    to: Iterable[Membership | UUID],
    kind: NoticeKind,
    subject: models.Model,
    words: Mapping[str, Word],
    url: str,
    at: datetime,
    on_duty: Iterable[Membership | UUID] = (),
    known: Directory | None = None,
) -> None:
    """`to` and `on_duty` are memberships or their ids; whoever is on duty is told at once, whatever the hour.

    Words are ids and labels, never free text, and of names that of the engineer who comes. Those who have left their
    organisation are passed over; somebody of an organisation that is no party to the subject is a mistake of the
    caller's and is refused.
    """
    event = Event(event_key, NoticeKind(kind), subject, words, url, at, to, on_duty)
    notify_all([event], using=subject._state.db or DEFAULT_DB_ALIAS, known=known)


@contextmanager
def untold() -> Iterator[None]:
    """What is written down of a time long past is told to nobody: the demo's year, a take-over of older tickets."""
    token = _UNTOLD.set(True)
    try:
        yield
    finally:
        _UNTOLD.reset(token)


def notify_all(events: Sequence[Event], *, using: str, known: Directory | None = None) -> None:
    """Many events cost as many queries as one, and none beside the inserts where all those people are known."""
    if _UNTOLD.get():
        return
    ids = list({person for event in events for person in event.ids})
    people = {person.id: person for person in (known.people if known else routes.recipients(ids, using=using))}
    posts = known.posts if known else routes.posts(ids, using=using)
    items: list[Columns] = []
    messages: list[Columns] = []
    with translation.override(None):
        for event in events:
            told = [people[person] for person in event.ids if person in people]
            items += [{"membership_id": p.id, **event.facts, **_addressed(event.subject, p)} for p in told]
            messages += _messages(event, told, _posts_of(told, posts))
    insert(InboxItem, items, using=using, ignore_conflicts=True)
    insert(Message, messages, using=using, ignore_conflicts=True)
    fresh = [Message(**message) for message in messages[: FEW + 1]]
    transaction.on_commit(partial(nudge, fresh), using=using, robust=True)


def publish(
    event_key: str, act: Act, *, subject: Any, words: Mapping[str, Word], url: str, at: datetime,
    known: Directory | None = None,
) -> None:  # fmt: skip
    """An act on what two parties share, for their programs. `words` are ids and closed words, as ever."""
    if act not in TOLD:
        raise ValueError(f"{act} is not in the list of acts that programs choose from")
    if _UNTOLD.get():
        return
    using = subject._state.db or DEFAULT_DB_ALIAS
    asked = partial(routes.subscribers, subject.hospital_id, subject.vendor_id, act, using=using)
    posts = known.subscribers if known else asked()
    if not posts:
        return
    said = {**words, "act": act.value, "said": act.label}
    with translation.override(None):
        facts = _facts(event_key, NoticeKind.TICKET_ACT, subject, said, url, at)
    rows = [_message(facts, subject, post, post.channel, True, receiver_id=post.id) for post in posts]
    insert(Message, rows, using=using, ignore_conflicts=True)
    transaction.on_commit(partial(nudge, [Message(**row) for row in rows]), using=using, robust=True)


def _posts_of(people: list[Recipient], posts: list[Post]) -> list[Post]:
    organisations = {person.organisation for person in people}
    return [post for post in posts if post.organisation in organisations]


def _messages(event: Event, people: list[Recipient], posts: list[Post]) -> list[Columns]:
    if event.facts["kind"].stays_inside:
        return []
    facts, subject = event.facts, event.subject
    return [*_to_people(facts, subject, people, posts, event.duty), *_to_posts(facts, subject, posts)]


def _facts(
    event_key: str, kind: NoticeKind, subject: models.Model, words: Mapping[str, Word], url: str, at: datetime
) -> dict[str, Any]:
    if not url.startswith("/") or url.startswith(("//", "/\\")):
        raise ValueError(f"{url!r} is no path of this product")
    return {
        "event_key": event_key,
        "kind": kind,
        "words": stored(kind, words),
        "url": url,
        "subject_kind": subject._meta.label_lower,
        "subject_id": str(subject.pk),
        "at": at,
    }


def _to_people(
    facts: dict[str, Any], subject: Any, people: list[Recipient], posts: list[Post], duty: set[UUID]
) -> Iterator[Columns]:
    kind = facts["kind"]
    for person in people:
        comes_through = kind.urgency == Urgency.ESCALATION or person.id in duty
        for channel in routes.channels_of(person, kind, comes_through=comes_through, posts=posts):
            yield _message(facts, subject, person, channel, comes_through, membership_id=person.id)


def _to_posts(facts: dict[str, Any], subject: Any, posts: list[Post]) -> Iterator[Columns]:
    """Once per receiver, however many of the organisation's people are told."""
    for post in posts if not facts["kind"].is_private else ():
        if routes.wanted_by(post, facts["kind"].urgency):
            yield _message(facts, subject, post, post.channel, True, receiver_id=post.id)


def _message(
    facts: dict[str, Any],
    subject: Any,
    to: Recipient | Post,
    channel: str,
    comes_through: bool,
    *,
    membership_id: UUID | None = None,
    receiver_id: UUID | None = None,
) -> Columns:
    return {
        "id": uuid7(),
        "membership_id": membership_id,
        "receiver_id": receiver_id,
        "channel": channel,
        "comes_through": comes_through,
        "due_at": facts["at"],
        **facts,
        **_addressed(subject, to),
    }


def _ids(people: Iterable[Membership | UUID]) -> list[UUID]:
    return [person.pk if isinstance(person, Membership) else UUID(str(person)) for person in people]


def _addressed(subject: Any, to: Recipient | Post) -> dict[str, Any]:
    """Whose the row is and for which side. A hospital's own row told to a vendor becomes a row of both."""
    hospital_id, vendor_id = _owner(subject)
    if to.side == Side.VENDOR and hospital_id is not None and vendor_id is None:
        vendor_id = to.vendor_id
    if not _is_party(to, hospital_id, vendor_id):
        raise ValueError(f"{to.organisation} is no party to what belongs to {_owner(subject)}")
    return {"hospital_id": hospital_id, "vendor_id": vendor_id, "side": to.side}


def _owner(subject: Any) -> tuple[int | None, int | None]:
    if isinstance(subject, Hospital):
        return subject.pk, None
    if isinstance(subject, Vendor):
        return None, subject.pk
    return getattr(subject, "hospital_id", None), getattr(subject, "vendor_id", None)


def _is_party(to: Recipient | Post, hospital_id: int | None, vendor_id: int | None) -> bool:
    match to.side:
        case Side.HOSPITAL:
            return to.hospital_id == hospital_id
        case Side.VENDOR:
            return to.vendor_id == vendor_id
    return hospital_id is None and vendor_id is None
