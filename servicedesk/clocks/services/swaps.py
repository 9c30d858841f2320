"""An engineer asks a colleague to take a duty; who keeps the roster decides; the duty changes hands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from simple_history.utils import bulk_update_with_history

from servicedesk.audit.enums import Act
from servicedesk.audit.record import record
from servicedesk.clocks.models import Duty, Swap, Team
from servicedesk.clocks.permissions import KEEP_ROSTER
from servicedesk.clocks.selectors.roster import ON_ROSTER, duties_between
from servicedesk.notices.enums import NoticeKind
from servicedesk.notices.notify import notify
from servicedesk.notices.words import Word
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import Person

GRANTED, TURNED_DOWN = gettext_lazy("approved"), gettext_lazy("refused")


def keepers(vendor_id: int, *, at: datetime) -> QuerySet[Membership]:
    """Those who plan the vendor's roster."""
    roles = [role.value for role in KEEP_ROSTER.grants]
    return Membership.objects.active(at=at).filter(vendor_id=vendor_id, role__in=roles, user__is_active=True)


@transaction.atomic
def ask_swap(duty: Duty, *, to: Membership, why: str, by: Person, at: datetime) -> Swap:
    duty = _locked(duty)
    if duty.member_id != by.membership_id:
        raise Refused(_("This duty is not yours."))
    if Swap.objects.filter(duty=duty, decided_at=None).exists():
        raise Refused(_("You have asked already; it waits for a decision."))
    refuse_impossible(duty, to, at=at)
    swap = Swap.objects.create(
        vendor_id=duty.vendor_id, duty=duty, asked_by_id=by.membership_id, to=to, why=why, asked_at=at
    )
    record(Act.SWAP_ASKED, swap, by=by, at=at, words={"duty": str(duty.pk), "to": str(to.pk)})
    _tell(swap, NoticeKind.APPROVAL_ASKED, keepers(duty.vendor_id, at=at), {}, at=at)
    return swap


@transaction.atomic
def grant_swap(swap: Swap, *, by: Person, at: datetime) -> None:
    swap = _open(swap)
    duty = swap.duty = _locked(swap.duty)
    refuse_impossible(duty, swap.to, at=at)
    if duty.member_id != swap.asked_by_id:
        raise Refused(_("The duty is somebody else's by now."))
    duty.member = swap.to
    bulk_update_with_history([duty], Duty, ["member"], default_change_reason=swap.why[:100], default_date=at)
    _decide(swap, Act.SWAP_GRANTED, by=by, at=at, is_granted=True)


@transaction.atomic
def refuse_swap(swap: Swap, *, by: Person, at: datetime) -> None:
    _decide(_open(swap), Act.SWAP_REFUSED, by=by, at=at, is_granted=False)


@transaction.atomic
def withdraw_swap(swap: Swap, *, by: Person, at: datetime) -> None:
    """Whoever asked may think better of it; nobody needs to be told."""
    swap = _open(swap)
    if swap.asked_by_id != by.membership_id:
        raise Refused(_("Only the person who asked can take it back."))
    _close(swap, by=by, at=at, is_granted=False)
    record(Act.SWAP_WITHDRAWN, swap, by=by, at=at)


def refuse_impossible(duty: Duty, to: Membership, *, at: datetime) -> None:
    if duty.starts_at <= at:
        raise Refused(_("The duty has begun. Ask who keeps the roster to change it."))
    if to.pk == duty.member_id:
        raise Refused(_("The duty is this person's already."))
    gone = to.until_at is not None and to.until_at < duty.ends_at
    if gone or to.from_at > duty.starts_at or to.is_machine or to.role not in ON_ROSTER:
        raise Refused(_("%(name)s is not at the company at that time.") % {"name": to.name})
    busy = duties_between([duty.team], duty.starts_at, duty.ends_at)
    if any(other.member_id == to.pk and other.level == duty.level for other in busy):
        raise Refused(_("%(name)s is on duty on this level at that time already.") % {"name": to.name})


def _locked(duty: Duty) -> Duty:
    """The team first, as whoever plans does: a swap and a plan come one after the other."""
    Team.objects.select_for_update(no_key=True).get(pk=duty.team_id)
    locked = Duty.objects.select_related("team", "member").filter(pk=duty.pk).first()
    if locked is None:
        raise Refused(_("This duty is no longer on the roster."))
    return locked


def _open(swap: Swap) -> Swap:
    found = Swap.objects.select_for_update(no_key=True, of=("self",)).select_related("duty__team", "to").get(pk=swap.pk)
    if found.decided_at is not None:
        raise Refused(_("Somebody has done this already."))
    return found


def _decide(swap: Swap, act: Act, *, by: Person, at: datetime, is_granted: bool) -> None:
    _close(swap, by=by, at=at, is_granted=is_granted)
    record(act, swap, by=by, at=at, words={"duty": str(swap.duty_id)})
    decision = {"decision": GRANTED if is_granted else TURNED_DOWN}
    _tell(swap, NoticeKind.APPROVAL_DECIDED, [swap.asked_by_id, swap.to_id], decision, at=at)


def _close(swap: Swap, *, by: Person, at: datetime, is_granted: bool) -> None:
    swap.decided_at, swap.decided_by_id, swap.is_granted = at, by.membership_id, is_granted
    swap.save(update_fields=["decided_at", "decided_by", "is_granted"])


def _tell(
    swap: Swap, kind: NoticeKind, to: Iterable[Membership | UUID], more: Mapping[str, Word], *, at: datetime
) -> None:
    """Team and time name the duty; who and why stand on the page, not in the message."""
    duty = swap.duty
    start, end = timezone.localtime(duty.starts_at), timezone.localtime(duty.ends_at - timedelta(microseconds=1))
    matter = f"{duty.team.name} {start:%Y-%m-%d %H:%M}–{timezone.localtime(duty.ends_at):%H:%M}"
    matter += f" (+{days})" if (days := (end.date() - start.date()).days) else ""
    words = {"matter": matter, **more}
    notify(f"swap:{swap.pk}:{kind}", to=to, kind=kind, subject=swap, words=words, url=reverse("swaps"), at=at)
