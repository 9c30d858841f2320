"""A hospital with tickets on their way to their end, in the present, and the addresses of the pages about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from servicedesk.tenancy.wall import Context, opened
from tests.tickets.closing import SOLVED, handed, signature
from tests.tickets.people import Desk, make_desk
from tests.world import World, give_second_factor
from tickets.models import FeedbackForm, MaintenanceRecord, Objection, Ticket
from tickets.services import recurring, signing, solving, visiting
from tickets.signers import Signer

HOUR = timedelta(hours=1)


@dataclass
class Room:
    desk: Desk
    now: datetime
    resolved: Ticket
    signed: Ticket
    objected: Ticket
    closed: Ticket
    again: Ticket
    secret: str

    @property
    def paths(self) -> dict[str, str]:
        """By name, for the hospital's IT."""
        with self.desk.inside():
            record = MaintenanceRecord.objects.filter(ticket=self.closed).get()
            form = FeedbackForm.objects.get(ticket=self.signed)
            objection = Objection.objects.get()
        return {
            "feedback-unsigned": f"/tickets/{self.resolved.pk}/form/",
            "feedback-signed": f"/feedback/{form.pk}/",
            "refuse": f"/tickets/{self.resolved.pk}/refuse/",
            "close": f"/tickets/{self.resolved.pk}/close-unsigned/",
            "objection": f"/objections/{objection.pk}/",
            "records": "/records/",
            "records-filtered": "/records/?severity=B&q=调图",
            "records-contract": f"/records/?contract={self.desk.contract.pk}",
            "records-empty": "/records/?severity=1",
            "record": f"/records/{record.pk}/",
        }


def closing_room(world: World) -> Room:
    now = timezone.now().replace(microsecond=0)
    with opened(Context()):
        desk = make_desk(world)
    give_second_factor(desk.lead.user)
    give_second_factor(desk.manager.user)
    with desk.inside():
        system = desk.contract.systems.order_by("id").first() or desk.contract.systems.create(
            hospital=world.h1, vendor=world.v1, name="全院 PACS"
        )
    closed = _closed(desk, now - 50 * HOUR, system=system)
    again = desk.accepted(at=now - 5 * HOUR, system=system, title="阅片工作站再次无法调图")
    desk.act(recurring.say_same, again, by=desk.it, at=now - 4 * HOUR, earlier=closed)
    waiting, signed, objected = (_resolved(desk, now - 6 * HOUR) for _ in range(3))
    _sign(desk, signed, now - HOUR)
    _object(desk, objected, now - HOUR)
    _link, secret = desk.act(signing.make_link, waiting, by=desk.engineer, at=now)
    return Room(desk, now, desk.fresh(waiting), signed, objected, closed, again, secret)


def _resolved(desk: Desk, at: datetime, **more: object) -> Ticket:
    """With a visit, so that the form has something to tell."""
    words = "早交班时三台阅片工作站同时无法调图，提示归档服务超时，重启客户端无效。"
    ticket = desk.accepted(at=at, words=words, where="3号楼2层 阅片室", **more)
    visit = desk.act(visiting.call_for_visit, ticket, by=desk.engineer, at=at + HOUR / 2, why="远程看不出原因")
    desk.act(visiting.arrive, visit, by=desk.engineer, at=at + 2 * HOUR, where="3号楼2层阅片室")
    desk.act(visiting.leave, visit, by=desk.engineer, at=at + 3 * HOUR, work="清理归档缓存，重启归档服务，逐台验证调图")
    desk.act(solving.resolve, ticket, by=desk.engineer, at=at + 3 * HOUR, **SOLVED)
    return desk.fresh(ticket)


def _sign(desk: Desk, ticket: Ticket, at: datetime) -> None:
    given = signature(desk, ticket, words="来得很快，谢谢王工")
    with desk.acting(desk.engineer) as person:
        signing.sign(ticket, given, signer=handed(person), at=at)


def _object(desk: Desk, ticket: Ticket, at: datetime) -> None:
    with desk.acting(desk.engineer) as person:
        signer: Signer = handed(person, "陈护士长")
        signing.refuse_to_sign(ticket, why="05 号工作站还是调不出图", signer=signer, at=at)


def _closed(desk: Desk, at: datetime, **more: object) -> Ticket:
    ticket = _resolved(desk, at, **more)
    _sign(desk, ticket, at + 4 * HOUR)
    desk.act(solving.confirm, ticket, by=desk.it, at=at + 5 * HOUR)
    return desk.fresh(ticket)
