"""A system that was renamed: its tickets are found by the name it has today and by the one it had then."""

from __future__ import annotations

from datetime import timedelta

import pytest

from contracts.models import System
from tests.clocks.examples import AT
from tickets.searching import found_tickets
from tickets.services.working import say

pytestmark = pytest.mark.django_db


def test_every_name_it_had_finds_it(desk):
    with desk.inside():
        system = desk.contract.systems.first()
    system = System(**{field.attname: getattr(system, field.attname) for field in System._meta.concrete_fields})
    was, now = system.name, "影像云归档平台"
    before = desk.report(system=system)
    with desk.acting(desk.lead):
        row = System.objects.get(pk=system.pk)
        row.name = now
        row.save()
    after = desk.report(system=row)
    desk.act(say, before, by=desk.it, at=AT + timedelta(minutes=5), text="还是不行")
    with desk.acting(desk.it) as person:
        assert {hit.ticket.pk for hit in found_tickets(person, now).hits} == {before.pk, after.pk}
        assert before.pk in {hit.ticket.pk for hit in found_tickets(person, was).hits}
