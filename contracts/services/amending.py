"""How promises change: the vendor proposes a version, the hospital agrees or refuses, and it holds from a moment on.

Clocks that run, and tickets of the past, keep what they were promised: nothing here touches a clock.
"""

from __future__ import annotations

from datetime import date, datetime, time
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.matrices import draft_of
from contracts.models import Contract, MatrixVersion, StaffMember
from contracts.models.promises import VersionState
from contracts.reviewing import findings
from contracts.selectors import serving
from contracts.services.activating import runs_day_and_night
from contracts.services.editing import opened
from contracts.services.keeping import locked, refuse_if_over
from contracts.services.starting import of
from contracts.terms import is_sound
from servicedesk.audit.enums import Act
from servicedesk.audit.record import record
from servicedesk.clocks.models import Desk
from servicedesk.notices.enums import NoticeKind
from servicedesk.notices.notify import notify
from servicedesk.tenancy.enums import Side
from servicedesk.tenancy.refusals import Forbidden, Refused
from servicedesk.tenancy.wall import Person


@transaction.atomic
def begin_draft(contract: Contract, *, by: Person, at: datetime) -> MatrixVersion:
    """The next version, as the newest one that is agreed upon. One at a time."""
    contract = locked(contract)
    refuse_if_over(contract, at=at)
    if draft_of(contract) is not None:
        raise Refused(_("A new version is being prepared already."))
    newest = newest_version(contract)
    if newest is None:
        raise Refused(_("There is no draft of the promises."))
    number = contract.versions.aggregate(last=Max("version"))["last"] + 1
    draft = MatrixVersion.objects.create(
        **of(contract), version=number, rows=newest.rows, marks_itself=newest.marks_itself, ladders=newest.ladders,
        has_no_solve_time=contract.has_no_solve_time, calendar_id=newest.calendar_id,
    )  # fmt: skip
    record(Act.MATRIX_DRAFTED, draft, by=by, at=at, words={"version": number})
    return draft


def newest_version(contract: Contract) -> MatrixVersion | None:
    """The last one agreed upon, which may begin to hold later."""
    agreed = MatrixVersion.objects.filter(contract=contract, activated_at__isnull=False)
    return agreed.select_related("contract", "calendar").order_by("-active_from", "-version").first()


@transaction.atomic
def ask_hospital(version: MatrixVersion, *, from_on: date, why: str, by: Person, at: datetime) -> MatrixVersion:
    """From here on the draft stands still until the hospital has answered, or it is withdrawn."""
    if by.side is not Side.VENDOR:
        raise Forbidden(_("The vendor proposes new promises; the hospital agrees to them."))
    version = opened(version)
    if version.contract.activated_at is None:
        raise Refused(_("The contract is a draft itself: its promises hold once it is put into force."))
    refuse_if_over(version.contract, at=at)
    refuse_date(version, from_on, at=at)
    _refuse_errors(version)
    _refuse_unchanged(version)
    version.asked_at, version.asked_by, version.asked_from, version.why = at, by.membership_id, from_on, why.strip()
    version.save()
    record(Act.MATRIX_ASKED, version, by=by, at=at, words={"version": version.version, "from": str(from_on)})
    hospital = [member for member, is_of_hospital in who_decides(version.contract) if is_of_hospital]
    _tell(version, NoticeKind.APPROVAL_ASKED, {*hospital, *_staff(version, at)}, by=by, at=at)
    return version


def refuse_date(version: MatrixVersion, from_on: date, *, at: datetime) -> None:
    """What was reported is promised already, so a version holds from today at the earliest."""
    contract, newest = version.contract, newest_version(version.contract)
    if not is_sound(from_on):
        raise Refused(_("Nobody means a year like this one. Check the dates."))
    if from_on < timezone.localdate(at):
        raise Refused(_("New promises do not hold for the past."), code="past")
    if contract.ends_on and from_on > contract.ends_on:
        raise Refused(_("The contract ends on %(on)s, before that.") % {"on": contract.ends_on})
    if newest and newest.active_from and from_on < timezone.localdate(newest.active_from):
        words = {"version": newest.version, "on": timezone.localdate(newest.active_from)}
        raise Refused(_("Version %(version)s begins on %(on)s; the next one holds from then at the earliest.") % words)


def _refuse_errors(version: MatrixVersion) -> None:
    errors = [finding for finding in findings(version) if finding.is_error]
    if errors:
        words = {"count": len(errors), "first": errors[0].sentence}
        raise Refused(_("The check finds %(count)s errors, the first: %(first)s") % words, code="errors")


def _refuse_unchanged(version: MatrixVersion) -> None:
    newest = newest_version(version.contract)
    if newest and (newest.rows, newest.marks_itself) == (version.rows, version.marks_itself):
        raise Refused(_("Nothing is promised otherwise than now."))


