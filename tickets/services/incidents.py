"""A major incident: one who leads, an update every so many minutes, and a review at the end (PACS-19 counts them)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from servicedesk.audit.enums import Act
from servicedesk.audit.record import record
from servicedesk.clocks.services.clocks import end_clocks, give_clocks_to, start_promise, stop_clock
from servicedesk.notices.enums import NoticeKind
from servicedesk.notices.notify import notify
from servicedesk.sla.ladder import Anchor, Ladder, Recipient, Rung
from servicedesk.sla.promise import Metric, Promise, Unit
from servicedesk.tenancy.enums import Side
from servicedesk.tenancy.ids import uuid7
from servicedesk.tenancy.models import Matter
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import Person
from tickets.enums import LineKind
from tickets.models import IncidentLine, MajorIncident, Participant, ReviewAction, Ticket
from tickets.people import hospital_it, told_of
from tickets.states import refuse_over
from tickets.stream import changed, locked, of, tell_programs
from tickets.terms import house_terms

EVERY = (5, 240)  # minutes
MOST_PEOPLE = 60
FAR = timedelta(days=5 * 366)
TOLD_LATE = frozenset({Recipient.ASSIGNEE, Recipient.PROJECT_MANAGER, Recipient.HOSPITAL_LEAD})


def update_promise(minutes: int) -> Promise:
    """House default†: who leads is told shortly before, both leads when it is late."""
    rungs = (
        Rung(Anchor.SHARE, frozenset({Recipient.ASSIGNEE}), percent=80),
        Rung(Anchor.DUE, TOLD_LATE),
    )
    return Promise(Metric.UPDATE, minutes, Unit.ELAPSED_MINUTES, is_default=True, ladder=Ladder(rungs))


@transaction.atomic
def declare_incident(
    ticket: Ticket, *, title: str, why: str, every_minutes: int = 30, by: Person, at: datetime
) -> MajorIncident:
    ticket = locked(ticket)
    _refuse_odd(ticket, title, why, every_minutes)
    key = uuid7()
    url, label = reverse("incident", args=[key]), f"{ticket.number} {title}"[:120]
    owners = {"hospital_id": ticket.hospital_id, "vendor_id": ticket.vendor_id}
    incident = MajorIncident.objects.create(
        id=key, **of(ticket), title=title.strip(), why=why.strip(), every_minutes=every_minutes,
        matter=Matter.objects.create(**owners, kind="incident", label=label, url=url),
        declared_at=at, declared_by=by.membership_id, declared_name=by.name, declared_side=by.side,
        leader=by.membership_id, leader_name=by.name, leader_side=by.side,
    )  # fmt: skip
    _take_part(incident, by, at)
    _write(incident, LineKind.DECLARED, why, by=by, at=at)
    changed(ticket, Act.INCIDENT_DECLARED, by=by, at=at, text=why)
    _start_clock(incident, ticket, by=by, at=at)
    told = told_of(ticket, Act.INCIDENT_DECLARED, at=at)
    everybody = told.both_sides(ticket) | told.first_line(ticket)
    _tell(incident, NoticeKind.INCIDENT_DECLARED, everybody, by=by, at=at, key="declared")
    return incident


@transaction.atomic
def take_part(incident: MajorIncident, *, does: str = "", by: Person, at: datetime) -> Participant:
    """Pressed again, what one does is corrected."""
    incident = _open(incident)
    known = Participant.objects.filter(incident=incident, member=by.membership_id).first()
    if known:
        _correct(known, does.strip(), incident)
        return known
    _write(incident, LineKind.JOINED, does, by=by, at=at)
    _keep(incident, Act.INCIDENT_JOINED, by=by, at=at)
    return _take_part(incident, by, at, does=does.strip())


@transaction.atomic
def name_participant(
    incident: MajorIncident, *, name: str, organisation: str = "", does: str = "", by: Person, at: datetime
) -> Participant:
    """Somebody without an account, who is told of nothing. Named again, what they do is corrected."""
    incident = _open(incident)
    name, organisation, does = name.strip(), organisation.strip(), does.strip()
    if not name:
        raise Refused(_("Say who takes part."))
    people = Participant.objects.filter(incident=incident)
    known = people.filter(member=None, name=name, organisation=organisation, side=by.side).first()
    if known:
        _correct(known, does, incident)
        return known
    if people.count() >= MOST_PEOPLE:
        raise Refused(_("So many take part already that nobody reads the list."))
    facts = {"name": name, "organisation": organisation, "does": does, "joined_at": at}
    named = Participant.objects.create(**_of(incident), side=by.side, **facts)
    _write(incident, LineKind.NAMED, named.in_words, by=by, at=at)
    _keep(incident, Act.INCIDENT_NAMED, by=by, at=at)
    return named


@transaction.atomic
def take_name_back(participant: Participant, *, by: Person, at: datetime) -> MajorIncident:
    """A name that was wrong. Whoever takes part by an account did so."""
    incident = _open(participant.incident)
    if participant.member:
        raise Refused(_("Who takes part by an account stays in the list."))
    if participant.side != by.side:
        raise Refused(_("Whose side has named somebody takes the name back."))
    if not Participant.objects.filter(pk=participant.pk).delete()[0]:
        return incident  # somebody was quicker
    _write(incident, LineKind.UNNAMED, participant.name, by=by, at=at)
    _keep(incident, Act.INCIDENT_UNNAMED, by=by, at=at)
    return incident


@transaction.atomic
def update_incident(incident: MajorIncident, text: str, *, by: Person, at: datetime) -> IncidentLine:
    """It stops this turn's clock, and the next turn begins."""
    incident = _open(incident)
    if not text.strip():
        raise Refused(_("There is nothing written yet."))
    line = _write(incident, LineKind.UPDATE, text.strip(), by=by, at=at)
    if not Participant.objects.filter(incident=incident, member=by.membership_id).exists():
        _take_part(incident, by, at)
    stop_clock(incident.matter, Metric.UPDATE, by=by, at=at)
    _start_clock(incident, incident.ticket, by=by, at=at)
    _keep(incident, Act.INCIDENT_UPDATED, by=by, at=at)
    _tell(incident, NoticeKind.INCIDENT_UPDATED, _members(incident), by=by, at=at, key=str(incident.version))
    return line


