"""The rows of a page of the queue, with the clocks of all its tickets asked for at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Any, NamedTuple
from uuid import UUID

from django.utils.functional import Promise as Text
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from servicedesk.clocks.models import Span
from servicedesk.clocks.permissions import SEE_CLOCKS
from servicedesk.clocks.reading import calendar, clock_of
from servicedesk.clocks.words import CHANNELS, METRICS, OUTCOMES
from servicedesk.sla.clock import Clock as Running
from servicedesk.sla.clock import Outcome
from servicedesk.sla.promise import Channel, Metric
from servicedesk.tenancy.enums import Side
from servicedesk.tenancy.wall import Person
from servicedesk.ui.due import left
from tickets.around import answer_of
from tickets.models import Ticket

# A page of the queue reads these of a ticket, and not the twenty thousand letters of its description.
READ = (
    "id", "hospital_id", "vendor_id", "matter_id", "contract_id", "system_id", "department_id", "reporter_id",
    "number", "title", "severity", "is_emergency", "state", "channel", "where", "reporter_name", "reported_at",
    "assignee_id", "assignee_name", "waits_for", "waits_on", "urged_at", "due_at", "version", "closed_at", "cycle",
)  # fmt: skip
LIVE = ("id", "state", "version", "due_at")  # what a page that stands open watches


class Ticking(NamedTuple):
    """What a row needs of a clock; as a model it costs ten times as much."""

    pk: UUID
    matter_id: UUID
    metric: str
    due_at: datetime | None
    armed_at: datetime | None
    counts_from: datetime
    outcome: str | None
    is_provisional: bool


class Who(NamedTuple):
    """Whom a row is about. Vendors stay grey."""

    short_name: str
    hue: int | None


@dataclass(frozen=True)
class Chip:
    """The nearest clock: of those that run the first that is due, else one that is paused."""

    metric: str | Text
    due_at: datetime | None
    counts_from: datetime
    is_paused: bool = False
    why: str = ""
    is_provisional: bool = False  # rests on a year whose days off are not published


@dataclass(frozen=True)
class Dot:
    """Another clock, small, with its own words."""

    kind: str  # running, over, paused, waiting, met, missed, waived
    words: str


@dataclass
class Row:
    ticket: Ticket
    who: Who | None = None
    chip: Chip | None = None
    dots: list[Dot] = field(default_factory=list)
    facts: list[str | Text] = field(default_factory=list)
    is_provisional: bool = False  # the time that the ticket itself bears
    since: datetime | None = None  # from when that counts
    asks: str | Text = ""


def rows_of(
    tickets: Sequence[Ticket], person: Person, facts: Sequence[str], *, asked: Mapping[UUID, str | Text], at: datetime
) -> list[Row]:
    around = _around(tickets, person, facts)
    clocks, organisations, names = _clocks_in(around), _organisations_in(around), _names_in(around)
    made, sees_clocks = [], SEE_CLOCKS.reach_of(person) is not None
    stopped = [clock for found in clocks.values() for clock in found if sees_clocks and _is_paused(clock)]
    paused = _paused(stopped, person)
    for ticket in tickets:
        all_of_it = clocks[ticket.matter_id]
        own = all_of_it if sees_clocks else []
        nearest = _nearest(own)
        row = Row(ticket, organisations.get(_other(ticket, person)), facts=_facts(ticket, facts, names))
        row.asks = asked.get(ticket.pk, "")
        row.chip = _chip(nearest, paused, at) if nearest else None
        bearing = [clock for clock in all_of_it if clock.due_at and clock.due_at == ticket.due_at]
        row.is_provisional = any(clock.is_provisional for clock in bearing)
        row.since = max((clock.counts_from for clock in bearing), default=None)
        row.dots = [_dot(clock, at) for clock in own if clock is not nearest]
        made.append(row)
    return made


def mark(tickets: Iterable[Ticket], counts: Iterable[int | None]) -> str:
    """A few bytes that differ as soon as the page would: its rows, their order, their versions, the counts above."""
    told = repr([(str(one.pk), one.version, str(one.due_at)) for one in tickets]) + repr(list(counts))
    return blake2b(told.encode(), digest_size=9).hexdigest()


def _around(tickets: Sequence[Ticket], person: Person, facts: Sequence[str]) -> dict[str, Any]:
    """Clocks and names of all rows in one question, whose plan PostgreSQL keeps (migration 0008). The rows were let in
    by their own door; the wall keeps the rest."""
    is_hospital = person.side is Side.HOSPITAL
    others = list({_other(one, person) for one in tickets})
    systems = list({one.system_id for one in tickets if one.system_id}) if "system" in facts else []
    contracts = list({one.contract_id for one in tickets}) if "contract" in facts else []
    matters = [one.matter_id for one in tickets]
    named = ([] if is_hospital else others, others if is_hospital else [], systems, contracts)
    found: dict[str, Any] = answer_of("queue_around", person.vendor_id, list(person.hospitals), matters, *named)
    return found


def _clocks_in(around: dict[str, Any]) -> dict[UUID, list[Ticking]]:
    found: dict[UUID, list[Ticking]] = defaultdict(list)
    for pk, matter, metric, due, armed, counts_from, outcome, is_provisional in around["clocks"] or ():
        matter_id = UUID(matter)
        times = (_moment(due), _moment(armed), datetime.fromisoformat(counts_from))
        found[matter_id].append(Ticking(UUID(pk), matter_id, metric, *times, outcome, is_provisional))
    return found


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _is_paused(clock: Ticking) -> bool:
    return clock.outcome is None and clock.armed_at is not None and clock.due_at is None


def _paused(clocks: Sequence[Ticking], person: Person) -> dict[UUID, Running]:
    """With all their pauses, in one question; where nothing is paused, none."""
    if not clocks:
        return {}
    spans = Span.objects.visible_to(person).filter(clock__in=[clock.pk for clock in clocks]).select_related("clock")
    found: dict[UUID, list[Span]] = defaultdict(list)
    for span in spans:
        found[span.clock_id].append(span)
    return {key: clock_of(own[0].clock, own, calendar(own[0].clock.calendar_id)) for key, own in found.items()}


def _nearest(clocks: Iterable[Ticking]) -> Ticking | None:
    open_ones = [clock for clock in clocks if clock.outcome is None and clock.armed_at is not None]
    running = [clock for clock in open_ones if clock.due_at is not None]
    if running:
        return min(running, key=lambda clock: (clock.due_at, clock.metric))
    return open_ones[0] if open_ones else None


def _chip(clock: Ticking, paused: dict[UUID, Running], at: datetime) -> Chip:
    metric = METRICS[Metric(clock.metric)]
    if clock.due_at is not None:
        return Chip(metric, clock.due_at, clock.counts_from, is_provisional=clock.is_provisional)
    core, resumed = paused[clock.pk], paused[clock.pk].resume(at)
    why = core.open_pause.why if core.open_pause else ""
    return Chip(metric, resumed.due_at, clock.counts_from, True, why, resumed.is_provisional)


def _dot(clock: Ticking, at: datetime) -> Dot:
    if clock.outcome or clock.armed_at is None or clock.due_at is None:
        kind = clock.outcome or ("waiting" if clock.armed_at is None else "paused")
        return Dot(kind, _still(clock.metric, kind, get_language()))
    due = left(clock.due_at, at=at)
    return Dot("over" if due.state == "over" else "running", _of_metric(clock.metric, due.words))


@lru_cache(maxsize=200)  # a page says the same few for all its rows
def _still(metric: str, kind: str, language: str | None) -> str:
    words = {"waiting": pgettext("queue", "not called for"), "paused": pgettext("queue", "paused")}
    return _of_metric(metric, words.get(kind) or str(OUTCOMES[Outcome(kind)]))


def _of_metric(metric: str, said: str) -> str:
    return _("%(metric)s: %(said)s") % {"metric": METRICS[Metric(metric)], "said": said}


def _other(ticket: Ticket, person: Person) -> int:
    """Whom a row is about: the hospital to a vendor, the vendor to a hospital."""
    return ticket.hospital_id if person.side is not Side.HOSPITAL else ticket.vendor_id


def _organisations_in(around: dict[str, Any]) -> dict[int, Who]:
    return {pk: Who(*rest) for pk, *rest in (*(around["hospitals"] or ()), *(around["vendors"] or ()))}


def _names_in(around: dict[str, Any]) -> dict[UUID | None, str]:
    return {UUID(pk): name for pk, name in (*(around["systems"] or ()), *(around["contracts"] or ()))}


def _facts(ticket: Ticket, chosen: Sequence[str], names: dict[UUID | None, str]) -> list[str | Text]:
    known = {
        "number": ticket.number,
        "system": names.get(ticket.system_id, ""),
        "department": ticket.where,
        "reporter": ticket.reporter_name,
        "channel": CHANNELS[Channel(ticket.channel)] if ticket.channel in set(Channel) else "",
        "contract": names.get(ticket.contract_id, ""),
    }
    return [known[name] for name in chosen if known.get(name)]
