"""What must happen, derived from the declared permissions alone: nothing here asks the code that decides.

Ownership and reach are spelled a third time (after SQL and Django), on the plain facts of the small world.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from servicedesk.tenancy.doors import Audience, Rule
from servicedesk.tenancy.enums import Ownership, Reach, Role, Side
from servicedesk.tenancy.models import Engagement, Hospital, SupportSession, Vendor
from servicedesk.tenancy.permissions import Permission
from tests.examples import Example
from tests.matrix.principals import Principal


class Answer(StrEnum):
    LET_IN = "let in"  # any answer of the page itself, its own 'no' (409) and its form errors included
    SIGN_IN = "sign in"
    FORBIDDEN = "forbidden"
    MISSING = "missing"
    WRONG_METHOD = "wrong method"
    BROKEN = "broken"


def expected(rule: Rule, method: str, principal: Principal, example: Example | None) -> Answer:
    rule = rule.asked_by(method)
    if rule.who == Audience.PUBLIC or rule.who == Audience.INTERNAL:
        return Answer.LET_IN if method in rule.methods else Answer.WRONG_METHOD
    if principal.role is None:
        return Answer.SIGN_IN
    reach = _reach(rule.who, principal.role)
    if reach is None:
        return Answer.FORBIDDEN
    if method not in rule.methods:
        return Answer.WRONG_METHOD
    if example is None:
        return Answer.LET_IN
    seen = _reach(rule.of.see, principal.role)
    if seen is None or not owns(rule.of, principal, example.row) or not _reaches(seen, principal, example):
        return Answer.MISSING
    return Answer.LET_IN if _reaches(reach, principal, example) else Answer.FORBIDDEN


def _reach(who: Permission | Audience, role: Role) -> Reach | None:
    return who.grants.get(role) if isinstance(who, Permission) else Reach.ORGANISATION


def _reaches(reach: Reach, principal: Principal, example: Example) -> bool:
    if reach == Reach.ORGANISATION:
        return True
    if reach == Reach.DEPARTMENT:
        return example.department_id is not None and example.department_id == principal.department_id
    return example.user_id is not None and example.user_id == principal.user_id


def owns(model: type, principal: Principal, row: Any) -> bool:
    side, hospitals = principal.side, principal.hospital_ids
    if model is Hospital:
        return side == Side.PLATFORM or row.id in hospitals
    if model is Vendor:
        return side == Side.PLATFORM or row.id == principal.vendor_id or row.id in principal.serving_vendor_ids
    if model in {Engagement, SupportSession} and side == Side.PLATFORM:
        return True
    hospital, vendor = getattr(row, "hospital_id", None), getattr(row, "vendor_id", None)
    if model.ownership == Ownership.HOSPITAL:
        return hospital in hospitals
    if model.ownership == Ownership.PARTIES:
        return hospital in hospitals and (side != Side.VENDOR or vendor == principal.vendor_id)
    if model.ownership == Ownership.VENDOR:
        return side == Side.VENDOR and vendor == principal.vendor_id
    if side == Side.PLATFORM:
        return hospital is None and vendor is None
    if side == Side.VENDOR:
        return vendor == principal.vendor_id and (hospital is None or hospital in hospitals)
    return hospital in hospitals
