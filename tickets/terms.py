"""What the contract promises of a ticket, looked up in the version that held when it was reported."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS
from django.utils.translation import gettext as _

from contracts.matrices import current_calendar_id, matrix_of, version_at, version_near
from contracts.models import CatalogueItem, Contract, MatrixVersion, Signing
from servicedesk.clocks.life import Terms
from servicedesk.clocks.models import Desk, WorkCalendar
from servicedesk.clocks.services.calendars import holding_calendars
from servicedesk.clocks.words import in_words
from servicedesk.sla.calendar import Impossible
from servicedesk.sla.promise import Channel, Matrix, Severity
from servicedesk.tenancy.plans import Said, Statement, first_of
from servicedesk.tenancy.refusals import Refused
from tickets.around import instance
from tickets.models import Ticket

AT_REPORT = Statement.of("contract_at_report", "SELECT contract_at_report(%s::uuid, %s::text, %s::timestamptz)::text")


@dataclass(frozen=True)
class AtReport:
    """What a report asks of a contract, in one question whose plan PostgreSQL keeps: the kind of service, and the
    promises in force. The contract knows its signings afterwards."""

    item: CatalogueItem | None
    version: MatrixVersion | None
    calendar_id: Any

    @classmethod
    def of(cls, contract: Contract, category: str, moment: datetime) -> AtReport:
        """By calendars that are held from then on."""
        return cls._asked(contract, category, moment, [holding_calendars(contract.hospital_id)])

    @classmethod
    def seen(cls, contract: Contract, category: str, moment: datetime) -> AtReport:
        """Who only looks, or holds them already, waits for no change of the calendars."""
        return cls._asked(contract, category, moment, [])

    @classmethod
    def _asked(cls, contract: Contract, category: str, moment: datetime, before: list[Said]) -> AtReport:
        question = AT_REPORT, [contract.pk, category, moment]
        (said,) = first_of([*before, question], using=DEFAULT_DB_ALIAS)
        found = json.loads(said)
        version = instance(MatrixVersion, found["version"])
        if version:
            version.contract = contract
        signings: Any = [instance(Signing, facts) for facts in found["signings"] or ()]
        kept: Any = contract
        kept._prefetched_objects_cache = {**getattr(contract, "_prefetched_objects_cache", {}), "signings": signings}
        return cls(instance(CatalogueItem, found["item"]), version, found["calendar"])

    @property
    def in_force(self) -> InForce:
        if self.version is None:
            raise Refused(_("At that moment this contract promises nothing yet."), code="not_promised")
        calendar_id = UUID(self.calendar_id)
        return InForce(self.version, matrix_of(self.version, calendar_id=calendar_id), calendar_id)


@dataclass(frozen=True)
class InForce:
    """A version's promises, read once for all that is asked of them."""

    version: MatrixVersion
    matrix: Matrix
    calendar_id: Any

    def terms(self, *, category: str, severity: Severity, is_emergency: bool, at: datetime) -> Terms:
        """`at` decides the window. An emergency where the contract names none promises nothing more."""
        urgent = self.matrix.of_the_mark(category, severity, at) if is_emergency else frozenset()
        try:
            promises = self.matrix.terms(category, severity, at, emergency=bool(urgent))
        except Impossible as reason:
            raise Refused(in_words(reason), code="not_promised") from reason
        desk, calendar = Desk(pk=self.version.contract.desk_id), WorkCalendar(pk=self.calendar_id)
        return Terms(desk, calendar, category, severity, promises, of_the_mark=urgent)

    def channels(self, *, category: str, severity: Severity, at: datetime) -> frozenset[Channel]:
        return self.matrix.channels_for(category, severity, at)


def terms_for(
    ticket: Ticket, *, at: datetime, severity: Severity | None = None, category: str = "",
    is_emergency: bool | None = None,
) -> Terms:  # fmt: skip
    """By the version of the report: an amendment since then touches no ticket that was there before."""
    asked = AtReport.of(ticket.contract, category or ticket.category, ticket.reported_at or at)
    return asked.in_force.terms(
        category=category or ticket.category,
        severity=Severity(ticket.severity) if severity is None else severity,
        is_emergency=ticket.is_emergency if is_emergency is None else is_emergency,
        at=at,
    )


def house_terms(ticket: Ticket, *, at: datetime) -> Terms | None:
    """For what the product itself asks of people: by the contract's calendar, even where it promises nothing.
    None where no calendar was ever agreed on."""
    moment = ticket.reported_at or at
    calendar_id = AtReport.of(ticket.contract, ticket.category, moment).calendar_id
    if calendar_id is None:
        if (version := version_near(ticket.contract, moment)) is None:
            return None
        calendar_id = current_calendar_id(version)
    calendar = WorkCalendar(pk=UUID(str(calendar_id)))
    return Terms(Desk(pk=ticket.contract.desk_id), calendar, ticket.category, Severity(ticket.severity), {})


def channels_for(contract: Contract, *, category: str, severity: Severity, at: datetime) -> frozenset[Channel]:
    version = version_at(contract, at)
    return matrix_of(version).channels_for(category, severity, at) if version else frozenset()


def only_by_phone(channels: frozenset[Channel]) -> bool:
    return channels == frozenset({Channel.PHONE})
