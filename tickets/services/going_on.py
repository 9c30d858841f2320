"""What goes on by itself: a ticket whose hour has come is asked about again; a solution nobody answers is closed.

The watch role looks across all tenants for ids only; each ticket is then done inside its hospital's wall.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from servicedesk.clocks.models import Clock
from servicedesk.clocks.reading import calendar
from servicedesk.notices.enums import NoticeKind
from servicedesk.sla.promise import Metric
from servicedesk.tenancy.wall import Context
from tickets.enums import State
from tickets.models import Objection, Ticket
from tickets.objections import open_objection
from tickets.services.solving import close_unsigned
from tickets.services.working import go_on
from tickets.states import SOLVED
from tickets.stream import locked, tell

WATCH = "watch"
AT_ONCE = 500
# After the promise to confirm has run out, the reminders are told and nobody answers: house default†, working days.
STRETCH = 5
# So long before the promise to confirm runs out, whoever has to sign is asked once more: house default†.
REMINDED = timedelta(days=3)


def hand_over_waking(*, at: datetime) -> int:
    from tickets.tasks import wake

    waiting = Ticket.objects.using(WATCH).filter(state=State.WAITING, wakes_at__lte=at).order_by("wakes_at")
    found = list(waiting.values_list("id", "hospital_id")[:AT_ONCE])
    for ticket_id, hospital_id in found:
        wake.inside(Context.of_hospital(hospital_id), str(ticket_id))
    return len(found)


def wake(ticket_id: UUID, *, at: datetime) -> bool:
    """Told twice, it goes on once."""
    ticket = locked(Ticket.objects.get(pk=ticket_id))
    if ticket.state != State.WAITING or ticket.wakes_at is None or ticket.wakes_at > at:
        return False
    go_on(ticket, by=None, at=at)
    return True


def hand_over_reminding(*, at: datetime) -> int:
    """Whoever reported it and is asked for the signature, in the last days there are for it."""
    from tickets.tasks import remind_to_sign

    near = Clock.objects.filter(
        matter_id=OuterRef("matter_id"), hospital_id=OuterRef("hospital_id"), metric=Metric.CONFIRM, is_standing=True,
        outcome=None, due_at__gt=at, due_at__lte=at + REMINDED,
    )  # fmt: skip
    unsigned = Ticket.objects.using(WATCH).filter(Exists(near), state=State.RESOLVED, reporter__isnull=False)
    found = list(unsigned.order_by("-changed_at").values_list("id", "hospital_id")[:AT_ONCE])
    for ticket_id, hospital_id in found:
        remind_to_sign.inside(Context.of_hospital(hospital_id), str(ticket_id))
    return len(found)


def remind_to_sign(ticket_id: UUID, *, at: datetime) -> bool:
    """Asked each hour, told once a cycle: the key says which."""
    ticket = Ticket.objects.get(pk=ticket_id)
    clock = _confirmation(ticket)
    if ticket.state != State.RESOLVED or ticket.reporter_id is None or clock is None or clock.due_at is None:
        return False
    if clock.due_at > at + REMINDED or open_objection(ticket):
        return False
    tell(ticket, NoticeKind.SIGNATURE_ASKED, to=[ticket.reporter_id], at=at, key=f"cycle:{ticket.cycle}")
    return True


def hand_over_silent(*, at: datetime) -> int:
    """Those that may be due: as many days as the stretch has working days are the least."""
    from tickets.tasks import close_silent

    asked = Objection.objects.using(WATCH).filter(ticket=OuterRef("pk"), decided_at=None)
    silent = Ticket.objects.using(WATCH).filter(state__in=SOLVED, due_at__lte=at - timedelta(days=STRETCH))
    found = list(silent.exclude(Exists(asked)).order_by("due_at").values_list("id", "hospital_id")[:AT_ONCE])
    for ticket_id, hospital_id in found:
        close_silent.inside(Context.of_hospital(hospital_id), str(ticket_id))
    return len(found)


def close_silent(ticket_id: UUID, *, at: datetime) -> bool:
    ticket = locked(Ticket.objects.get(pk=ticket_id))
    closes_at = closes_by_itself_at(ticket)
    if closes_at is None or at < closes_at:
        return False
    close_unsigned(ticket, why=_why(ticket), by=None, at=at)
    return True


def closes_by_itself_at(ticket: Ticket) -> datetime | None:
    """None while it is paused, while a refusal waits to be decided, or where nothing is promised."""
    if State(ticket.state) not in SOLVED or open_objection(ticket):
        return None
    clock = _confirmation(ticket)
    return closes_after(clock) if clock else None


def _confirmation(ticket: Ticket) -> Clock | None:
    running = Clock.objects.filter(matter_id=ticket.matter_id, metric=Metric.CONFIRM, is_standing=True, outcome=None)
    return running.first()


def closes_after(clock: Clock) -> datetime | None:
    if clock.due_at is None:
        return None
    days = calendar(clock.calendar_id)
    return days.close_of(days.working_day(days.last_day_before(clock.due_at), STRETCH), with_hours=False)


def _why(ticket: Ticket) -> str:
    if ticket.state == State.SIGNED:
        return _("Signed; the hospital's IT was reminded and did not confirm in the time there was.")
    return _("Nobody signed or objected in the time there was, in spite of reminders.")
