"""The demo's five contracts, each from its blueprint: two near a signing's end, one lapsed, all relative to the day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from contracts.enums import Expiring, StaffRole
from contracts.models import Contract, Expiry, StaffMember
from contracts.services.activating import activate_contract
from contracts.services.keeping import change_contract, keep_parts
from contracts.services.promising import agree_solve_time
from contracts.services.quotas import use_quota
from contracts.services.staffing import keep_staff
from contracts.services.starting import start_contract
from contracts.terms import last_day
from servicedesk.clocks.models import Team
from servicedesk.sla.promise import Unit
from servicedesk.tenancy import wall
from servicedesk.tenancy.enums import Side
from servicedesk.tenancy.models import Hospital, Membership, Vendor
from servicedesk.tenancy.wall import Context, Person


@dataclass(frozen=True)
class Agreed:
    """Either in how many days the first contract year ends (before today: minus), or how long ago the term began."""

    code: str
    hospital: str
    vendor: str
    number: str
    price: int
    by: str  # the vendor's manager
    year_ends_in: int | None = None
    began_ago: int = 0
    solve_hours: int | None = None


CONTRACTS = (
    Agreed("pacs", "shengyi", "ruiying", "SY-PACS-01", 680000, "vendor", year_ends_in=25),
    Agreed("hrp", "eryuan", "ruiying", "EY-HRP-03", 420000, "vendor", year_ends_in=55),
    Agreed("icu", "shengyi", "hengtong", "SY-ICU-02", 160000, "vendor2", began_ago=60, solve_hours=24),
    Agreed("smart", "zhongyi", "kangjian", "ZY-ZHYL-01", 960000, "vendor3", began_ago=180),
    Agreed("pacs-checklist", "eryuan", "kangjian", "EY-PACS-05", 300000, "vendor3", year_ends_in=-20),
)
# Who stands for what, by user name; the last two are of the hospital.
PEOPLE: Mapping[str, tuple[tuple[StaffRole, str], ...]] = {
    "ruiying": (
        (StaffRole.PROJECT_MANAGER, "manager"),
        (StaffRole.RESPONSIBLE_ENGINEER, "engineer"),
        (StaffRole.PRODUCT_TEAM, "vendor"),
        (StaffRole.SENIOR_MANAGER, "vendor"),
        (StaffRole.ACCOUNT_MANAGER, "account"),
    ),
    "hengtong": (
        (StaffRole.PROJECT_MANAGER, "vendor2"),
        (StaffRole.ENGINEER, "engineer2"),
        (StaffRole.SENIOR_MANAGER, "vendor2"),
        (StaffRole.ACCOUNT_MANAGER, "vendor2"),
    ),
    "kangjian": (
        (StaffRole.PROJECT_MANAGER, "vendor3"),
        (StaffRole.RESPONSIBLE_ENGINEER, "engineer3"),
        (StaffRole.SENIOR_MANAGER, "vendor3"),
        (StaffRole.ACCOUNT_MANAGER, "vendor3"),
    ),
    "shengyi": ((StaffRole.HOSPITAL_LEAD, "lead"), (StaffRole.HOSPITAL_IT, "it")),
    "eryuan": ((StaffRole.HOSPITAL_LEAD, "lead2"), (StaffRole.HOSPITAL_IT, "it2")),
    "zhongyi": ((StaffRole.HOSPITAL_LEAD, "lead3"), (StaffRole.HOSPITAL_IT, "it3")),
}
RESIDENTS = ("engineer3", "engineer4")
HOTLINES = {"ruiying": "400-555-0101", "hengtong": "400-555-0102", "kangjian": "400-555-0103"}
REPORTS = (
    "床位使用率月报",
    "镇痛镇静统计表",
    "护理工作量日报",
    "抗菌药物使用统计",
    "出入量汇总表",
    "转科患者清单",
    "危重评分分布",
)


def make_contracts(
    organisations: Mapping[str, Hospital | Vendor], members: Mapping[str, Membership], teams: Mapping[str, Team],
    at: datetime,
) -> None:  # fmt: skip
    for agreed in CONTRACTS:
        with wall.opened(Context()):
            by = wall.enter(members[agreed.by].user_id, members[agreed.by].pk)
            assert by is not None
            _make(agreed, organisations, members, teams[agreed.vendor], by, at)


def _make(
    agreed: Agreed, organisations: Mapping[str, Hospital | Vendor], members: Mapping[str, Membership], team: Team,
    by: Person, at: datetime,
) -> None:  # fmt: skip
    """As its own people would: from the blueprint, page by page, into force on the first day of the term."""
    begins = _begins(agreed, timezone.localdate(at))
    then = timezone.make_aware(datetime.combine(begins, time(9)))
    hospital, vendor = organisations[agreed.hospital], organisations[agreed.vendor]
    assert isinstance(hospital, Hospital)
    assert isinstance(vendor, Vendor)
    contract = start_contract(
        hospital, vendor, code=agreed.code, number=agreed.number, starts_on=begins, by=by, at=then
    )  # fmt: skip
    if agreed.year_ends_in is not None:
        contract.is_signed_yearly, contract.ends_on = True, last_day(begins, months=24)
    contract.price = agreed.price
    change_contract(contract, hotline=HOTLINES[agreed.vendor], team=team, by=by, at=then)
    target = agreed.solve_hours * 60 if agreed.solve_hours else None
    agree_solve_time(contract, target=target, unit=Unit.ELAPSED_MINUTES, by=by, at=then)
    _name_people(contract, agreed, members, by, then)
    contract = activate_contract(contract, by=by, at=then)
    _extras(contract, by, at)


def _begins(agreed: Agreed, today: date) -> date:
    if agreed.year_ends_in is None:
        return today - timedelta(days=agreed.began_ago)
    following = today + timedelta(days=agreed.year_ends_in + 1)
    leap = following.month == 2 and following.day == 29
    return following.replace(year=following.year - 1, day=28 if leap else following.day)


def _name_people(
    contract: Contract, agreed: Agreed, members: Mapping[str, Membership], by: Person, at: datetime
) -> None:
    posts = [*PEOPLE[agreed.vendor], *PEOPLE[agreed.hospital]]
    if contract.residents_agreed:
        posts += [(StaffRole.RESIDENT_ENGINEER, name) for name in RESIDENTS]
    for number, (role, username) in enumerate(posts, start=1):
        person = members[username]
        keep_staff(
            StaffMember(
                hospital_id=contract.hospital_id,
                vendor_id=contract.vendor_id,
                contract=contract,
                role=role,
                name=person.name,
                phone=person.phone or f"138-0000-00{number:02}",
                of_vendor=person if role.side == Side.VENDOR else None,
                of_hospital=person if role.side == Side.HOSPITAL else None,
                is_resident=role == StaffRole.RESIDENT_ENGINEER,
                from_on=timezone.localdate(at),
            ),
            by=by,
            at=at,
        )


def _extras(contract: Contract, by: Person, at: datetime) -> None:
    today = timezone.localdate(at)
    if contract.blueprint == "pacs":
        dongle = Expiry(kind=Expiring.DONGLE, name="影像工作站加密狗 03 号", expires_on=today + timedelta(days=40))
        code = Expiry(kind=Expiring.REGISTRATION, name="胶片打印接口注册码", expires_on=today + timedelta(days=120))
        keep_parts(contract, Expiry, kept=[dongle, code], by=by, at=at)
    if contract.blueprint == "icu":
        quota = contract.quotas.get()
        for number, report in enumerate(REPORTS):
            use_quota(quota, what=report, by=by, at=at - timedelta(days=50 - 6 * number))
