"""The small world every tenant test lives in: two vendors, three hospitals, and a stranger who must see nothing.

省医 (h1)   served by 东软维保 (v1) and 卫宁服务 (v2)
二院 (h2)   served by 东软维保 (v1)              ← the 'other hospital of the same vendor'
中医院 (h3) served by 卫宁服务 (v2)              ← the stranger
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from servicedesk.accounts.models import User
from servicedesk.tenancy import wall
from servicedesk.tenancy.enums import Role, Side
from servicedesk.tenancy.models import Department, Engagement, Hospital, Matter, Membership, Place, Vendor
from servicedesk.tenancy.wall import Context, Person

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
PASSWORD = "Desk-2026-secret"
_numbers = itertools.count(1)
_hashes: dict[str, str] = {}


@dataclass
class World:
    h1: Hospital
    h2: Hospital
    h3: Hospital
    v1: Vendor
    v2: Vendor
    radiology: dict[int, Department] = field(default_factory=dict)
    pharmacy: dict[int, Department] = field(default_factory=dict)
    examples: dict[Any, Any] = field(default_factory=dict)


def canary(organisation: Hospital | Vendor | None) -> str:
    """A mark in every name of the world: where it is read, that organisation's row was shown."""
    return f"§{organisation.code if organisation else 'platform'}"


def make_world() -> World:
    with wall.opened(Context.of_platform()):
        h1, h2, h3 = (
            Hospital.objects.create(code=code, name=name, short_name=short, hue=hue)
            for code, name, short, hue in (
                ("shengyi", "省人民医院", "省医", 210),
                ("eryuan", "市第二人民医院", "二院", 150),
                ("zhongyi", "市中医医院", "中医院", 30),
            )
        )
        v1 = Vendor.objects.create(code="dongruan", name="东软维保有限公司", short_name="东软")
        v2 = Vendor.objects.create(code="weining", name="卫宁服务有限公司", short_name="卫宁")
        for hospital, vendor in ((h1, v1), (h1, v2), (h2, v1), (h3, v2)):
            Engagement.objects.create(hospital=hospital, vendor=vendor, from_on=date(2026, 1, 1))
    world = World(h1, h2, h3, v1, v2)
    for hospital in (h1, h2, h3):
        with wall.opened(Context.of_hospital(hospital.id)):
            for departments, name in ((world.radiology, "放射科"), (world.pharmacy, "药剂科")):
                departments[hospital.id] = Department.objects.create(hospital=hospital, name=name + canary(hospital))
    return world


def make_user(username: str | None = None, **fields: object) -> User:
    """Hashing a password costs a tenth of a second; one hash serves every test user."""
    user = User(username=username or f"user{next(_numbers)}", **fields)
    if PASSWORD not in _hashes:
        user.set_password(PASSWORD)
        _hashes[PASSWORD] = user.password
    user.password = _hashes[PASSWORD]
    user.save()
    return user


def context_for(role: Role, organisation: Hospital | Vendor | None) -> Context:
    if role.side == Side.HOSPITAL:
        return Context.of_hospital(organisation.id)
    return Context.of_vendor(organisation.id) if role.side == Side.VENDOR else Context.of_platform()


def make_member(
    role: Role,
    organisation: Hospital | Vendor | None = None,
    *,
    department: Department | None = None,
    name: str = "",
    user: User | None = None,
    from_at: datetime = LONG_AGO,
    until_at: datetime | None = None,
) -> Membership:
    with wall.opened(context_for(role, organisation)):
        return Membership.objects.create(
            user=user or make_user(),
            hospital=organisation if isinstance(organisation, Hospital) else None,
            vendor=organisation if isinstance(organisation, Vendor) else None,
            role=role,
            department=department,
            name=name or f"王{next(_numbers)}{canary(organisation)}",
            from_at=from_at,
            until_at=until_at,
        )


def enter(membership: Membership) -> Person:
    """Opens the wall for this person until the test's transaction ends."""
    person = wall.enter(membership.user_id, UUID(str(membership.id)))
    assert person is not None
    return person


def person_of(membership: Membership) -> Person:
    """Who acts, without opening the wall for them."""
    with wall.opened(wall.NOBODY):
        return enter(membership)


def make_matter(hospital: Hospital, vendor: Vendor, label: str = "阅片工作站无法调图") -> Matter:
    with wall.opened(Context.of_hospital(hospital.id)):
        return Matter.objects.create(
            hospital=hospital, vendor=vendor, kind="test", label=label + canary(hospital), url="/"
        )


def make_place(hospital: Hospital, department: Department | None = None) -> Place:
    with wall.opened(Context.of_hospital(hospital.id)):
        return Place.objects.create(hospital=hospital, department=department, building="3号楼", floor="2层", room="05")


def give_second_factor(user: User) -> None:
    from allauth.mfa.models import Authenticator

    Authenticator.objects.get_or_create(user=user, type=Authenticator.Type.TOTP, defaults={"data": {"secret": "x"}})
