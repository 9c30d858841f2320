"""What somebody wants to see of the queue: read from the address, where anything may stand, and kept by saved views."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from contracts.models import System
from servicedesk.sla.promise import Severity
from servicedesk.tenancy.ids import first_id_of
from tickets.enums import State

Words = str | Promise
Read = Callable[[str], Any]
SEVERITIES: dict[str, Words] = {
    **{one.value: one.value for one in Severity if one},
    "none": pgettext_lazy("queue", "No severity"),
}
FLAGS: dict[str, Words] = {
    "overdue": pgettext_lazy("queue", "Overdue"),
    "unassigned": pgettext_lazy("queue", "Nobody works on it"),
    "waiting": pgettext_lazy("ticket", "Waiting"),
    "this_month": pgettext_lazy("queue", "Reported this month, over or not"),
}
WAITED = timedelta(days=7)  # for the call that reports it; who calls later than that has forgotten it
NONE, WITHOUT_SYSTEM = "none", gettext_lazy("without a system")
# What a row may say in its second line, in this order; the first four unless somebody chose.
FACTS: dict[str, Words] = {
    "number": pgettext_lazy("queue", "Number"),
    "system": pgettext_lazy("queue", "System"),
    "department": pgettext_lazy("queue", "Where"),
    "state": gettext_lazy("State"),
    "reporter": pgettext_lazy("queue", "Reporter"),
    "reported": pgettext_lazy("queue", "Reported"),
    "channel": pgettext_lazy("queue", "Reported by"),
    "contract": gettext_lazy("Contract"),
}
NEWEST_FIRST = "-new"
CODE = re.compile(r"[a-z][a-z_]{0,39}")
USUAL = ("number", "system", "department", "state")


def _one_of(words: Mapping[str, Any]) -> Read:
    return lambda text: text if text in words else None


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _code(text: str) -> str | None:
    return text if CODE.fullmatch(text) else None


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _system(text: str) -> UUID | str | None:
    return text if text == NONE else _id(text)


def _of_system(system: UUID | str) -> Q:
    """With its modules."""
    if system == NONE:
        return Q(system_id=None)
    return Q(system_id=system) | Q(system_id__in=System.objects.filter(part_of_id=system).values("pk"))


@dataclass(frozen=True)
class Filter:
    label: Words
    read: Read
    rows: Callable[[Any], Q]


FILTERS: dict[str, Filter] = {
    "severity": Filter(
        gettext_lazy("Severity"), _one_of(SEVERITIES), lambda one: Q(severity="" if one == "none" else one)
    ),
    "state": Filter(gettext_lazy("State"), _one_of(dict(State.choices)), lambda one: Q(state=one)),
    "system": Filter(gettext_lazy("System or module"), _system, _of_system),
    "category": Filter(gettext_lazy("Kind of service"), _code, lambda one: Q(category=one)),
    "assignee": Filter(pgettext_lazy("queue", "Who works on it"), _id, lambda one: Q(assignee_id=one)),
    "hospital": Filter(gettext_lazy("Hospital"), _number, lambda one: Q(hospital_id=one)),
    "vendor": Filter(gettext_lazy("Vendor"), _number, lambda one: Q(vendor_id=one)),
    "contract": Filter(gettext_lazy("Contract"), _id, lambda one: Q(contract_id=one)),
}


@dataclass(frozen=True)
class Wanted:
    """`view` is one of the product's own; the rest narrows it. What makes no sense is left out."""

    view: str
    filters: Mapping[str, Any]
    flags: tuple[str, ...]
    facts: tuple[str, ...]
    is_newest_first: bool = False

    def narrowed(self, *, at: datetime) -> Q:
        found = Q()
        for name, value in self.filters.items():
            found &= FILTERS[name].rows(value)
        for flag in self.flags:
            found &= _flagged(flag, at)
        return found

    @property
    def is_narrowed(self) -> bool:
        return bool(self.filters or self.flags)

    @property
    def looks_back(self) -> bool:
        """Asked for a state that no open ticket has, or for all of a time."""
        state = self.filters.get("state")
        return "this_month" in self.flags or (state is not None and State(state).is_over)

    def pairs(self) -> Iterator[tuple[str, str]]:
        if self.view:
            yield "view", self.view
        yield from ((name, str(value)) for name, value in self.filters.items())
        yield from ((flag, "1") for flag in self.flags)
        if self.is_newest_first:
            yield "sort", NEWEST_FIRST

    def address(self, *, without: str = "", facts: bool = False) -> str:
        """One spelling for one wish: what a saved view keeps."""
        query = QueryDict(mutable=True)
        for name, value in self.pairs():
            if name != without:
                query[name] = value
        if facts and self.facts != USUAL:
            query.setlist("show", list(self.facts))
        return query.urlencode()


def _flagged(flag: str, at: datetime) -> Q:
    if flag == "overdue":
        return Q(due_at__lt=at)
    if flag == "this_month":
        return Q(pk__gte=first_reported_from(month_of(at)), reported_at__gte=month_of(at))
    return Q(assignee_id=None) if flag == "unassigned" else Q(state=State.WAITING)


def first_reported_from(moment: datetime) -> UUID:
    """A bound that an index knows: what waited for its call was written down before it was reported."""
    return first_id_of(moment - WAITED)


def month_of(at: datetime) -> datetime:
    return timezone.localtime(at).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def read(query: QueryDict, *, views: Mapping[str, Any], usual: tuple[str, ...] = USUAL) -> Wanted:
    filters = {}
    for name, one in FILTERS.items():
        value = one.read(query.get(name, ""))
        if value is not None:
            filters[name] = value
    view = query.get("view", "")
    return Wanted(
        view=view if view in views else "",
        filters=filters,
        flags=tuple(flag for flag in FLAGS if query.get(flag) == "1"),
        facts=facts_in(query.getlist("show")) or usual,
        is_newest_first=query.get("sort") == NEWEST_FIRST,
    )


def facts_in(chosen: list[str]) -> tuple[str, ...]:
    return tuple(name for name in FACTS if name in chosen)


def chips(wanted: Wanted, names: Mapping[str, str]) -> list[dict[str, str]]:
    """What is set, each with the address without it."""
    found = []
    for name, value in wanted.filters.items():
        words = {"what": FILTERS[name].label, "value": names.get(name) or _said(name, value)}
        found.append({"words": _("%(what)s: %(value)s") % words, "href": f"?{wanted.address(without=name)}"})
    for flag in wanted.flags:
        found.append({"words": str(FLAGS[flag]), "href": f"?{wanted.address(without=flag)}"})
    return found


def _said(name: str, value: Any) -> str:
    if name == "state":
        return str(State(value).label)
    if name == "system" and value == NONE:
        return str(WITHOUT_SYSTEM)
    return str(SEVERITIES[value]) if name == "severity" else _("chosen")
