from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from servicedesk.notices import nudge as nudging
from servicedesk.notices.enums import Channel, NoticeKind, Wants
from servicedesk.notices.models import Message, Receiver, Target
from servicedesk.notices.notify import notify
from servicedesk.notices.sealing import seal
from servicedesk.notices.services.delivery import deliver
from servicedesk.notices.wire import Patience, place_of
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.models import Hospital, Membership, Vendor
from servicedesk.tenancy.wall import Context, opened
from tests.notices.receivers import HttpReceiver, MailReceiver, Server
from tests.world import World, make_matter, make_member

NOON = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)  # a Wednesday, 12:00 in the hospital
SHORT = Patience(connect=0.5, total=0.4)
SECRET = "a key of both sides, long enough"


@dataclass
class Clock:
    """The time the deliverers live in."""

    at: datetime = NOON

    def __call__(self) -> datetime:
        return self.at

    def pass_by(self, **much: float) -> None:
        self.at += timedelta(**much)


@dataclass
class Desk:
    """What the tests do again and again, in the words of the room."""

    world: World
    settings: Any
    clock: Clock = field(default_factory=Clock)
    servers: list[Server] = field(default_factory=list)
    only: Message | None = None

    def web(self, *script: str) -> HttpReceiver:
        return self._opened(HttpReceiver(list(script)))

    def mail(self, *script: str) -> MailReceiver:
        server = self._opened(MailReceiver(list(script)))
        self.settings.EMAIL_HOST, self.settings.EMAIL_PORT = "127.0.0.1", server.port
        return server

    def _opened(self, server: Any) -> Any:
        self.servers.append(server)
        return server

    def receiver(
        self,
        organisation: Hospital | Vendor,
        url: str,
        channel: Channel = Channel.WEBHOOK,
        *,
        wants: Wants = Wants.EVERYTHING,
        listed: bool = True,
    ) -> Receiver:
        """Past the form, so that also what the form refuses can be tried at the wire."""
        place = place_of(url)
        owner = owner_of(organisation)
        with opened(context_of(organisation)):
            if listed and place:
                Target.objects.get_or_create(host=place.host, port=place.port, **owner)
                self.settings.LOCAL_TARGETS = [*self.settings.LOCAL_TARGETS, f"{place.host}:{place.port}"]
            return Receiver.objects.create(
                name="平台", channel=channel, sealed=seal(url, SECRET), shown="http://…", wants=wants, **owner
            )

    def tell(self, *people: Membership, key: str = "ticket:1", kind: NoticeKind = NoticeKind.TICKET_ASSIGNED, **more):
        """A hospital's request tells these people."""
        self.only = None
        hospital = more.pop("hospital", self.world.h1)
        with opened(Context.of_hospital(hospital.id)):
            subject = more.pop("subject", None) or make_matter(hospital, more.pop("vendor", self.world.v1))
            notify(key, to=people, kind=kind, subject=subject, words=WORDS, url="/tickets/1/", at=self.clock(), **more)

    def messages(self) -> list[Message]:
        """All of them, gathered from behind each side's wall."""
        found: dict[Any, Message] = {}
        for context in self.contexts():
            with opened(context):
                found |= {message.id: message for message in Message.objects.all()}
        return [found[key] for key in sorted(found)]

    def contexts(self) -> list[Context]:
        world = self.world
        hospitals = [Context.of_hospital(hospital.id) for hospital in (world.h1, world.h2, world.h3)]
        vendors = [
            Context.of_vendor(vendor.id, world.h1.id, world.h2.id, world.h3.id) for vendor in (world.v1, world.v2)
        ]
        return [*hospitals, *vendors, Context.of_platform()]

    def message(self) -> Message:
        """The only one there is."""
        if self.only is None:
            (self.only,) = self.messages()
        return self.again(self.only)

    def deliver(self, message: Message | None = None, patience: Patience = SHORT) -> Message:
        message = message or self.message()
        deliver(message.id, context=message.context, now=self.clock, patience=patience)
        return self.again(message)

    def again(self, message: Message) -> Message:
        with opened(message.context):
            return Message.objects.get(id=message.id)


WORDS = {
    "matter": "工单 7",
    "metric": "响应",
    "due": NOON,
    "severity": "A",
    "role": "x",
    "on": NOON.date(),
    "decision": "x",
}


def owner_of(organisation: Hospital | Vendor) -> dict[str, Any]:
    return {"hospital": organisation} if isinstance(organisation, Hospital) else {"vendor": organisation}


def context_of(organisation: Hospital | Vendor) -> Context:
    return (Context.of_hospital if isinstance(organisation, Hospital) else Context.of_vendor)(organisation.id)


def give_address(membership: Membership, **words: str) -> Membership:
    with opened(context_of(membership.organisation)):
        Membership.objects.filter(id=membership.id).update(**({"email": "wang@example.org"} | words))
    return membership


@pytest.fixture
def desk(world: World, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """Nothing is handed to Celery unless a test says so."""
    settings.EMAIL_HOST, settings.LOCAL_TARGETS = "", []
    monkeypatch.setattr(nudging, "_silent_until", float("inf"))
    desk = Desk(world, settings)
    yield desk
    for server in desk.servers:
        server.close()


@pytest.fixture
def engineer(desk):
    return make_member(Role.VENDOR_ENGINEER, desk.world.v1)


@pytest.fixture
def manager(desk):
    return make_member(Role.VENDOR_MANAGER, desk.world.v1)


@pytest.fixture
def lead(desk):
    return make_member(Role.IT_LEAD, desk.world.h1)


@pytest.fixture
def hook(desk, engineer):
    server = desk.web()
    desk.receiver(desk.world.v1, server.url)
    return server
