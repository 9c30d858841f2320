"""The demo's people, places and contracts: three hospitals, three vendors, every role. The same every time."""

from __future__ import annotations

import base64
import gc
import hashlib
import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from multiprocessing import get_context

from django.db import connections, transaction

from servicedesk.accounts.models import User
from servicedesk.accounts.services.second_factor import give_totp
from servicedesk.clocks.demo import make_demo_roster
from servicedesk.demo_contracts import make_contracts
from servicedesk.demo_tickets import make_tickets
from servicedesk.tenancy import wall
from servicedesk.tenancy.enums import Role, Side
from servicedesk.tenancy.models import Department, Engagement, Hospital, Membership, Place, Vendor
from servicedesk.tenancy.wall import Context
from tickets.models import Ticket

PASSWORD = "Demo-2026-desk"  # noqa: S105 (the demo's, and printed)
SEED = "servicedesk demo 1"
SINCE = timedelta(days=420)  # how long they have been working together

HOSPITALS = (
    ("shengyi", "省人民医院", "省医", 210),
    ("eryuan", "市第二人民医院", "二院", 150),
    ("zhongyi", "市中医医院", "中医院", 30),
)
VENDORS = (
    ("ruiying", "瑞影医疗软件有限公司", "瑞影"),
    ("hengtong", "恒通信息技术有限公司", "恒通"),
    ("kangjian", "康健数据服务有限公司", "康健"),
)
ENGAGEMENTS = (
    ("shengyi", "ruiying"),
    ("shengyi", "hengtong"),
    ("eryuan", "ruiying"),
    ("eryuan", "kangjian"),
    ("zhongyi", "kangjian"),
)
DEPARTMENTS = {"放射科": "8105", "药剂科": "8120", "重症医学科": "8133", "信息科": "8008", "财务科": "8140"}
PLACES = (
    ("放射科", "3号楼", "2层", "阅片室05"),
    ("药剂科", "1号楼", "1层", "门诊药房"),
    ("重症医学科", "5号楼", "6层", "护士站"),
    ("信息科", "2号楼", "4层", "机房"),
)


YEARS = (("shengyi",), ("eryuan", "zhongyi"))  # nearly as much in each
TEAMS = {"ruiying": "影像运维组", "hengtong": "重症运维组", "kangjian": "智慧医疗运维组"}


@dataclass(frozen=True)
class Player:
    username: str
    role: Role
    name: str
    where: str = ""  # an organisation's code; the platform's own people have none
    department: str = ""


PLAYERS = (
    Player("ward", Role.WARD_REPORTER, "刘敏", "shengyi", "放射科"),
    Player("it", Role.IT_ENGINEER, "陈浩", "shengyi"),
    Player("lead", Role.IT_LEAD, "周国华", "shengyi"),
    Player("auditor", Role.HOSPITAL_AUDITOR, "孙丽", "shengyi"),
    Player("engineer", Role.VENDOR_ENGINEER, "王磊", "ruiying"),
    Player("manager", Role.PROJECT_MANAGER, "赵颖", "ruiying"),
    Player("vendor", Role.VENDOR_MANAGER, "钱伟", "ruiying"),
    Player("account", Role.ACCOUNT_MANAGER, "吴静", "ruiying"),
    Player("sysadmin", Role.SYSTEM_ADMINISTRATOR, "郑凯"),
    Player("security", Role.SECURITY_ADMINISTRATOR, "冯雪"),
    Player("trail", Role.AUDIT_ADMINISTRATOR, "韩冰"),
    Player("it2", Role.IT_ENGINEER, "杨帆", "eryuan"),
    Player("it3", Role.IT_ENGINEER, "朱琳", "zhongyi"),
    Player("lead2", Role.IT_LEAD, "秦岚", "eryuan"),
    Player("lead3", Role.IT_LEAD, "许强", "zhongyi"),
    Player("vendor2", Role.VENDOR_MANAGER, "沈涛", "hengtong"),
    Player("vendor3", Role.VENDOR_MANAGER, "蒋敏", "kangjian"),
    Player("engineer2", Role.VENDOR_ENGINEER, "何俊", "hengtong"),
    Player("engineer3", Role.VENDOR_ENGINEER, "高洁", "kangjian"),
    Player("engineer4", Role.VENDOR_ENGINEER, "罗明", "kangjian"),
)


def people() -> tuple[Player, ...]:
    return PLAYERS


@transaction.atomic
def make_demo(*, at: datetime, share: float | None = 1.0) -> bool:
    """Anchored to the day it is first made; a later call finds it there and leaves it.

    `share`: how much of the year's tickets; None: not one, not even those that are open now.
    """
    if is_begun():
        return False
    members = make_people(at=at)
    if share is not None:
        make_tickets(members, at=at, share=share)
    return True


