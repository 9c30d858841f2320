"""Who serves under a contract. Ladders find people through the desk's posts, which are kept in step with this list."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from contracts.enums import StaffRole
from contracts.models import Contract, StaffMember
from contracts.selectors import serving
from contracts.services.keeping import locked, refuse_if_over
from servicedesk.audit.enums import Act
from servicedesk.audit.record import record
from servicedesk.clocks.models import Post
from servicedesk.sla.ladder import Recipient
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import Person

ONE_DAY = timedelta(days=1)
Holder = tuple[str, UUID | None, UUID | None]


@transaction.atomic
def keep_staff(member: StaffMember, *, by: Person, at: datetime) -> StaffMember:
    """Write a new person of the contract down, or what changed of one."""
    refuse_if_over(member.contract, at=at)
    _refuse_second_project_manager(member)
    member.save()
    record(Act.STAFF_KEPT, member.contract, by=by, at=at, words={"role": member.role, "member": str(member.pk)})
    keep_posts(member.contract, on=timezone.localdate(at))
    return member


@transaction.atomic
def replace_staff(
    member: StaffMember, successor: StaffMember, *, from_on: date, reason: str, by: Person, at: datetime
) -> StaffMember:
    """One goes, the next takes the same role the day after: with the reason, which both parties read (ICU-17)."""
    refuse_if_over(member.contract, at=at)
    if not reason.strip():
        raise Refused(_("A change of people needs its reason."))
    if member.until_on is not None:
        raise Refused(_("This person has left the contract already."))
    if from_on <= member.from_on:
        raise Refused(_("The successor begins after the person whom they replace."))
    member.until_on, member.reason = from_on - ONE_DAY, reason
    member.save()
    successor.hospital_id, successor.vendor_id = member.hospital_id, member.vendor_id
    successor.contract, successor.role, successor.from_on = member.contract, member.role, from_on
    successor.is_resident, successor.reason = member.is_resident, reason
    successor.save(force_insert=True)
    words = {"role": member.role, "member": str(member.pk), "successor": str(successor.pk)}
    record(Act.STAFF_REPLACED, member.contract, by=by, at=at, words=words)
    keep_posts(member.contract, on=timezone.localdate(at))
    return successor


@transaction.atomic
def remove_from_draft(member: StaffMember, *, by: Person, at: datetime) -> None:
    """Somebody who never served: named by mistake while the contract was prepared."""
    if member.contract.activated_at is not None:
        raise Refused(_("Who has served stays on record. Take the person off with a last day and a reason."))
    words = {"role": member.role, "member": str(member.pk)}
    member.delete()
    record(Act.STAFF_LEFT, member.contract, by=by, at=at, words=words)
    keep_posts(member.contract, on=timezone.localdate(at))


@transaction.atomic
def take_off(member: StaffMember, *, until_on: date, reason: str, by: Person, at: datetime) -> None:
    """A person leaves the contract and nobody follows."""
    if not reason.strip():
        raise Refused(_("A change of people needs its reason."))
    if member.until_on is not None:
        raise Refused(_("This person has left the contract already."))
    if member.role == StaffRole.PROJECT_MANAGER and member.contract.activated_at:
        raise Refused(_("A contract in force is not left without a project manager. Name the successor instead."))
    if until_on < member.from_on:
        raise Refused(_("The last day lies before the first."))
    member.until_on, member.reason = until_on, reason
    member.save()
    words = {"role": member.role, "member": str(member.pk)}
    record(Act.STAFF_LEFT, member.contract, by=by, at=at, words=words)
    keep_posts(member.contract, on=timezone.localdate(at))


def _refuse_second_project_manager(member: StaffMember) -> None:
    if member.role != StaffRole.PROJECT_MANAGER or member.until_on is not None:
        return
    others = StaffMember.objects.filter(contract=member.contract, role=member.role, until_on=None)
    if others.exclude(pk=member.pk).exists():
        raise Refused(_("The contract already has a project manager; change them instead."))


def keep_posts(contract: Contract, *, on: date) -> None:
    """The desk's posts are those of today's list who can be told; one person may hold several."""
    locked(contract)  # two who write people at the same moment do it one after the other
    wanted = _wanted(contract, on)
    posts = {(post.role, post.of_vendor_id, post.of_hospital_id): post for post in _posts(contract)}
    gone = [post.pk for holder, post in posts.items() if holder not in wanted]
    Post.objects.filter(pk__in=gone).delete()
    Post.objects.bulk_create(_post(contract, holder) for holder in sorted(wanted - set(posts), key=str))


def _posts(contract: Contract) -> list[Post]:
    return list(Post.objects.filter(desk_id=contract.desk_id))


def _wanted(contract: Contract, on: date) -> set[Holder]:
    named = StaffMember.objects.filter(serving(on), contract=contract).exclude(of_vendor=None, of_hospital=None)
    told = ((_recipient(member), member) for member in named)
    return {(role.value, member.of_vendor_id, member.of_hospital_id) for role, member in told if role}


def _recipient(member: StaffMember) -> Recipient | None:
    return StaffRole(member.role).recipient


def _post(contract: Contract, holder: Holder) -> Post:
    role, of_vendor, of_hospital = holder
    return Post(
        hospital_id=contract.hospital_id,
        vendor_id=contract.vendor_id,
        desk_id=contract.desk_id,
        role=role,
        of_vendor_id=of_vendor,
        of_hospital_id=of_hospital,
    )