@transaction.atomic
def take_lead(incident: MajorIncident, *, by: Person, at: datetime) -> MajorIncident:
    incident = _open(incident)
    if incident.leader == by.membership_id:
        raise Refused(_("You lead it already."))
    incident.leader, incident.leader_name, incident.leader_side = by.membership_id, by.name, by.side
    if not Participant.objects.filter(incident=incident, member=by.membership_id).exists():
        _take_part(incident, by, at)
    _write(incident, LineKind.LEADS, "", by=by, at=at)
    give_clocks_to(incident.matter, member=by.membership_id)
    _keep(incident, Act.INCIDENT_LED, by=by, at=at)
    return incident


@transaction.atomic
def end_incident(incident: MajorIncident, text: str, *, by: Person, at: datetime) -> MajorIncident:
    """The last word; the review follows."""
    incident = _open(incident)
    if not text.strip():
        raise Refused(_("Say how it ended; it is the last update that everybody reads."))
    incident.ended_at, incident.ended_by, incident.ended_name = at, by.membership_id, by.name
    _write(incident, LineKind.ENDED, text.strip(), by=by, at=at)
    stop_clock(incident.matter, Metric.UPDATE, by=by, at=at)
    end_clocks(incident.matter, by=by, at=at)
    _keep(incident, Act.INCIDENT_ENDED, by=by, at=at)
    changed(locked(incident.ticket), Act.INCIDENT_ENDED, by=by, at=at, text=text.strip())
    _tell(incident, NoticeKind.INCIDENT_ENDED, _members(incident), by=by, at=at, key="ended")
    return incident


@transaction.atomic
def write_review(
    incident: MajorIncident, *, happened: str, impact: str, cause: str, lessons: str = "", seen: int, by: Person,
    at: datetime,
) -> MajorIncident:  # fmt: skip
    incident = _held(incident)
    if incident.is_open:
        raise Refused(_("Declare the incident over first."))
    if seen != incident.version:
        raise Refused(
            _("Somebody changed the review meanwhile. See what is new; what you wrote is kept."), code="stale"
        )
    if not (happened.strip() and impact.strip() and cause.strip()):
        raise Refused(_("A review says what happened, what it meant and why."))
    incident.happened, incident.impact = happened.strip(), impact.strip()
    incident.cause, incident.lessons = cause.strip(), lessons.strip()
    if incident.reviewed_at is None:
        _write(incident, LineKind.REVIEWED, "", by=by, at=at)
    incident.reviewed_at, incident.reviewed_by, incident.reviewed_name = at, by.membership_id, by.name
    _keep(incident, Act.INCIDENT_REVIEWED, by=by, at=at)
    return incident


