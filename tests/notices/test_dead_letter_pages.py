"""What could not be delivered: seen by whom it concerns, sent again under its key, or set aside."""

import pytest

from servicedesk.audit.enums import Act
from servicedesk.audit.models import Record
from servicedesk.notices.enums import Reason, State
from servicedesk.notices.models import Message
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.wall import opened
from tests.notices.conftest import give_address
from tests.notices.visits import acts, signed_in
from tests.world import make_member

pytestmark = pytest.mark.django_db


def dead_letter(desk, *people, **more):
    desk.tell(*people, **more)
    for message in desk.messages():
        with opened(message.context):
            Message.objects.filter(id=message.id).update(
                state=State.DEAD, reason=Reason.BROKEN, attempt=9, failures=9, failing_since=desk.clock()
            )
    return desk.messages()


def test_a_dead_letter_is_seen_and_sent_again_under_its_key(desk, engineer, manager):
    server = desk.web()
    desk.receiver(desk.world.v1, server.url)
    (message,) = dead_letter(desk, engineer)
    client = signed_in(manager)
    assert "Send again" in client.get("/notices/deliveries/?state=dead").content.decode()
    assert client.post(f"/notices/deliveries/{message.id}/resend/").status_code == 302
    desk.clock.at = desk.again(message).due_at
    again = desk.deliver(message)
    assert (again.state, again.attempt, again.failures, server.seen[0].key) == (State.SENT, 10, 0, str(message.id))
    assert client.post(f"/notices/deliveries/{message.id}/resend/").status_code == 409
    assert acts(desk.world.v1) == []
    with opened(message.context):
        assert Record.objects.filter(act=Act.MESSAGE_RESENT).count() == 1


def test_a_dead_letter_is_set_aside_and_stays_there(desk, engineer, manager):
    server = desk.web()
    desk.receiver(desk.world.v1, server.url)
    (message,) = dead_letter(desk, engineer)
    client = signed_in(manager)
    url = f"/notices/deliveries/{message.id}/dismiss/"
    assert url in client.get("/notices/deliveries/?state=dead").content.decode()
    assert client.post(url).status_code == 302
    assert desk.deliver(message).state == State.DISMISSED
    assert client.get("/notices/deliveries/?state=dead").context["rows"] == []
    assert [client.post(again).status_code for again in (url, url.replace("dismiss", "resend"))] == [409, 409]
    assert client.post("/notices/deliveries/resend/").status_code == 302
    assert desk.again(message).state == State.DISMISSED
    with opened(message.context):
        assert Record.objects.filter(act=Act.MESSAGE_DISMISSED).count() == 1


def test_all_of_the_organisations_dead_letters_and_nobody_elses(desk, engineer, manager, lead):
    desk.mail()
    give_address(engineer)
    give_address(lead)
    dead_letter(desk, engineer, lead, key="a")
    dead_letter(desk, engineer, key="b")
    assert signed_in(manager).post("/notices/deliveries/resend/").status_code == 302
    states = {(message.side, message.event_key): message.state for message in desk.messages()}
    assert states == {("vendor", "a"): State.WAITING, ("vendor", "b"): State.WAITING, ("hospital", "a"): State.DEAD}


def test_a_dead_letter_of_others_is_missing(desk, engineer, manager, lead):
    """The other party of the same ticket, another vendor, the platform: 404; a colleague without the right: 403."""
    desk.mail()
    give_address(engineer)
    (message,) = dead_letter(desk, engineer)
    url = f"/notices/deliveries/{message.id}/resend/"
    strangers = (lead, make_member(Role.VENDOR_MANAGER, desk.world.v2), make_member(Role.SYSTEM_ADMINISTRATOR))
    for stranger in strangers:
        client = signed_in(stranger)
        assert client.post(url).status_code == 404
        assert client.get("/notices/deliveries/").context["rows"] == []
        assert client.post(url.replace("resend", "dismiss")).status_code == 404
    mine = signed_in(engineer)
    assert [row.id for row in mine.get("/notices/deliveries/").context["rows"]] == [message.id]
    assert mine.post(url).status_code == 403
    assert mine.post(url.replace("resend", "dismiss")).status_code == 403
    colleague = signed_in(make_member(Role.VENDOR_ENGINEER, desk.world.v1))
    assert colleague.get("/notices/deliveries/").context["rows"] == []
    assert desk.again(message).state == State.DEAD
