"""Remote access (ICU-15): asked for, granted for a time by the hospital, used on record, and over by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from contracts.models import Contract, System
from servicedesk.audit.enums import Act
from servicedesk.audit.record import record
from servicedesk.clocks.models import Post
from servicedesk.notices.enums import NoticeKind
from servicedesk.notices.notify import notify
from servicedesk.sla.ladder import Recipient
from servicedesk.tenancy.enums import Side
from servicedesk.tenancy.refusals import Forbidden, Refused
from servicedesk.tenancy.waiting import wait_for_the_first
from servicedesk.tenancy.wall import Context, Person
from tickets.enums import Access
from tickets.models import RemoteAuthorisation, Ticket
from tickets.services.reporting import refuse_unless_writable
from tickets.stream import changed, locked, tell_programs_beside

WATCH = "watch"
LONGEST = timedelta(days=7)
AHEAD = timedelta(days=31)


@dataclass(frozen=True)
class Wish:
    contract: Contract
    what: str
    why: str
    minutes: int
    system: System | None = None
    ticket: Ticket | None = None
    submission: UUID | None = None


@transaction.atomic
def ask_remote(wish: Wish, *, by: Person, at: datetime) -> RemoteAuthorisation:
    if by.side is not Side.VENDOR:
        raise Forbidden(_("Remote access is asked for by the vendor."))
    if again := _asked_before(wish):
        return again
    refuse_unless_writable(wish.contract, by)
    _refuse_odd(wish)
    row = RemoteAuthorisation.objects.create(
        hospital_id=wish.contract.hospital_id, vendor_id=wish.contract.vendor_id, contract=wish.contract,
        ticket=wish.ticket, system=wish.system, what=wish.what.strip(), why=wish.why.strip(), minutes=wish.minutes,
        asked_at=at, asked_by=by.membership_id, asked_name=by.name, submission=wish.submission,
    )  # fmt: skip
    _recorded(row, Act.REMOTE_ASKED, by=by, at=at, text=f"{row.what}：{row.why}")
    _tell(row, NoticeKind.REMOTE_ASKED, _decide(row), by=by, at=at)
    return row


@transaction.atomic
def grant_remote(
    row: RemoteAuthorisation, *, minutes: int, from_at: datetime | None = None, said: str = "", by: Person, at: datetime
) -> RemoteAuthorisation:
    """For as long as was asked, or shorter."""
    row = _undecided(row, by)
    begins = from_at if from_at and from_at > at else at
    if not 1 <= minutes <= row.minutes:
        words = {"minutes": row.minutes}
        raise Refused(_("At most the %(minutes)s minutes that were asked for.") % words)
    if begins > at + AHEAD:
        raise Refused(_("This is too far ahead; let them ask again then."))
    row.from_at, row.until_at = begins, begins + timedelta(minutes=minutes)
    facts = {"until_at": row.until_at.isoformat()}
    return _decided(row, True, said, Act.REMOTE_GRANTED, by=by, at=at, facts=facts)


@transaction.atomic
def refuse_remote(row: RemoteAuthorisation, *, said: str, by: Person, at: datetime) -> RemoteAuthorisation:
    row = _undecided(row, by)
    if not said.strip():
        raise Refused(_("Say why it is refused; the engineer reads it."))
    return _decided(row, False, said, Act.REMOTE_REFUSED, by=by, at=at)


@transaction.atomic
def revoke_remote(row: RemoteAuthorisation, *, why: str, by: Person, at: datetime) -> RemoteAuthorisation:
    """From this moment on nobody may be inside."""
    row = _held(row)
    _only_the_hospital(by)
    if row.access_at(at) not in (Access.GRANTED, Access.UNDER_WAY):
        raise Refused(_("There is no open access that could be revoked."))
    if not why.strip():
        raise Refused(_("Say why it is revoked; the engineer reads it."))
    row.revoked_at, row.revoked_by, row.revoked_name, row.revoked_why = at, by.membership_id, by.name, why.strip()
    row.told_at = at
    _put_out(row, at)
    row.save()
    _recorded(row, Act.REMOTE_REVOKED, by=by, at=at, text=why.strip())
    _tell(row, NoticeKind.REMOTE_ENDED, {row.asked_by, row.started_by}, by=by, at=at, is_urgent=True)
    return row


@transaction.atomic
def start_remote(row: RemoteAuthorisation, *, by: Person, at: datetime) -> RemoteAuthorisation:
    row = _held(row)
    _only_the_vendor(by)
    if sentence := why_no_start(row, at=at):
        raise Refused(sentence)
    row.started_at, row.started_by, row.started_name = at, by.membership_id, by.name
    row.save()
    _recorded(row, Act.REMOTE_STARTED, by=by, at=at)
    _tell(row, NoticeKind.REMOTE_DECIDED, {row.decided_by}, by=by, at=at, key="started")
    return row


@transaction.atomic
def end_remote(row: RemoteAuthorisation, *, work: str, by: Person, at: datetime) -> RemoteAuthorisation:
    """With what was done. Written down later than the access was open, it ended when it had to."""
    row = _held(row)
    _only_the_vendor(by)
    if row.started_at is None or row.work:
        raise Refused(_("There is no access under way that could end."))
    if not work.strip():
        raise Refused(_("Say what was done there."))
    _put_out(row, min(at, row.closes_at or at))
    row.work = work.strip()
    row.told_at = row.told_at or at
    row.save()
    _recorded(row, Act.REMOTE_ENDED, by=by, at=at, text=row.work)
    _tell(row, NoticeKind.REMOTE_ENDED, {row.decided_by}, by=by, at=at)
    return row


def why_no_start(row: RemoteAuthorisation, *, at: datetime) -> str:
    """Empty: the engineer may go in."""
    access = row.access_at(at)
    if access is Access.GRANTED and row.from_at and at < row.from_at:
        return _("It is granted for later; it is not open yet.")
    if access is Access.GRANTED:
        return ""
    sentences = {
        Access.ASKED: _("The hospital has not decided yet."),
        Access.REFUSED: _("The hospital refused it."),
        Access.UNDER_WAY: _("Somebody is inside already."),
        Access.ENDED: _("This access has ended; ask for another one."),
        Access.RUN_OUT: _("This access has run out; ask for another one."),
        Access.REVOKED: _("The hospital revoked this access."),
    }
    return sentences[access]


def _put_out(row: RemoteAuthorisation, at: datetime) -> None:
    """Nobody is inside from then on; who was out before stays so."""
    if row.started_at and row.ended_at is None:
        row.ended_at = max(at, row.started_at)


# ── it runs out by itself: the moment alone decides, and each minute its end is written down and told ────────────────
def hand_over(*, at: datetime) -> int:
    """Every minute: the watch role looks for ids, each is told inside its hospital's wall."""
    from tickets.tasks import tell_access_ran_out

    over = RemoteAuthorisation.objects.using(WATCH).filter(is_granted=True, told_at=None, until_at__lte=at)
    found = list(over.order_by("until_at").values_list("pk", "hospital_id")[:500])
    for pk, hospital_id in found:
        tell_access_ran_out.inside(Context.of_hospital(hospital_id), str(pk))
    return len(found)


