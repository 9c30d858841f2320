"""What a contract lacks before it can be in force: each gap a sentence, with the page that closes it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.utils.translation import gettext as _

from contracts.blueprint import blueprint, names
from contracts.enums import StaffRole
from contracts.matrices import draft_of, row_of
from contracts.models import Contract, MatrixVersion
from contracts.reviewing import findings, readable
from contracts.selectors import staff_on, term_of
from contracts.terms import is_sound
from servicedesk.sla.ladder import Recipient
from servicedesk.sla.promise import Metric, Row
from servicedesk.tenancy.enums import Side

BY_ROSTER = {Recipient.ASSIGNEE, Recipient.ON_DUTY, Recipient.SECOND_LINE}
SOLVED = {Metric.RESTORE, Metric.WORKAROUND}


class Page(StrEnum):
    """The wizard's pages, in order."""

    PARTIES = "parties"
    SYSTEMS = "systems"
    PROMISES = "promises"
    PEOPLE = "people"
    PLANS = "plans"


@dataclass(frozen=True)
class Gap:
    sentence: str
    page: Page
    blocks: bool = True  # others are warnings


def gaps(contract: Contract, *, on: date) -> list[Gap]:
    version = draft_of(contract)
    rows = [row_of(facts) for facts in readable(version.rows)] if version else []
    return [
        *_unfinished(contract),
        *_facts(contract),
        *_systems(contract),
        *_promises(contract, version, rows),
        *_people(contract, rows, on),
        *_money(contract),
    ]


def _unfinished(contract: Contract) -> Iterator[Gap]:
    for page in Page:
        if page in contract.draft.get("typed", {}):
            yield Gap(_("What was typed on this page is kept, but not finished."), page)


def _facts(contract: Contract) -> Iterator[Gap]:
    if not contract.number:
        yield Gap(_("The contract has no number."), Page.PARTIES)
    term = term_of(contract)
    if term is None:
        yield Gap(_("The term is not given."), Page.PARTIES)
    elif not (is_sound(term.from_on) and is_sound(term.to_on)):
        yield Gap(_("Nobody means a year like this one. Check the dates."), Page.PARTIES)
    if not contract.desk.hotline:
        yield Gap(_("The hotline is not given; severe faults are reported by phone."), Page.PARTIES)


def _systems(contract: Contract) -> Iterator[Gap]:
    if not contract.systems.exists():
        yield Gap(_("No system is under the contract."), Page.SYSTEMS)


def _promises(contract: Contract, version: MatrixVersion | None, rows: list[Row]) -> Iterator[Gap]:
    if version is None:
        yield Gap(_("There is no draft of the promises."), Page.PROMISES)
        return
    for finding in findings(version):
        if finding.is_error:
            yield Gap(finding.sentence, Page.PROMISES)
    if not contract.has_no_solve_time and not solves(rows):
        yield Gap(_("No time is given to solve a fault in. Agree on one, or say that there is none."), Page.PROMISES)


def solves(rows: list[Row]) -> bool:
    """Is there a time in which a fault is solved? ICU-19 asks for one."""
    return any("fault" in row.categories and any(p.metric in SOLVED for p in row.promises) for row in rows)


def _people(contract: Contract, rows: list[Row], on: date) -> Iterator[Gap]:
    # Whoever comes with the term is there when it begins.
    staff = staff_on(contract, max(on, contract.starts_on or on))
    there = {StaffRole(member.role) for member in staff}
    wanted = blueprint(contract.blueprint).owed.staff if contract.blueprint in names() else ()
    for post in wanted:
        if post.role not in there and post.role is not StaffRole.RESIDENT_ENGINEER:
            yield Gap(_("Nobody is named: %(role)s.") % {"role": post.role.label}, Page.PEOPLE)
    told = {StaffRole(member.role).recipient for member in staff if member.of_vendor_id or member.of_hospital_id}
    for role in StaffRole:
        if role in there and role.recipient in _named(rows) and role.recipient not in told:
            words = _("%(role)s is told of escalations, but nobody named for it has an account here.")
            # A vendor cannot name the hospital's accounts, nor must it wait for them.
            yield Gap(words % {"role": role.label}, Page.PEOPLE, blocks=role.side is Side.VENDOR)
    residents = sum(member.is_resident for member in staff)
    if residents < contract.residents_agreed:
        sentence = _("%(agreed)s resident engineers are agreed, %(named)s are named.")
        numbers = {"agreed": contract.residents_agreed, "named": residents}
        yield Gap(sentence % numbers, Page.PEOPLE, blocks=False)
    if contract.desk.team_id is None:
        words = _("No duty roster answers for this contract yet; escalations to whoever is on duty would reach nobody.")
        yield Gap(words, Page.PARTIES, blocks=False)


def _named(rows: list[Row]) -> set[Recipient]:
    rungs = (rung for row in rows for promise in row.promises for rung in promise.ladder.rungs)
    return {recipient for rung in rungs for recipient in rung.recipients} - BY_ROSTER


def _money(contract: Contract) -> Iterator[Gap]:
    shares = [payment.share for payment in contract.payments.all()]
    if shares and sum(shares) != 100:
        yield Gap(_("The shares of the payments add up to %(sum)s %%, not 100.") % {"sum": sum(shares)}, Page.PLANS)
