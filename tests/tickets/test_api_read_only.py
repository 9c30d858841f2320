"""A vendor that serves the hospital no more may read on; its programs hear the service's own sentence. PACS-1."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from servicedesk.tenancy import wall
from servicedesk.tenancy.models import Engagement
from tests.tickets.machines import TICKETS, refused

pytestmark = pytest.mark.django_db


def test_its_programs_write_nothing_that_names_the_contract(desk, vendor):
    with wall.opened(wall.Context.of_platform()):
        ours = Engagement.objects.filter(hospital=desk.world.h1, vendor=desk.world.v1)
        yesterday = timezone.localdate() - timedelta(days=1)
        ours.update(to_on=yesterday, read_until=yesterday + timedelta(days=30))
    contract = str(desk.contract.pk)
    call = {"called_at": timezone.now().isoformat(), "caller": "刘敏"}
    fault = {"contract": contract, "category": "fault", "title": "宕机", "severity": "1", "call": call}
    access = {"contract": contract, "what": "数据库", "why": "看日志", "minutes": 60}
    for path, body in ((f"{TICKETS}phoned/", fault), ("/api/v1/remote-accesses/", access)):
        assert refused(vendor.post(path, body), 403)["detail"] == "You may read this but no longer change it."
