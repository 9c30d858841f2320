"""One signature, however many sign in the same moment (PACS-8)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from servicedesk.tenancy import wall
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import Context
from tests.tickets.closing import LATER, handed, resolved, signature
from tests.tickets.people import make_desk
from tests.world import make_world
from tickets.enums import Way
from tickets.models import FeedbackForm
from tickets.services import signing
from tickets.signers import Signer

pytestmark = pytest.mark.django_db


@pytest.mark.django_db(transaction=True, databases=["default", "owner", "watch"])
def test_six_sign_at_the_same_moment_and_one_did():
    """Two tabs, two devices, a link and a handed phone: one form, and the others are told."""
    with wall.opened(Context()):
        desk = make_desk(make_world())
    ticket = resolved(desk)
    link, _secret = desk.act(signing.make_link, ticket, by=desk.engineer, at=LATER)
    given, gate = signature(desk, ticket), Barrier(6)

    def sign_now(place):
        try:
            gate.wait(timeout=20)
            with desk.acting(desk.engineer) if place % 2 else desk.inside() as person:
                signer = handed(person) if place % 2 else Signer(Way.LINK, "刘敏", link=link)
                signing.sign(ticket, given, signer=signer, at=LATER)
            return "signed"
        except Refused as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        told = sorted(pool.map(sign_now, range(6)))
    assert told.count("signed") == 1
    assert set(told) <= {"signed", "not_now", "link"}
    with desk.inside():
        assert FeedbackForm.objects.count() == 1
