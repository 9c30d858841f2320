"""One outage, many who report it: said once, written once, and done for each on its own record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from servicedesk.audit.enums import Act
from servicedesk.tenancy.enums import Side
from servicedesk.tenancy.refusals import Forbidden, Refused
from servicedesk.tenancy.undoing import by_itself
from servicedesk.tenancy.wall import Person
from tickets.enums import OPEN, Cause, Remedy, State
from tickets.models import Outage, Solution, Ticket
from tickets.services import solving, working
from tickets.services.linking import both
from tickets.states import SOLVED, refuse_over
from tickets.stream import changed, locked, of

CHILDREN_AT_ONCE = 200
FAR = timedelta(days=366)


@dataclass(frozen=True)
class Result:
    """What became of one child."""

    ticket: Ticket
    why_not: str = ""


# ── parent and children ──────────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def put_under(child: Ticket, parent: Ticket, *, by: Person, at: datetime) -> Ticket:
    child, parent = both(child, parent)
    _refuse_odd_family(child, parent)
    child.parent = parent
    changed(child, Act.CHILD_ADDED, by=by, at=at, facts={"number": parent.number})
    changed(parent, Act.CHILD_ADDED, by=by, at=at, facts={"number": child.number})
    return child


@transaction.atomic
def take_out(child: Ticket, *, by: Person, at: datetime) -> Ticket:
    above = Ticket.objects.filter(children__pk=child.pk).first()
    if above is None:
        raise Refused(_("It stands under no outage any more."))
    child, parent = both(child, above)
    child.parent = None
    changed(child, Act.CHILD_REMOVED, by=by, at=at, facts={"number": parent.number})
    changed(parent, Act.CHILD_REMOVED, by=by, at=at, facts={"number": child.number})
    return child


def open_children(parent: Ticket) -> list[Ticket]:
    rows = Ticket.objects.filter(parent=parent, state__in=OPEN).select_related("hospital", "vendor", "matter")
    return list(rows.order_by("id")[:CHILDREN_AT_ONCE])


def _held(parent: Ticket) -> tuple[Ticket, list[Ticket]]:
    """With its open children. Those before it are held before it, as by whoever takes one out (ADR 18); the others
    come after it anyhow."""
    children = open_children(parent)
    for child in children:
        if child.pk < parent.pk:
            locked(child)
    return locked(parent), children


@transaction.atomic
def say_to_all(parent: Ticket, text: str, *, by: Person, at: datetime) -> list[Result]:
    """One message on the parent and on each of its open children."""
    parent, children = _held(parent)
    working.say(parent, text, by=by, at=at)
    return [_said(child, text, by, at) for child in children]


@transaction.atomic
def work_around_all(parent: Ticket, words: str, *, by: Person, at: datetime) -> list[Result]:
    """How everybody can work meanwhile: it stops the workaround's clock of each, where one is promised."""
    parent, children = _held(parent)
    solving.work_around(parent, words=words, by=by, at=at)
    return [_worked_around(child, words, by, at) for child in children]


@transaction.atomic
def resolve_children(parent: Ticket, *, by: Person, at: datetime) -> list[Result]:
    """As the parent was: the same words, cause and kind of solution. Each is signed for by whoever reported it."""
    parent, children = _held(parent)
    solution = solution_of(parent)
    if solution is None:
        raise Refused(_("Put the outage's own solution on record first; it is then taken over."))
    following = [child for child in children if child.state not in SOLVED]
    return [_resolved(child, solution, by, at) for child in following]


def solution_of(parent: Ticket) -> Solution | None:
    """The one that stands: refused, it is none."""
    return Solution.objects.filter(ticket=parent, cycle=parent.cycle, refused_at=None).first()


def _refuse_odd_family(child: Ticket, parent: Ticket) -> None:
    if child.parent_id:
        raise Refused(_("It stands under an outage already."))
    if parent.parent_id:
        raise Refused(_("The other ticket stands under an outage itself; choose that one."))
    if child.children.exists():
        raise Refused(_("Other tickets stand under this outage; take them out first."))
    if not child.is_open or not parent.is_open:
        raise Refused(_("One of the two tickets is over."))


def _said(child: Ticket, text: str, by: Person, at: datetime) -> Result:
    working.say(child, text, by=by, at=at)
    return Result(child)


def _worked_around(child: Ticket, words: str, by: Person, at: datetime) -> Result:
    return _tried(child, lambda: solving.work_around(_taken(child, by, at), words=words, by=by, at=at))


def _resolved(child: Ticket, solution: Solution, by: Person, at: datetime) -> Result:
    facts = {"cause": Cause(solution.cause), "remedy": Remedy(solution.remedy), "is_remote": solution.is_remote}
    return _tried(
        child, lambda: solving.resolve(_taken(child, by, at), words=solution.words, by=by, at=at, **facts)  # type: ignore[arg-type]
    )  # fmt: skip


def _taken(child: Ticket, by: Person, at: datetime) -> Ticket:
    """Nobody has accepted it yet: whoever works on the outage does so now, and its response is timed as it is."""
    return working.accept(child, by=by, at=at) if child.state == State.REPORTED else child


def _tried(child: Ticket, act: object) -> Result:
    """One that cannot follow stops none of the others; what was begun of it is undone."""
    try:
        with by_itself():
            act()  # type: ignore[operator]
    except Refused as refusal:
        return Result(child, str(refusal.sentence))
    return Result(child)


# ── known to the wards ───────────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def announce_outage(
    ticket: Ticket, *, title: str, words: str = "", expected_at: datetime | None = None, by: Person, at: datetime
) -> Outage:
    """The hospital tells its wards, in its own words; announced again, the words are replaced."""
    ticket = locked(ticket)
    _only_the_hospital(by)
    refuse_over(ticket)
    if ticket.parent_id:
        raise Refused(_("It stands under an outage itself; announce that one."))
    if not title.strip():
        raise Refused(_("Say what does not work, in words that a ward understands."))
    if expected_at and not at < expected_at < at + FAR:
        raise Refused(_("Choose a time to come, within a year."))
    facts = {"title": title.strip(), "words": words.strip(), "expected_at": expected_at}
    outage = known_outage_of(ticket)
    if outage:
        Outage.objects.filter(pk=outage.pk).update(**facts)
        outage.refresh_from_db()
    else:
        outage = Outage.objects.create(
            **of(ticket), **facts, announced_at=at, announced_by=by.membership_id, announced_name=by.name
        )
    changed(ticket, Act.OUTAGE_ANNOUNCED, by=by, at=at, text=words)
    return outage


@transaction.atomic
def end_outage(outage: Outage, *, by: Person, at: datetime) -> Outage:
    ticket = locked(outage.ticket)
    _only_the_hospital(by)
    outage = Outage.objects.get(pk=outage.pk)
    if outage.ended_at:
        raise Refused(_("The outage is over already."))
    outage.ended_at, outage.ended_by, outage.ended_name = at, by.membership_id, by.name
    outage.save()
    changed(ticket, Act.OUTAGE_ENDED, by=by, at=at)
    return outage


def known_outage_of(ticket: Ticket) -> Outage | None:
    return Outage.objects.filter(ticket=ticket, ended_at=None).first()


def _only_the_hospital(by: Person) -> None:
    if by.side is not Side.HOSPITAL:
        raise Forbidden(_("What the wards are told is the hospital's to say."))
