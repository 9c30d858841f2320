"""A hospital's and a vendor's contracts with something in them, and the addresses of their pages."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from contracts.models import Contract, Expiry, Signing, StaffMember
from contracts.services.quotas import use_quota
from contracts.services.staffing import replace_staff
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.wall import Context, opened
from tests.browser.visitor import Visitor
from tests.contracts.people import in_force, started
from tests.world import World, enter, give_second_factor


def full_room(world: World) -> tuple[dict[str, str], Membership, Membership]:
    """Paths by name, the vendor's manager and the hospital's lead."""
    with opened(Context()):
        smart, manager, lead = in_force(world.h1, world.v1, "smart")
        icu, *_ = in_force(world.h2, world.v1, "icu")
        pacs, *_ = in_force(world.h1, world.v1, "pacs")
        by = enter(manager)
        draft = started(world.h1, world.v1, "hrp", by=by, number="", starts_on=None)
    with opened(Context()):
        by, quota = enter(manager), icu.quotas.get()
        use_quota(quota, what="十张报表", amount=10, by=by, at=timezone.now())
        use_quota(quota, what="第十一张", by=by, at=timezone.now())
        _let_lapse(pacs)
        _fill(smart, manager, by)
    for member in (manager, lead):
        give_second_factor(member.user)
    return _paths(smart, icu, pacs, draft, quota), manager, lead


def _let_lapse(contract: Contract) -> None:
    Signing.objects.filter(contract=contract).update(to_on=timezone.localdate() - timedelta(days=5))


def _fill(contract: Contract, manager: Membership, by: object) -> None:
    today = timezone.localdate()
    facts = {"hospital_id": contract.hospital_id, "vendor_id": contract.vendor_id, "contract": contract}
    Expiry.objects.create(**facts, kind="dongle", name="影像加密狗 03 号", expires_on=today + timedelta(days=40))
    old = StaffMember.objects.get(contract=contract, role="project_manager")
    new = StaffMember(name="李新", phone="13900000000", of_vendor=manager)
    replace_staff(old, new, from_on=today, reason="原项目经理调往外省项目", by=by, at=timezone.now())


def _paths(smart: Contract, icu: Contract, pacs: Contract, draft: Contract, quota: object) -> dict[str, str]:
    prepare = f"/contracts/{draft.pk}/prepare"
    return {
        "contracts-full": "/contracts/",
        "contract-smart": f"/contracts/{smart.pk}/",
        "contract-icu": f"/contracts/{icu.pk}/",
        "contract-lapsed": f"/contracts/{pacs.pk}/",
        "contract-draft": f"/contracts/{draft.pk}/",
        "contract-staff": f"/contracts/{smart.pk}/staff/",
        "contract-add-staff": f"/contracts/{smart.pk}/staff/new/",
        "contract-change": f"/contracts/{smart.pk}/change/",
        "contract-systems": f"/contracts/{smart.pk}/systems/",
        "contract-catalogue": f"/contracts/{smart.pk}/catalogue/",
        "contract-levels": f"/contracts/{pacs.pk}/levels/",
        "contract-payments": f"/contracts/{smart.pk}/payments/",
        "contract-expiries": f"/contracts/{smart.pk}/expiries/",
        "contract-sign": f"/contracts/{pacs.pk}/sign/",
        "contract-renew": f"/contracts/{smart.pk}/renew/",
        "contract-end": f"/contracts/{smart.pk}/end/",
        "contract-quota": f"/contracts/quotas/{quota.pk}/",
        **{f"prepare-{page}": f"{prepare}/{page}/" for page in ("parties", "systems", "promises", "people", "plans")},
        "prepare-summary": f"{prepare}/summary/",
    }


def look(visitor: Visitor, path: str) -> None:
    """Nothing wider than the screen, nothing axe minds."""
    visitor.visit(path)
    for _ in visitor.on_each_device():
        assert visitor.overflow() == 0, (path, visitor.wide())
        assert visitor.axe() == [], path
