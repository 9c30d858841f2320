"""A hospital that a program is connected to, and the addresses of the pages about that."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from servicedesk.tenancy.models import Membership
from tests.tickets.machines import make_machine
from tests.tickets.people import make_desk
from tests.tickets.test_api_events import subscribe
from tests.world import World, give_second_factor


def program_room(world: World) -> tuple[dict[str, str], Membership]:
    with transaction.atomic():
        desk = make_desk(world)
        subscribe(world.h1)
        make_machine(desk.lead)
        old = make_machine(desk.lead)
        with desk.acting(desk.lead):
            type(old.token).objects.filter(pk=old.token.pk).update(revoked_at=timezone.now())
        program = subscribe(world.h1, name="集成平台")
        ticket = desk.accepted(external_number="OA-2026-00017", external_source="oa")
    give_second_factor(desk.lead.user)
    return {
        "tokens": "/tokens/",
        "make-token": "/tokens/new/",
        "acts": f"/notices/receivers/{program.pk}/acts/",
        "receiver": f"/notices/receivers/{program.pk}/",
        "number-elsewhere": f"/tickets/{ticket.pk}/number-elsewhere/",
    }, desk.lead
