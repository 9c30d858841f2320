"""May this contract take new promised work now? Tickets ask before they start a clock."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from contracts.enums import StaffRole, Status
from contracts.models import Contract, StaffMember, System
from contracts.selectors import facts_of, serving
from contracts.terms import covered_until, lapsed_on, status_of
from servicedesk.tenancy.refusals import Refused


def is_outside_contract(contract: Contract, *, at: datetime, system: System | None = None) -> bool:
    """A phoned emergency is written down all the same, marked so; it starts no promised clock (PACS-1)."""
    on = timezone.localdate(at)
    return covered_until(facts_of(contract), on) is None or (system is not None and not is_covered(system, on))


def is_covered(system: System, on: date) -> bool:
    """A system may have a term of its own inside the contract's (SMART-1); so has its module with it."""
    has_begun = system.starts_on is None or system.starts_on <= on
    runs = has_begun and (system.ends_on is None or on <= system.ends_on)
    return runs and (system.part_of is None or is_covered(system.part_of, on))


def refuse_unless_promised(contract: Contract, *, at: datetime, system: System | None = None) -> None:
    """Says why nothing is promised now, and whom to call instead."""
    on = timezone.localdate(at)
    if is_outside_contract(contract, at=at):
        raise Refused(f"{why_not(contract, on=on)} {whom_to_call(contract, on=on)}".strip(), code="not_promised")
    if system is not None and not is_covered(system, on):
        words = _("The term of %(system)s does not hold today.") % {"system": system.name}
        raise Refused(f"{words} {whom_to_call(contract, on=on)}".strip(), code="not_promised")


def why_not(contract: Contract, *, on: date) -> str:
    facts = facts_of(contract)
    match status_of(facts, on):
        case Status.DRAFT:
            return _("This contract is still being prepared and promises nothing yet.")
        case Status.COMING:
            return _("This contract begins on %(on)s.") % {"on": contract.starts_on}
        case Status.ENDED:
            return _("This contract ended on %(on)s and takes no new work.") % {"on": _end(contract)}
    ran_out = lapsed_on(facts, on)
    if ran_out is None:
        return _("This contract is not signed for this year and takes no new work.")
    words = {"on": date_format(ran_out, "Y-m-d")}
    return _("The yearly signing ran out on %(on)s; until the next one no new work is promised.") % words


def _end(contract: Contract) -> date | None:
    return timezone.localdate(contract.ended_at) if contract.ended_at else contract.ends_on


def whom_to_call(contract: Contract, *, on: date) -> str:
    hotline = contract.desk.hotline
    account = account_manager(contract, on=on)
    if account and hotline:
        words = {"hotline": hotline, "name": account.name, "phone": account.phone}
        return _("Call the hotline %(hotline)s, or the account manager %(name)s, %(phone)s.") % words
    if account:
        return _("Call the account manager %(name)s, %(phone)s.") % {"name": account.name, "phone": account.phone}
    return _("Call the hotline %(hotline)s.") % {"hotline": hotline} if hotline else ""


def account_manager(contract: Contract, *, on: date) -> StaffMember | None:
    """Or, where none is named, the project manager; also after the contract is over, whoever was the last."""
    named = StaffMember.objects.filter(contract=contract).exclude(phone="")
    roles = (StaffRole.ACCOUNT_MANAGER, StaffRole.PROJECT_MANAGER)
    now = {member.role: member for member in named.filter(serving(on), role__in=roles)}
    last = {member.role: member for member in named.filter(role__in=roles)}
    return next((found[role] for found in (now, last) for role in roles if role in found), None)