@transaction.atomic
def tell_ran_out(pk: UUID, *, at: datetime) -> bool:
    row = _held(RemoteAuthorisation.objects.select_related("ticket").get(pk=pk))
    if row.told_at or row.until_at is None or row.until_at > at:
        return False
    row.told_at = at
    _put_out(row, row.until_at)
    row.save(update_fields=["told_at", "ended_at"])
    _recorded(row, Act.REMOTE_RAN_OUT, by=None, at=at)
    people = {row.asked_by, row.started_by, row.decided_by}
    _tell(row, NoticeKind.REMOTE_ENDED, people, by=None, at=at, key="ran_out", is_urgent=row.started_at is not None)
    return True


def _asked_before(wish: Wish) -> RemoteAuthorisation | None:
    if wish.submission is None:
        return None
    wait_for_the_first(wish.submission)
    rows = RemoteAuthorisation.objects.filter(hospital_id=wish.contract.hospital_id, submission=wish.submission)
    return rows.first()


def _refuse_odd(wish: Wish) -> None:
    if not wish.what.strip() or not wish.why.strip():
        raise Refused(_("Say which system is reached and what for."))
    if not 1 <= wish.minutes <= LONGEST.total_seconds() / 60:
        raise Refused(_("Between a minute and seven days."))
    if wish.ticket and wish.ticket.contract_id != wish.contract.pk:
        raise Refused(_("The ticket belongs to another contract."))
    if wish.system and wish.system.contract_id != wish.contract.pk:
        raise Refused(_("Choose a system of the same contract."))