@transaction.atomic
def add_measure(
    incident: MajorIncident, *, words: str, side: Side, who: str, due_on: date, by: Person, at: datetime
) -> ReviewAction:
    incident = _held(incident)
    if incident.is_open:
        raise Refused(_("Declare the incident over first."))
    if not incident.declared_at.date() <= due_on <= at.date() + FAR:
        raise Refused(_("Choose a day after the incident, within five years."))
    row = ReviewAction.objects.create(**_of(incident), words=words, side=side, who=who, due_on=due_on)
    record(Act.MEASURE_ADDED, row, by=by, at=at)
    tell_programs(incident.ticket, Act.MEASURE_ADDED, row, by=by, at=at)
    return row


@transaction.atomic
def finish_measure(measure: ReviewAction, *, by: Person, at: datetime) -> ReviewAction:
    _held(measure.incident)
    measure = ReviewAction.objects.get(pk=measure.pk)
    if measure.done_at:
        raise Refused(_("This was done already."))
    measure.done_at, measure.done_by, measure.done_name = at, by.membership_id, by.name
    measure.save()
    record(Act.MEASURE_DONE, measure, by=by, at=at)
    tell_programs(measure.ticket, Act.MEASURE_DONE, measure, by=by, at=at)
    return measure


def incident_of(ticket: Ticket) -> MajorIncident | None:
    """The open one, or the latest that was."""
    rows = MajorIncident.objects.filter(ticket=ticket)
    return rows.filter(ended_at=None).first() or rows.order_by("-declared_at").first()


def _refuse_odd(ticket: Ticket, title: str, why: str, every_minutes: int) -> None:
    refuse_over(ticket)
    if MajorIncident.objects.filter(ticket=ticket, ended_at=None).exists():
        raise Refused(_("A major incident is declared on this ticket already."))
    if not title.strip() or not why.strip():
        raise Refused(_("Say what happens, and why it is a major incident."))
    if not EVERY[0] <= every_minutes <= EVERY[1]:
        raise Refused(_("An update every 5 to 240 minutes."))


def _start_clock(incident: MajorIncident, ticket: Ticket, *, by: Person, at: datetime) -> None:
    if terms := house_terms(ticket, at=at):
        start_promise(incident.matter, update_promise(incident.every_minutes), terms=terms, by=by, at=at)
        give_clocks_to(incident.matter, member=incident.leader)


def _open(incident: MajorIncident) -> MajorIncident:
    held = _held(incident)
    if not held.is_open:
        raise Refused(_("This incident is over; what is still to be said belongs into its review."))
    return held


def _held(incident: MajorIncident) -> MajorIncident:
    """Its ticket first, as everywhere: with it the calendars stand still by which an update's clock starts."""
    locked(incident.ticket)
    rows = MajorIncident.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("matter", "ticket__contract__desk").get(pk=incident.pk)


def _keep(incident: MajorIncident, act: Act, *, by: Person, at: datetime) -> None:
    incident.version += 1
    incident.save()
    record(act, incident, by=by, at=at)
    if act is not Act.INCIDENT_ENDED:  # a line of the ticket tells of that
        tell_programs(incident.ticket, act, incident, by=by, at=at, turn=incident.version)


def _of(incident: MajorIncident) -> dict[str, Any]:
    owners = {"hospital_id": incident.hospital_id, "vendor_id": incident.vendor_id}
    return {**owners, "ticket_id": incident.ticket_id, "incident": incident}


def _correct(known: Participant, does: str, incident: MajorIncident) -> None:
    """Whoever looks on is shown it: they ask by the version."""
    known.does = does
    known.save(update_fields=["does"])
    MajorIncident.objects.filter(pk=incident.pk).update(version=incident.version + 1)


def _take_part(incident: MajorIncident, by: Person, at: datetime, does: str = "") -> Participant:
    return Participant.objects.create(
        **_of(incident), side=by.side, member=by.membership_id, name=by.name, does=does, joined_at=at
    )


def _write(incident: MajorIncident, kind: LineKind, text: str, *, by: Person, at: datetime) -> IncidentLine:
    return IncidentLine.objects.create(
        **_of(incident), kind=kind, at=at, by=by.membership_id, by_name=by.name, by_side=by.side, text=text
    )


def _members(incident: MajorIncident) -> set[Any]:
    people = Participant.objects.filter(incident=incident, member__isnull=False).values_list("member", flat=True)
    return {*people, *hospital_it(incident.ticket)}


def _tell(incident: MajorIncident, kind: NoticeKind, people: set[Any], *, by: Person, at: datetime, key: str) -> None:
    if told := people - {by.membership_id, None}:
        words = {"matter": incident.matter.label}
        event = f"incident:{incident.pk}:{kind}:{key}"
        notify(event, to=told, kind=kind, subject=incident, words=words, url=incident.get_absolute_url(), at=at)
