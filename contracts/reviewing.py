"""What the check finds in a version, with what its contract knows of categories, levels and people."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from contracts.checking import check
from contracts.drafts import Facts
from contracts.enums import StaffRole
from contracts.finding import Finding, Kind, Known
from contracts.models import Contract, MatrixVersion
from contracts.selectors import staff_on
from contracts.sound import fault_of
from servicedesk.clocks.models import Post, Team
from servicedesk.clocks.reading import calendar
from servicedesk.sla.ladder import Recipient
from servicedesk.sla.promise import Metric, Severity

BY_ROSTER = (Recipient.ASSIGNEE, Recipient.ON_DUTY, Recipient.SECOND_LINE)
SOLVED = (Metric.RESTORE, Metric.WORKAROUND)


def findings(version: MatrixVersion) -> list[Finding]:
    """What the check says of it; ICU-19's question is the wizard's while the contract is a draft itself."""
    found = check(version.rows, version.marks_itself, known_of(version))
    asks = version.contract.activated_at is not None and not version.has_no_solve_time
    if asks and not solves(readable(version.rows)):
        words = _("No time is given to solve a fault in. Agree on one, or say that there is none.")
        found.insert(0, Finding(Kind.NO_SOLVE_TIME, words, wanted={"categories": ["fault"]}))
    return found


def readable(rows: list[Facts]) -> list[Facts]:
    return [row for row in rows if not fault_of(row)]


def solves(rows: list[Facts]) -> bool:
    return any("fault" in row["categories"] and any(p["metric"] in SOLVED for p in row["promises"]) for row in rows)


def known_of(version: MatrixVersion) -> Known:
    contract = version.contract
    week = calendar(version.calendar_id, using=version._state.db or "default").week
    return Known(
        categories=category_names(contract),
        severities=severities_of(contract, version.rows),
        filled=_filled(contract),
        week_minutes=sum(end - start for hours in week for start, end in hours),
    )


def category_names(contract: Contract) -> dict[str, str]:
    return {item.category: item.name for item in contract.catalogue.all()}


def severities_of(contract: Contract, rows: list[Facts]) -> tuple[str, ...]:
    """The contract's levels; where it describes none, those its lines name."""
    named = {level.severity for level in contract.levels.all()}
    named = named or {severity for row in readable(rows) for severity in row["severities"]}
    return tuple(severity.value for severity in Severity if severity in named) or (Severity.NONE.value,)


def _filled(contract: Contract) -> frozenset[str]:
    """Roles that reach somebody: by a post, by somebody who comes with the term, through the team on duty."""
    posts = Post.objects.filter(desk_id=contract.desk_id).values_list("role", flat=True)
    today = timezone.localdate()
    staff = staff_on(contract, max(today, contract.starts_on or today))
    told = [StaffRole(member.role).recipient for member in staff if member.of_vendor_id or member.of_hospital_id]
    return frozenset([*posts, *(role.value for role in told if role), *_by_roster(contract)])


def _by_roster(contract: Contract) -> tuple[Recipient, ...]:
    """The hospital may not read how many lines the team has; the vendor is told that a second one is missing."""
    if contract.desk.team_id is None:
        return ()
    levels = Team.objects.filter(pk=contract.desk.team_id).values_list("levels", flat=True).first()
    return BY_ROSTER[:2] if levels == 1 else BY_ROSTER