@transaction.atomic
def approve(version: MatrixVersion, *, from_on: date, by: Person, at: datetime) -> MatrixVersion:
    """In force from the day the parties agree upon; on the day of the approval, from its very moment."""
    _only_the_hospital(by)
    contract, version = locked(version.contract), _asked(version)
    refuse_if_over(contract, at=at)
    refuse_date(version, from_on, at=at)
    _refuse_errors(version)
    version.active_from = max(at, timezone.make_aware(datetime.combine(from_on, time())))
    version.activated_at, version.activated_by = at, by.membership_id
    version.save()
    contract.has_no_solve_time = version.has_no_solve_time
    contract.save(update_fields=["has_no_solve_time"])
    if runs_day_and_night(version):
        Desk.objects.filter(pk=contract.desk_id).update(is_round_the_clock=True)
    words = {"version": str(version.version), "from": version.active_from.isoformat()}
    record(Act.MATRIX_ACTIVATED, version, by=by, at=at, words=words)
    _tell_both(version, by=by, at=at)
    return version


@transaction.atomic
def refuse(version: MatrixVersion, *, why: str, by: Person, at: datetime) -> MatrixVersion:
    """It stays readable with its reason; the vendor may begin another draft."""
    _only_the_hospital(by)
    if not why.strip():
        raise Refused(_("Say why the promises stay as they are."))
    version = _asked(version)
    version.refused_at, version.refused_by, version.refused_why = at, by.membership_id, why.strip()
    version.save()
    record(Act.MATRIX_REFUSED, version, by=by, at=at, words={"version": version.version})
    _tell_both(version, by=by, at=at)
    return version


@transaction.atomic
def withdraw(version: MatrixVersion, *, by: Person, at: datetime) -> MatrixVersion:
    version = _locked(version)
    if version.state not in (VersionState.DRAFT, VersionState.ASKED):
        raise Refused(_("Somebody has decided this already."))
    if version.contract.activated_at is None:
        raise Refused(_("The contract is a draft itself: its promises hold once it is put into force."))
    if version.state is VersionState.ASKED and by.side is not Side.VENDOR:
        raise Forbidden(_("The vendor has asked, so the vendor withdraws; the hospital agrees or refuses."))
    was_asked = version.state is VersionState.ASKED
    version.withdrawn_at, version.withdrawn_by = at, by.membership_id
    version.save()
    record(Act.MATRIX_WITHDRAWN, version, by=by, at=at, words={"version": version.version})
    if was_asked:
        _tell_both(version, by=by, at=at)
    return version


def _locked(version: MatrixVersion) -> MatrixVersion:
    rows = MatrixVersion.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "contract", "contract__desk"
    )
    return rows.get(pk=version.pk)


def _asked(version: MatrixVersion) -> MatrixVersion:
    version = _locked(version)
    if version.state is VersionState.DRAFT:
        raise Refused(_("The vendor has not asked for this yet."))
    if version.state is not VersionState.ASKED:
        raise Refused(_("Somebody has decided this already."))
    return version


def _only_the_hospital(by: Person) -> None:
    if by.side is not Side.HOSPITAL:
        raise Forbidden(_("Whether other promises hold is the hospital's decision."))


# ── telling ──────────────────────────────────────────────────────────────────────────────────────────────────────────
DECISIONS = {
    VersionState.ACTIVATED: gettext_lazy("agreed to"),
    VersionState.REFUSED: gettext_lazy("not agreed to"),
    VersionState.WITHDRAWN: gettext_lazy("withdrawn by the vendor"),
}


def who_decides(contract: Contract) -> list[tuple[UUID, bool]]:
    """The hospital's leads and the vendor's managers; whether they are the hospital's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT member, of_hospital FROM contracts_who_decides(%s)", [contract.pk])
        return [(member, is_of_hospital) for member, is_of_hospital in cursor.fetchall()]


def _staff(version: MatrixVersion, at: datetime) -> set[UUID]:
    """Everybody named in the contract who has an account: they work by these promises."""
    named = StaffMember.objects.filter(serving(timezone.localdate(at)), contract=version.contract)
    return {key for member in named if (key := member.of_vendor_id or member.of_hospital_id)}


def _tell_both(version: MatrixVersion, *, by: Person, at: datetime) -> None:
    people = {member for member, _of_hospital in who_decides(version.contract)} | _staff(version, at)
    asker = {version.asked_by} if version.asked_by else set()
    _tell(version, NoticeKind.APPROVAL_DECIDED, people | asker, by=by, at=at)


def _tell(version: MatrixVersion, kind: NoticeKind, people: set[UUID], *, by: Person, at: datetime) -> None:
    notify(
        f"matrix:{version.pk}:{version.state}",
        to=sorted(people - {by.membership_id}),
        kind=kind,
        subject=version,
        words={"matter": label(version), "decision": DECISIONS.get(version.state, "")},
        url=reverse("matrix_version", args=[version.pk]),
        at=at,
    )


def label(version: MatrixVersion) -> str:
    begins = timezone.localdate(version.active_from) if version.active_from else version.asked_from
    contract = f"{version.contract.name} {version.contract.number}".strip()
    return f"{contract} · v{version.version}" + (f" · {date_format(begins, 'Y-m-d')}" if begins else "")