def _held(row: RemoteAuthorisation) -> RemoteAuthorisation:
    """Its ticket first, as everywhere."""
    if row.ticket:
        locked(row.ticket)
    rows = RemoteAuthorisation.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("contract__desk", "ticket").get(pk=row.pk)


def _undecided(row: RemoteAuthorisation, by: Person) -> RemoteAuthorisation:
    row = _held(row)
    _only_the_hospital(by)
    if row.decided_at:
        raise Refused(_("Somebody has decided this already."))
    return row


def _decided(
    row: RemoteAuthorisation, is_granted: bool, said: str, act: Act, *, by: Person, at: datetime,
    facts: dict[str, Any] | None = None,
) -> RemoteAuthorisation:  # fmt: skip
    row.decided_at, row.decided_by, row.decided_name = at, by.membership_id, by.name
    row.is_granted, row.said = is_granted, said.strip()
    row.save()
    _recorded(row, act, by=by, at=at, text=row.said, facts=facts)
    _tell(row, NoticeKind.REMOTE_DECIDED, {row.asked_by}, by=by, at=at, key="decided", is_urgent=True)
    return row


def _recorded(
    row: RemoteAuthorisation, act: Act, *, by: Person | None, at: datetime, text: str = "",
    facts: dict[str, Any] | None = None,
) -> None:  # fmt: skip
    record(act, row, by=by, at=at)
    if row.ticket:
        changed(locked(row.ticket), act, by=by, at=at, text=text, facts=facts)
    else:
        label = row.contract.number or row.contract.name
        tell_programs_beside(row, act, label=label, url=row.get_absolute_url(), by=by, at=at)


def _decide(row: RemoteAuthorisation) -> set[UUID | None]:
    """The hospital's named people of this contract."""
    roles = (Recipient.HOSPITAL_IT, Recipient.HOSPITAL_LEAD)
    posts = Post.objects.filter(desk_id=row.contract.desk_id, of_hospital__isnull=False, role__in=roles)
    return set(posts.values_list("of_hospital_id", flat=True))


def _tell(
    row: RemoteAuthorisation, kind: NoticeKind, people: set[UUID | None], *, by: Person | None, at: datetime,
    key: str = "", is_urgent: bool = False,
) -> None:  # fmt: skip
    told = {member for member in people if member} - {by.membership_id if by else None}
    if told:
        label = row.ticket.number if row.ticket else row.contract.number or row.contract.name
        who = {"to": [], "on_duty": told} if is_urgent else {"to": told}
        notify(
            f"remote:{row.pk}:{kind}:{key}", kind=kind, subject=row, words={"matter": label},
            url=row.get_absolute_url(), at=at, **who,
        )  # fmt: skip


def _only_the_hospital(by: Person) -> None:
    if by.side is not Side.HOSPITAL:
        raise Forbidden(_("Who may come in from afar is the hospital's decision."))


def _only_the_vendor(by: Person) -> None:
    if by.side is not Side.VENDOR:
        raise Forbidden(_("The engineer logs when access began and ended."))
