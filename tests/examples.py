"""One example row of every kind behind the wall, for any owner. The wall's tests and the matrix draw on it, so a model
added later is covered on the day it is written: without an example here the suite is red and says so."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg2
from django.apps import apps
from django.db import connections
from django.db.models import Model

from servicedesk.accounts.models import HandOver, Invitation
from servicedesk.audit.enums import Act
from servicedesk.audit.models import Block, Link, Record
from servicedesk.checks import login_of
from servicedesk.files import storage
from servicedesk.files.models import StoredFile
from servicedesk.notices.enums import Channel, NoticeKind
from servicedesk.notices.models import InboxItem, Message, Preference, Receiver, Target
from servicedesk.tenancy import wall
from servicedesk.tenancy.enums import Ownership, Role, Side
from servicedesk.tenancy.ids import uuid7
from servicedesk.tenancy.models import (
    Department,
    Engagement,
    Hospital,
    Matter,
    Membership,
    Place,
    SupportSession,
    Vendor,
)
from servicedesk.tenancy.models.base import Walled
from servicedesk.tenancy.wall import Context
from tests.world import World, canary, make_matter, make_member, make_place


@dataclass(frozen=True)
class Owner:
    """Whose an example is. For rows of one organisation, `side` says which of the two."""

    side: Side
    hospital: Hospital | None
    vendor: Vendor | None
    department: Department | None = None
    member: Membership | None = None  # set when the row shall be this person's own

    @property
    def organisation(self) -> Hospital | Vendor | None:
        return {Side.HOSPITAL: self.hospital, Side.VENDOR: self.vendor, Side.PLATFORM: None}[self.side]

    @property
    def alone(self) -> dict[str, int | None]:
        """The owner columns of a row that belongs to one organisation."""
        return {
            "hospital_id": self.hospital.id if self.side == Side.HOSPITAL else None,
            "vendor_id": self.vendor.id if self.side == Side.VENDOR else None,
        }

    @property
    def context(self) -> Context:
        if self.side == Side.HOSPITAL:
            return Context.of_hospital(self.hospital.id)
        return Context.of_vendor(self.vendor.id) if self.side == Side.VENDOR else Context.of_platform()


@dataclass(frozen=True)
class Example:
    row: Any
    department_id: Any = None  # whose department it counts to, for permissions that reach no further
    user_id: Any = None  # whose own it is, likewise


Maker = Callable[[World, Owner], Example]
MAKERS: dict[type[Model], Maker] = {}


def example_of(model: type[Model]) -> Callable[[Maker], Maker]:
    def keep(maker: Maker) -> Maker:
        MAKERS[model] = maker
        return maker

    return keep


def walled_models() -> list[type[Walled]]:
    return [model for model in apps.get_models() if issubclass(model, Walled)]


def make_example(model: type[Model], world: World, owner: Owner) -> Example:
    """One row per owner and world: knocking at a door leaves nothing behind, so it serves every caller."""
    assert model in MAKERS, f"add an example of {model.__name__} to tests/examples.py"
    if (model, owner) not in world.examples:
        world.examples[model, owner] = MAKERS[model](world, owner)
    return world.examples[model, owner]


def owners(world: World) -> list[Owner]:
    """Every owner a row can have in the small world."""
    parties = [(world.h1, world.v1), (world.h1, world.v2), (world.h2, world.v1), (world.h3, world.v2)]
    made = [Owner(Side.HOSPITAL, hospital, vendor, world.radiology[hospital.id]) for hospital, vendor in parties]
    return [
        *made,
        *(Owner(Side.VENDOR, None, vendor) for vendor in (world.v1, world.v2)),
        Owner(Side.PLATFORM, None, None),
    ]


def fits(model: type[Walled], owner: Owner) -> bool:
    if model.ownership in {Ownership.HOSPITAL, Ownership.PARTIES}:
        return owner.side == Side.HOSPITAL
    if model.ownership == Ownership.VENDOR:
        return owner.side == Side.VENDOR
    return model.ownership == Ownership.EITHER


def fill(world: World) -> None:
    """A row of every kind for every owner it can have."""
    for model in walled_models():
        for owner in owners(world):
            if fits(model, owner):
                make_example(model, world, owner)


@example_of(Hospital)
def _hospital(world: World, owner: Owner) -> Example:
    return Example(owner.hospital)


@example_of(Vendor)
def _vendor(world: World, owner: Owner) -> Example:
    return Example(owner.vendor)


@example_of(Department)
def _department(world: World, owner: Owner) -> Example:
    return Example(owner.department, department_id=owner.department.id)


@example_of(Place)
def _place(world: World, owner: Owner) -> Example:
    return Example(make_place(owner.hospital, owner.department), department_id=owner.department.id)


@example_of(Membership)
def _membership(world: World, owner: Owner) -> Example:
    if owner.member:
        return Example(owner.member, department_id=owner.member.department_id, user_id=owner.member.user_id)
    role = {Side.HOSPITAL: Role.IT_ENGINEER, Side.VENDOR: Role.VENDOR_ENGINEER, Side.PLATFORM: Role.AUDIT_ADMINISTRATOR}
    department = owner.department if owner.side == Side.HOSPITAL else None
    member = make_member(role[owner.side], owner.organisation, department=department)
    return Example(member, department_id=member.department_id, user_id=member.user_id)


@example_of(Engagement)
def _engagement(world: World, owner: Owner) -> Example:
    with wall.opened(Context.of_hospital(owner.hospital.id)):
        return Example(Engagement.objects.get(hospital=owner.hospital, vendor=owner.vendor))


@example_of(SupportSession)
def _support_session(world: World, owner: Owner) -> Example:
    operator = make_member(Role.SYSTEM_ADMINISTRATOR)
    now = datetime(2026, 11, 1, 8, tzinfo=UTC)
    with wall.opened(Context.of_platform()):
        session = SupportSession.objects.create(
            hospital=owner.hospital,
            operator=operator,
            operator_name="平台管理员",  # the hospital reads this one
            reason="报修单打不开",
            from_at=now,
            until_at=now + timedelta(minutes=30),
        )
    return Example(session)


@example_of(Matter)
def _matter(world: World, owner: Owner) -> Example:
    return Example(make_matter(owner.hospital, owner.vendor))


@example_of(Record)
def _record(world: World, owner: Owner) -> Example:
    now = datetime(2026, 11, 1, 8, tzinfo=UTC)
    with wall.opened(owner.context):
        return Example(Record.objects.create(**owner.alone, at=now, act=Act.SIGNED_IN))


committed: set[str] = set()  # tables with rows that no test's transaction takes back


def _sealed(model: type[Model], **values: Any) -> Any:
    """Only the watch role writes these, and its own connection commits them: the application then reads them."""
    committed.add(model._meta.db_table)
    row = model(**values)
    columns = [field.column for field in model._meta.concrete_fields]
    statement = f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))})"
    _outside("watch", statement, [str(v) if isinstance(v := getattr(row, c), UUID) else v for c in columns])
    return row


def forget_committed() -> None:
    if committed:
        _outside("owner", f"TRUNCATE {', '.join(committed)}")
        committed.clear()


def _outside(alias: str, statement: str, values: list[Any] | None = None) -> None:
    """In a session of its own, beside the test's transaction."""
    connection = psycopg2.connect(**login_of(connections[alias].settings_dict))
    with connection, connection.cursor() as cursor:
        cursor.execute(statement, values)
    connection.close()


