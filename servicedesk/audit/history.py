"""What happened to one thing, for any page that shows it: acts on record, with the fields that changed in them.

    history = history_of(department, request.person)        {% include "audit/_history.html" %}

Who may see the thing may see its history; addresses and what the trail alone says stay in the trail.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Model
from django.utils import formats, timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from servicedesk.audit.lines import ACTS, Names, names_for
from servicedesk.audit.models import Record
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.models.base import Walled
from servicedesk.tenancy.wall import Person

LIMIT = 50
ONE_ACT = timedelta(seconds=10)  # a change and its record are written in one request
UNSHOWN = ("id", "hospital", "vendor")  # a row's key and owners never change


@dataclass(frozen=True)
class Change:
    name: str
    old: str
    new: str


@dataclass
class Entry:
    at: datetime
    who: str
    act: str
    changes: list[Change] = field(default_factory=list)


@dataclass(frozen=True)
class History:
    entries: list[Entry]
    has_more: bool


def history_of(subject: Walled, person: Person, *, limit: int = LIMIT) -> History:
    """Newest first."""
    if not type(subject).objects.visible_to(person).filter(pk=subject.pk).exists():
        return History([], False)
    records, versions = _records(subject, person, limit), _versions(subject, limit)
    changes = _changes(type(subject), versions, person)
    entries = _told(records, names_for(records, person), versions, changes, person)
    return History(entries[:limit], len(records) > limit or len(versions) > limit + 1)


def _records(subject: Walled, person: Person, limit: int) -> list[Record]:
    kind = {"subject_kind": subject._meta.label_lower, "subject_id": str(subject.pk)}
    return list(Record.objects.filter(Record.owned_by(person), **kind).order_by("-at", "-pk")[: limit + 1])


def _versions(subject: Walled, limit: int) -> list[Any]:
    """The row's own past, one more than is shown: the oldest is only compared with."""
    manager = getattr(subject, getattr(subject._meta, "simple_history_manager_attribute", ""), None)
    return list(manager.order_by("-history_date", "-history_id")[: limit + 2]) if manager else []


def _told(
    records: list[Record], names: Names, versions: list[Any], changes: dict[int, list[Change]], person: Person
) -> list[Entry]:
    told = {record.pk: Entry(record.at, names.of(record), str(ACTS.get(record.act, record.act))) for record in records}
    alone = []
    for version in versions:
        if version.history_id not in changes:
            continue
        if record := _act_of(version, records):
            told[record.pk].changes += changes[version.history_id]
        else:
            alone.append(version)
    authors = _authors(alone, person)
    entries = [*told.values(), *(_version_entry(version, authors, changes) for version in alone)]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def _act_of(version: Any, records: list[Record]) -> Record | None:
    """The record of the same request: by the same account, begun just before the row was written."""
    near = (
        record
        for record in records
        if record.by_user == version.history_user_id and timedelta() <= version.history_date - record.at <= ONE_ACT
    )
    return min(near, key=lambda record: version.history_date - record.at, default=None)


def _version_entry(version: Any, authors: dict[UUID, str], changes: dict[int, list[Change]]) -> Entry:
    who = authors.get(version.history_user_id) or (
        _("somebody") if version.history_user_id else _("the product itself")
    )
    return Entry(version.history_date, who, _said(version.history_type), changes[version.history_id])


def _said(kind: str) -> str:
    return {"+": _("created it"), "~": _("changed it"), "-": _("deleted it")}[kind]


def _authors(versions: Iterable[Any], person: Person) -> dict[UUID, str]:
    users = {version.history_user_id for version in versions} - {None}
    members = Membership.objects.visible_to(person).filter(user_id__in=users) if users else Membership.objects.none()
    return dict(members.values_list("user_id", "name"))


def _changes(model: type[Model], versions: list[Any], person: Person) -> dict[int, list[Change]]:
    """Per version the fields that differ from the one before it; a version that changed nothing is left out."""
    kept = {field.attname for version in versions[:1] for field in version._meta.concrete_fields}  # some are left out
    shown = [f for f in model._meta.concrete_fields if f.attname in kept and f.name not in UNSHOWN]
    fields = [f for f in shown if not isinstance(f, models.BinaryField)]
    labels = _labels(fields, versions, person)
    found: dict[int, list[Change]] = {}
    for version, before in zip(versions, [*versions[1:], None], strict=True):
        if version.history_type != "~":
            found[version.history_id] = []
        elif before is not None:
            differing = [f for f in fields if getattr(version, f.attname) != getattr(before, f.attname)]
            said = [
                Change(capfirst(str(f.verbose_name)), _shown(f, before, labels), _shown(f, version, labels))
                for f in differing
            ]
            found |= {version.history_id: said} if said else {}
    return found


def _labels(fields: list[Any], versions: list[Any], person: Person) -> dict[tuple[str, Any], str]:
    """What the rows that were pointed at are called, one question per kind, and only those the person may see."""
    wanted = defaultdict(set)
    for f in fields:
        if f.is_relation and issubclass(f.related_model, Walled):
            wanted[f.related_model] |= {getattr(version, f.attname) for version in versions} - {None}
    return {
        (model._meta.label_lower, row.pk): str(row)
        for model, ids in wanted.items()
        for row in model.objects.visible_to(person).filter(pk__in=ids)
    }


def _shown(f: Any, version: Any, labels: dict[tuple[str, Any], str]) -> str:
    value = getattr(version, f.attname)
    if value is None or value == "":
        return "—"
    if f.is_relation:
        return labels.get((f.related_model._meta.label_lower, value), "…")
    if in_words := getattr(f.model, f"{f.name}_in_words", None):
        return str(in_words(value))
    if f.choices:
        return str(dict(f.flatchoices).get(value, value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return formats.date_format(timezone.localtime(value), "Y-m-d H:i:s")
    return formats.date_format(value, "Y-m-d") if isinstance(value, date) else str(value)