def make_demo_at_once(*, at: datetime) -> None:
    """The same by two processes, for the two cores that most machines have at least. Each hospital's year is one
    transaction; a demo that is not whole was never used, and is begun anew by the caller."""
    with transaction.atomic():
        members = make_people(at=at)
    connections.close_all()
    gc.disable()  # nothing of it becomes garbage before the process ends
    first, *others = YEARS
    beside = [get_context("fork").Process(target=_tell, args=(members, at, years)) for years in others]
    for process in beside:
        process.start()
    _tell(members, at, first)
    for process in beside:
        process.join()
        if process.exitcode:
            raise RuntimeError("The demo's year could not be told to its end; see above.")


def _tell(members: dict[str, Membership], at: datetime, hospitals: tuple[str, ...]) -> None:
    make_tickets(members, at=at, hospitals=hospitals)


def is_begun() -> bool:
    return User.objects.filter(username=PLAYERS[0].username).exists()


def is_whole() -> bool:
    """Each hospital has its tickets."""
    with wall.opened(Context.of_platform()):
        hospitals = list(Hospital.objects.values_list("pk", flat=True))
    return len(hospitals) == len(HOSPITALS) and all(map(_has_tickets, hospitals))


def _has_tickets(hospital_id: int) -> bool:
    with wall.opened(Context.of_hospital(hospital_id)):
        return Ticket.objects.exists()


def make_people(*, at: datetime) -> dict[str, Membership]:
    with wall.opened(Context.of_platform()):
        organisations = _make_organisations((at - SINCE).date())
    departments = {
        (hospital.code, department.name): department
        for hospital in organisations.values()
        if isinstance(hospital, Hospital)
        for department in _furnish(hospital)
    }
    password = _hashed()
    members = {player.username: _admit(player, organisations, departments, password, at) for player in PLAYERS}
    teams = {code: make_demo_roster(organisations[code], name=name, at=at) for code, name in TEAMS.items()}
    make_contracts(organisations, members, teams, at)
    return members


def _make_organisations(since: date) -> dict[str, Hospital | Vendor]:
    made: dict[str, Hospital | Vendor] = {}
    for code, name, short, hue in HOSPITALS:
        made[code] = Hospital.objects.create(code=code, name=name, short_name=short, hue=hue)
    for code, name, short in VENDORS:
        made[code] = Vendor.objects.create(code=code, name=name, short_name=short)
    for hospital, vendor in ENGAGEMENTS:
        Engagement.objects.create(hospital=made[hospital], vendor=made[vendor], from_on=since)
    return made


def _furnish(hospital: Hospital) -> list[Department]:
    with wall.opened(Context.of_hospital(hospital.id)):
        made = {
            name: Department.objects.create(hospital=hospital, name=name, phone=phone)
            for name, phone in DEPARTMENTS.items()
        }
        for department, building, floor, room in PLACES:
            Place.objects.create(
                hospital=hospital, department=made[department], building=building, floor=floor, room=room
            )
    return list(made.values())


def _hashed() -> str:
    """One password for all, so it is hashed once: a hash is meant to be slow."""
    user = User(username="nobody")
    user.set_password(PASSWORD)
    return user.password


def _admit(player: Player, organisations: dict, departments: dict, password: str, at: datetime) -> Membership:
    organisation = organisations.get(player.where)
    user = User.objects.create(username=player.username, password=password, password_set_at=at)
    with wall.opened(_context(player.role, organisation)):
        member = Membership.objects.create(
            user=user,
            hospital=organisation if isinstance(organisation, Hospital) else None,
            vendor=organisation if isinstance(organisation, Vendor) else None,
            role=player.role,
            department=departments.get((player.where, player.department)),
            name=player.name,
            phone=_phone(player),
            from_at=at - SINCE,
        )
    if player.role.needs_second_factor:
        give_totp(user, second_step(player))
    return member


def _phone(player: Player) -> str:
    """Whom a hospital calls has a number; a ward has the extension of its department."""
    return f"139-0000-00{PLAYERS.index(player) + 11:02}" if player.role.side == Side.VENDOR else ""


def _context(role: Role, organisation: Hospital | Vendor | None) -> Context:
    if organisation is None:
        return Context.of_platform()
    return Context.of_hospital(organisation.id) if role.side == Side.HOSPITAL else Context.of_vendor(organisation.id)


def second_step(player: Player) -> str:
    """The key to type into an authenticator; made from the seed, so that it is the same on every machine."""
    return base64.b32encode(hashlib.sha1(f"{SEED} {player.username}".encode()).digest()).decode()  # noqa: S324


def current_code(player: Player) -> str:
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

    return format_hotp_value(hotp_value(second_step(player), int(time.time()) // 30))