def _chain_of_its_own() -> dict[str, Any]:
    return {"chain": f"example-{uuid7().hex[-12:]}"}


@example_of(Link)
def _link(world: World, owner: Owner) -> Example:
    values = {"record_id": uuid7(), "position": 1, "block": 1, "hash": b"\0" * 32, **_chain_of_its_own()}
    return Example(_sealed(Link, **owner.alone, **values))


@example_of(Block)
def _block(world: World, owner: Owner) -> Example:
    sealed_at = datetime(2026, 11, 1, 8, tzinfo=UTC)
    values = {"number": 1, "first": 1, "last": 1, "head": b"\0" * 32, "encoding": 1, "sealed_at": sealed_at}
    return Example(_sealed(Block, **owner.alone, **values, **_chain_of_its_own()))


@example_of(StoredFile)
def _stored_file(world: World, owner: Owner) -> Example:
    matter = make_matter(owner.hospital, owner.vendor)
    content = f"log of {owner.hospital.code}".encode()
    digest = hashlib.sha256(content).hexdigest()
    with storage.laid_down(owner.hospital.id, io.BytesIO(content)) as laid:
        storage.keep(owner.hospital.id, digest, laid)
    with wall.opened(Context.of_hospital(owner.hospital.id)):
        stored = StoredFile.objects.create(
            hospital=owner.hospital,
            vendor=owner.vendor,
            matter=matter,
            name=f"log{canary(owner.hospital)}.txt",
            media_type="text/plain",
            size=len(content),
            sha256=digest,
            added_by=uuid7(),
            added_at=datetime(2026, 11, 1, 8, tzinfo=UTC),
        )
    return Example(stored)


