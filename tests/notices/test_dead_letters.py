"""What could not be delivered tells those who can mend it: once per receiver and day, and never about itself."""

from datetime import timedelta

import pytest

from servicedesk.notices.enums import Channel, NoticeKind, Reason, State
from servicedesk.notices.models import Breaker, InboxItem, Message
from servicedesk.notices.notify import notify
from servicedesk.notices.services import dead_letters
from servicedesk.notices.services.delivery import deliver
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.wall import NOBODY, Context, opened
from tests.notices.conftest import give_address
from tests.world import enter, make_member

pytestmark = pytest.mark.django_db
NOWHERE = "https://nowhere.example/hook"


@pytest.fixture
def strangers(desk):
    """The other party's lead, other vendors' and the platform's: each sees deliveries, but not these."""
    world = desk.world
    return [
        make_member(Role.IT_LEAD, world.h1),
        make_member(Role.VENDOR_MANAGER, world.v2),
        make_member(Role.SYSTEM_ADMINISTRATOR),
    ]


def told(member):
    with opened(NOBODY):
        return list(InboxItem.objects.visible_to(enter(member)).filter(kind=NoticeKind.MESSAGES_DEAD))


def lose(desk, *people, **more):
    """To receivers whose host nobody listed: a clear no at the first try."""
    before = {message.id for message in desk.messages()}
    desk.tell(*people, **more)
    lost = [desk.deliver(message) for message in desk.messages() if message.id not in before]
    assert {message.state for message in lost} == {State.DEAD}


def test_a_dead_letter_tells_those_who_see_the_organisations_deliveries(desk, engineer, manager, strangers):
    desk.receiver(desk.world.v1, NOWHERE, listed=False)
    gone = make_member(Role.VENDOR_MANAGER, desk.world.v1, until_at=desk.clock() - timedelta(days=1))
    lose(desk, engineer)
    (item,) = told(manager)
    assert item.url == "/notices/deliveries/?state=dead"
    assert "平台" in item.text
    assert [told(member) for member in (engineer, *strangers)] == [[]] * 4
    with opened(Context.of_vendor(desk.world.v1.id)):
        assert not InboxItem.objects.filter(membership_id=gone.id).exists()


def test_an_outage_is_told_once_per_receiver_and_day(desk, engineer, manager):
    desk.receiver(desk.world.v1, NOWHERE, listed=False)
    for number in range(5):
        lose(desk, engineer, key=f"event:{number}")
    lose(desk, engineer, key="of another hospital", hospital=desk.world.h2)
    assert len(told(manager)) == 1
    desk.receiver(desk.world.v1, f"{NOWHERE}/2", listed=False)
    lose(desk, engineer, key="to both")
    assert len(told(manager)) == 2
    desk.clock.pass_by(days=1)
    lose(desk, engineer, key="tomorrow")
    assert len(told(manager)) == 4


def test_what_nobody_owns_tells_the_platforms_administrators(desk, strangers):
    *others, operator = strangers
    auditor = make_member(Role.AUDIT_ADMINISTRATOR)
    desk.settings.EMAIL_HOST = "127.0.0.1"
    with opened(Context.of_platform()):
        message = Message.objects.create(
            event_key="x", kind=NoticeKind.ACCESS_CHANGED, words={"role": "x"}, side="platform", url="/",
            subject_kind="x", subject_id="1", at=desk.clock(), due_at=desk.clock(), channel=Channel.MAIL,
            membership=auditor, comes_through=False,
        )  # fmt: skip
    deliver(message.id, context=message.context, now=desk.clock)
    assert desk.again(message).state == State.DEAD
    assert len(told(operator)) == 1
    assert [told(member) for member in (auditor, *others)] == [[]] * 3


def test_waiting_in_vain_for_a_resting_receiver_tells_too(desk, engineer, manager):
    receiver = desk.receiver(desk.world.v1, NOWHERE, listed=False)
    desk.tell(engineer)
    for hours in (0, 25):
        desk.clock.pass_by(hours=hours)
        rests = {"failures": 9, "rests_until": desk.clock() + timedelta(hours=1)}
        Breaker.objects.update_or_create(key=str(receiver.id), defaults=rests)
        desk.deliver()
    assert (desk.message().reason, len(told(manager))) == (Reason.RESTING, 1)


def test_what_tells_of_dead_letters_never_leaves_and_so_never_dies(desk, engineer, manager):
    desk.mail()
    give_address(manager)
    desk.receiver(desk.world.v1, NOWHERE, listed=False)
    lose(desk, engineer)
    assert len(desk.messages()) == 1
    assert NoticeKind.MESSAGES_DEAD.stays_inside
    with opened(Context.of_vendor(desk.world.v1.id)):
        notify(
            "again", to=[manager], kind=NoticeKind.MESSAGES_DEAD, subject=desk.world.v1,
            words={"receiver": "x", "on": desk.clock().date()}, url="/", at=desk.clock(), on_duty=[manager],
        )  # fmt: skip
    assert len(desk.messages()) == 1


def test_sent_again_and_dead_again_is_told_once_that_day(desk, engineer, manager):
    desk.receiver(desk.world.v1, NOWHERE, listed=False)
    lose(desk, engineer)
    with opened(NOBODY):
        dead_letters.resend_all(by=enter(manager), at=desk.clock())
    assert desk.deliver(desk.messages()[0]).state == State.DEAD
    assert len(told(manager)) == 1
