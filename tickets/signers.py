"""Who signs: their name, the device in their hand, and the way it came there."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from django.utils.translation import gettext as _

from servicedesk.tenancy.enums import Side
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.refusals import Forbidden, Refused
from servicedesk.tenancy.wall import Person
from tickets.enums import Way
from tickets.models import SigningLink, Ticket


@dataclass(frozen=True)
class Signer:
    """`person` is whoever is signed in on the device: the signer themselves, or the engineer who hands it over."""

    way: Way
    name: str
    person: Person | None = None
    link: SigningLink | None = None
    address: str = ""
    device: str = ""

    @property
    def evidence(self) -> dict[str, Any]:
        """The columns of a Testimony."""
        handed = self.person if self.way is Way.HANDED else None
        oneself = self.person if self.way is not Way.HANDED else None
        return {
            "way": self.way,
            "name": self.name,
            "person": oneself.membership_id if oneself else None,
            "handed_by": handed.membership_id if handed else None,
            "handed_name": handed.name if handed else "",
            "link": self.link,
            "address": _address(self.address),
            "device": self.device[:300],
        }


def refuse_unfit(ticket: Ticket, signer: Signer) -> None:
    """Who did the work never confirms it themselves (PACS-8)."""
    is_vendors = signer.person is not None and signer.person.side is not Side.HOSPITAL
    if is_vendors and signer.way is not Way.HANDED:
        raise Forbidden(_("The vendor does not sign. Hand the device to who had the problem, or send them the link."))
    if signer.way is Way.HANDED and not (signer.person and signer.person.side is Side.VENDOR):
        raise Forbidden(_("The engineer hands the device over; sign with your own account instead."))
    if not same(signer.name):
        raise Refused(_("Say who signs."), code="name")
    if signer.way is not Way.ACCOUNT and same(signer.name) in _vendors_people(ticket, signer):
        raise Refused(_("This is the name of somebody of the vendor. Who had the problem signs."), code="name")


def same(name: str) -> str:
    """A name without blanks, widths and cases: 'Wang  Gong' is 'wanggong'."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def _vendors_people(ticket: Ticket, signer: Signer) -> set[str]:
    """Those named on the ticket; for a device that an engineer handed over, all of the company."""
    named = {ticket.assignee_name, *ticket.solution_set.values_list("by_name", flat=True)}
    named |= set(ticket.visit_set.values_list("engineer_name", flat=True))
    if signer.link and signer.link.made_side == Side.VENDOR:
        named.add(signer.link.made_name)
    if signer.way is Way.HANDED and signer.person:
        named |= {signer.person.name, *Membership.objects.filter(
            vendor_id=ticket.vendor_id, until_at=None).values_list("name", flat=True)}  # fmt: skip
    reporter = same(ticket.reporter_name) if ticket.reporter_id else ""  # a member of the hospital, by account
    return {same(name) for name in named if name} - {reporter}


def _address(text: str) -> str:
    try:
        return ip_address(text.partition("%")[0]).compressed
    except ValueError:
        return ""
