"""What the first page offers next: the steps that this person may take, undone ones first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from servicedesk.navigation import Entry, Link, Shell, address
from servicedesk.tenancy.enums import Side
from servicedesk.tenancy.permissions import REGISTER
from servicedesk.tenancy.wall import Person
from tickets.permissions import JUDGE_CALLS, REPORT_FAULTS, SEE_TICKETS, WORK_TICKETS


@dataclass(frozen=True)
class Step:
    icon: str
    title: str | Promise
    words: str | Promise
    url_name: str
    permission: str = ""
    sides: tuple[Side, ...] = tuple(Side)

    @property
    def href(self) -> str:
        return address(self.url_name)

    def is_for(self, person: Person) -> bool:
        permission = REGISTER.get(self.permission)
        is_allowed = not self.permission or (permission is not None and permission.reach_of(person) is not None)
        return is_allowed and person.side in self.sides and bool(self.href)


SECOND_FACTOR = Step(
    "shield-lock",
    _("Set up the second step at sign-in"),
    _("A code from your phone, a passkey or a security key; it takes a minute."),
    "mfa_index",
)
STEPS: tuple[Step, ...] = (
    Step(
        "building",
        _("Register hospitals, vendors and who serves whom"),
        _("The platform begins with them."),
        "organisations",
        "accounts.register_organisations",
    ),
    Step(
        "map-pin",
        _("Enter departments and places"),
        _("So that a report says where the fault is, by itself."),
        "departments",
        "accounts.keep_places",
    ),
    Step(
        "user-plus",
        _("Invite people"),
        _("Each gets a link and chooses a password of their own."),
        "invite",
        "accounts.invite_people",
    ),
    Step(
        "file-certificate",
        _("Start a contract from a blueprint"),
        _("Five are here; they bring promises, plans and documents with them."),
        "start_contract",
        "contracts.start_contracts",
    ),
    Step(
        "building-hospital",
        _("See the hospitals you serve"),
        _("Their departments, places and people to call."),
        "departments",
        sides=(Side.VENDOR,),
    ),
    Step("bell", _("Choose how you are told"), _("Inside, by mail or by message, and when not."), "notice_preferences"),
    Step("user-circle", _("Check your name and phone number"), _("They stand on what you sign and send."), "me"),
)


# What this person begins most; the first stands out. An act without its page yet is not offered.
BEGIN: tuple[Entry, ...] = (
    Entry(_("Next ticket"), "bolt", "next_ticket", WORK_TICKETS),
    Entry(_("Report a fault"), "alert-circle", "report", REPORT_FAULTS),
    Entry(_("Write down a call"), "phone-call", "new_call", JUDGE_CALLS),
    Entry(_("All tickets"), "list", "tickets", SEE_TICKETS),
)


def begin(request: Any) -> list[Link]:
    return Shell(request).links(BEGIN)


def next_steps(request: Any) -> list[Step]:
    person = request.person
    if person is None:
        return []
    steps = [step for step in STEPS if step.is_for(person)]
    return steps if _has_second_factor(request.user) else [SECOND_FACTOR, *steps]


def _has_second_factor(user: Any) -> bool:
    from allauth.mfa.utils import is_mfa_enabled

    return is_mfa_enabled(user)
