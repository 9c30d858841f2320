"""What one side proposes and the other decides, and one promise's own page: a visit of HRP."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from contracts.models import CatalogueItem
from servicedesk.sla.promise import Metric, Severity
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.wall import Context, opened
from tests.browser.ticket_pages import name_them
from tests.tickets.people import Desk, make_desk
from tests.world import World, give_second_factor, make_member
from tickets.models import Ticket
from tickets.services import levels, timing, visiting, working

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def agreement_paths(world: World) -> dict[str, tuple[str, Membership]]:
    """Pages with who looks at them."""
    with opened(Context()):
        desk = make_desk(world, "hrp")
    name_them(desk)
    lead = make_member(Role.IT_LEAD, world.h1)
    give_second_factor(lead.user)
    ticket = _disputed(desk)
    path, clock = f"/tickets/{ticket.pk}/", desk.clock(ticket, Metric.ON_SITE).get_absolute_url()
    return {
        "agree-ticket": (path, desk.engineer),
        "agree-propose-time": (f"{path}propose-time/", desk.it),
        "agree-decide-time": (f"{path}decide-time/", desk.engineer),
        "agree-propose-kind": (f"{path}propose-category/", desk.engineer),
        "agree-decide-kind": (f"{path}decide-severity/", desk.it),
        "agree-pause": (f"{path}pause/?metric=on_site", desk.it),
        "agree-clock": (clock, lead),
        "agree-clock-vendor": (clock, desk.engineer),
        "agree-calls": ("/calls/", desk.it),
    }


def _disputed(desk: Desk) -> Ticket:
    now = timezone.now()
    ticket = desk.accepted(severity=Severity.C, at=now - 5 * HOUR, title="物资请领单打印多出一页")
    desk.act(visiting.call_for_visit, ticket, by=desk.it, at=now - 4 * HOUR, why="要在库房的打印机上看")
    facts = {"metric": Metric.ON_SITE, "at": now - 2 * HOUR}
    agreed = desk.act(timing.propose_time, ticket, by=desk.engineer, time=now + 9 * HOUR, **facts)
    desk.act(timing.decide_time, ticket, by=desk.it, at=now - HOUR, wish=agreed, is_granted=True, said="我在库房等")
    desk.act(timing.propose_time, ticket, by=desk.it, time=now + 6 * HOUR, **facts)
    with desk.inside():
        item = CatalogueItem.objects.filter(contract=desk.contract).exclude(category=ticket.category).first()
    desk.act(levels.propose_category, ticket, by=desk.engineer, at=now - HOUR, item=item, why="这是模板调整，不是故障")
    desk.act(working.say, ticket, by=desk.it, at=now - 30 * MINUTE, text="下午三点库房有人")
    return ticket
