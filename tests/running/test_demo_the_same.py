"""The demo is drawn by a seed and anchored to its day: made twice, it is the same story to the second. Issue 2."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from contracts.models import Contract
from servicedesk.clocks.models import Clock
from servicedesk.demo import make_people
from servicedesk.demo_tickets import make_tickets
from servicedesk.notices.enums import State as Sent
from servicedesk.notices.models import Message
from servicedesk.tenancy.models import Hospital, Membership
from servicedesk.tenancy.wall import Context, opened
from tickets.models import Entry, Ticket

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
WHERE = "zhongyi"


def told(at: datetime) -> dict[str, list[tuple[Any, ...]]]:
    """One hospital's part of the story, without what is drawn anew for every installation: keys and secrets."""
    with transaction.atomic():
        make_tickets(make_people(at=at), at=at, hospitals=(WHERE,), share=0.3)
        with opened(Context.of_platform()):
            hospital = Hospital.objects.get(code=WHERE)
        with opened(Context.of_hospital(hospital.pk)):
            found = {
                "people": list(Membership.objects.values_list("name", "role", "from_at")),
                "contracts": list(Contract.objects.values_list("number", "name", "starts_on", "ends_on")),
                "tickets": list(
                    Ticket.objects.values_list("number", "title", "words", "state", "due_at", "changed_at")
                ),
                "stream": list(Entry.objects.values_list("ticket__number", "kind", "at", "text")),
                "clocks": list(Clock.objects.values_list("metric", "due_at", "outcome")),
            }
            assert not Message.objects.filter(state=Sent.WAITING).exists(), "what is past counts as delivered"
        transaction.set_rollback(True)
    return {name: sorted(rows, key=repr) for name, rows in found.items()}


def test_made_twice_it_is_the_same() -> None:
    at = timezone.now()
    once, again = told(at), told(at)
    assert len(once["tickets"]) > 5
    assert once == again