def _member_of(owner: Owner, name: str = "") -> Membership:
    roles = {Side.HOSPITAL: Role.IT_LEAD, Side.VENDOR: Role.VENDOR_MANAGER, Side.PLATFORM: Role.SECURITY_ADMINISTRATOR}
    return make_member(roles[owner.side], owner.organisation, name=name)


@example_of(Invitation)
def _invitation(world: World, owner: Owner) -> Example:
    inviter, now = _member_of(owner), datetime(2026, 11, 1, 8, tzinfo=UTC)
    with wall.opened(owner.context):
        invitation = Invitation.objects.create(
            **owner.alone,
            role=inviter.role,
            name=f"李{canary(owner.organisation)}",
            secret_hash=hashlib.sha256(str(inviter.pk).encode()).hexdigest(),
            invited_by=inviter,
            from_at=now,
            until_at=now + timedelta(days=7),
        )
    return Example(invitation)


@example_of(HandOver)
def _hand_over(world: World, owner: Owner) -> Example:
    leaver, successor = _member_of(owner), _member_of(owner)
    with wall.opened(owner.context):
        handed = HandOver.objects.create(
            **owner.alone, leaver=leaver, successor=successor, at=datetime(2026, 11, 1, 8, tzinfo=UTC)
        )
    return Example(handed)


def _addressee(owner: Owner) -> Membership:
    return owner.member or _member_of(owner)


def _notice(owner: Owner) -> dict[str, Any]:
    return {
        **owner.alone,
        "side": owner.side,
        "event_key": str(uuid7()),
        "kind": NoticeKind.TICKET_ASSIGNED,
        "words": {"matter": f"工单 7{canary(owner.organisation)}"},
        "url": "/",
        "subject_kind": "tests",
        "subject_id": "1",
        "at": datetime(2026, 11, 1, 8, tzinfo=UTC),
    }


@example_of(InboxItem)
def _inbox_item(world: World, owner: Owner) -> Example:
    to = _addressee(owner)
    with wall.opened(owner.context):
        item = InboxItem.objects.create(**_notice(owner), membership=to)
    return Example(item, user_id=to.user_id)


@example_of(Message)
def _message(world: World, owner: Owner) -> Example:
    to, at = _addressee(owner), datetime(2026, 11, 1, 8, tzinfo=UTC)
    with wall.opened(owner.context):
        message = Message.objects.create(
            **_notice(owner), membership=to, channel=Channel.MAIL, comes_through=False, due_at=at
        )
    return Example(message, user_id=to.user_id)


@example_of(Preference)
def _preference(world: World, owner: Owner) -> Example:
    to = _addressee(owner)
    with wall.opened(owner.context):
        preference, _ = Preference.objects.get_or_create(**owner.alone, membership=to)
    return Example(preference, user_id=to.user_id)


@example_of(Target)
def _target(world: World, owner: Owner) -> Example:
    with wall.opened(owner.context):
        target, _ = Target.objects.get_or_create(**owner.alone, host="10.0.0.1", port=8443)
    return Example(target)


@example_of(Receiver)
def _receiver(world: World, owner: Owner) -> Example:
    with wall.opened(owner.context):
        receiver = Receiver.objects.create(
            **owner.alone, name=f"值班群{canary(owner.organisation)}", channel=Channel.WEBHOOK, shown="-", sealed="-"
        )
    return Example(receiver)


from tests.clocks import examples as _clocks  # noqa: E402, F401 - the rooms above register theirs
from tests.contracts import examples as _contracts  # noqa: E402, F401
from tests.tickets import examples as _tickets  # noqa: E402, F401
