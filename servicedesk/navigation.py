"""The shell as data: the rail per role, and what the frame of every page shows.

An entry appears when its address exists and the person may go there. Rooms add theirs to RAIL, a line each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from contracts.permissions import SEE_CONTRACTS
from servicedesk.accounts.models.user import Theme
from servicedesk.accounts.permissions import SEE_TOKENS
from servicedesk.accounts.selectors import OwnMembership, own_memberships
from servicedesk.audit.permissions import SEE_TRAIL
from servicedesk.clocks.permissions import PUBLISH_YEARS, SEE_CALENDARS, SEE_CLOCKS, SEE_ON_DUTY, SEE_ROSTER
from servicedesk.notices.permissions import READ_INBOX, SEE_DELIVERIES
from servicedesk.tenancy.doors import Audience
from servicedesk.tenancy.enums import Side
from servicedesk.tenancy.permissions import (
    SEE_DEPARTMENTS,
    SEE_MATTERS,
    SEE_ORGANISATIONS,
    SEE_PEOPLE,
    SEE_SUPPORT_SESSIONS,
    Permission,
)
from servicedesk.tenancy.wall import Person
from tickets.permissions import (
    JUDGE_CALLS,
    KEEP_MACROS,
    REPORT_FAULTS,
    SEE_INCIDENTS,
    SEE_OUTAGES,
    SEE_RECORDS,
    SEE_REMOTE,
    SEE_STICKERS,
    SEE_TICKETS,
    SET_NUMBERS,
)

THEME_COOKIE = "theme"
AT_THE_THUMB = 4  # what fits a phone's bar beside “More”


@dataclass(frozen=True)
class Entry:
    """`keys` is a shortcut such as "g i"; `at_thumb` puts it into a phone's bar; `of_hospital`: shown while some
    hospital's rows are in sight, which to the platform they are in a support session only."""

    label: str | Promise
    icon: str
    url_name: str
    who: Permission | Audience = Audience.MEMBER
    keys: str = ""
    at_thumb: bool = False
    of_hospital: bool = False
    short: str | Promise = ""  # what a phone's bar says, where the label is too long for it


@dataclass(frozen=True)
class Section:
    label: str | Promise
    entries: Sequence[Entry]


RAIL: tuple[Section, ...] = (
    Section(
        "",
        (
            Entry(gettext_lazy("Home"), "home", "home", Audience.SIGNED_IN, keys="g h", at_thumb=True),
            Entry(gettext_lazy("Tickets"), "ticket", "tickets", SEE_TICKETS, keys="g q", at_thumb=True),
            Entry(gettext_lazy("Inbox"), "inbox", "inbox", READ_INBOX, keys="g i", at_thumb=True),
            Entry(gettext_lazy("Escalations"), "bell-ringing", "escalations", SEE_CLOCKS, keys="g e", at_thumb=True),
        ),
    ),
    # tickets: linked
    Section(
        gettext_lazy("Emergencies"),
        (
            Entry(gettext_lazy("Known outages"), "alert-triangle", "outages", SEE_OUTAGES, keys="g u"),
            Entry(gettext_lazy("Major incidents"), "flag", "incidents", SEE_INCIDENTS, keys="g m"),
            Entry(gettext_lazy("Emergency plans"), "checklist", "emergency_plans", SEE_CONTRACTS),
            Entry(gettext_lazy("Remote access"), "shield-lock", "remote_accesses", SEE_REMOTE, keys="g z"),
        ),
    ),
    Section(
        gettext_lazy("Reporting"),
        (
            Entry(
                gettext_lazy("Report a fault"),
                "alert-circle",
                "report",
                REPORT_FAULTS,
                keys="g f",
                at_thumb=True,
                short=pgettext_lazy("verb", "Report"),
            ),
            Entry(gettext_lazy("Calls"), "phone", "calls", JUDGE_CALLS, keys="g l"),
            Entry(gettext_lazy("Stickers"), "qrcode", "stickers", SEE_STICKERS),
            Entry(gettext_lazy("Ticket numbers"), "ticket", "number_rule", SET_NUMBERS),
        ),
    ),
    Section(
        gettext_lazy("Duty"),
        (
            Entry(gettext_lazy("Who is on duty"), "phone-call", "on_duty", SEE_ON_DUTY, keys="g n", at_thumb=True),
            Entry(gettext_lazy("Duty roster"), "calendar-event", "teams", SEE_ROSTER, keys="g r", at_thumb=True),
        ),
    ),
    Section(
        gettext_lazy("Promises"),
        (
            Entry(gettext_lazy("Contracts"), "file-certificate", "contracts", SEE_CONTRACTS, keys="g k"),
            Entry(gettext_lazy("Calendars"), "calendar", "calendars", SEE_CALENDARS, keys="g c"),
            Entry(gettext_lazy("Statutory years"), "calendar-event", "years", PUBLISH_YEARS),
        ),
    ),
    Section(
        gettext_lazy("Organisation"),
        (
            Entry(gettext_lazy("People"), "users", "people", SEE_PEOPLE, keys="g p", at_thumb=True),
            Entry(
                gettext_lazy("Departments and places"),
                "map-pin",
                "departments",
                SEE_DEPARTMENTS,
                keys="g d",
                of_hospital=True,
            ),
            Entry(gettext_lazy("Organisations"), "building", "organisations", SEE_ORGANISATIONS, keys="g o"),
            Entry(gettext_lazy("Machines"), "key", "tokens", SEE_TOKENS),
            Entry(gettext_lazy("Support sessions"), "eye", "support", SEE_SUPPORT_SESSIONS),
            Entry(gettext_lazy("Ready-made answers"), "notes", "macros", KEEP_MACROS),
        ),
    ),
    Section(
        gettext_lazy("On record"),
        (
            Entry(gettext_lazy("Maintenance records"), "archive", "records", SEE_RECORDS, keys="g a"),
            Entry(gettext_lazy("Audit trail"), "history", "audit_trail", SEE_TRAIL, keys="g t"),
            Entry(gettext_lazy("Deliveries"), "send", "deliveries", SEE_DELIVERIES),
            Entry(gettext_lazy("Status"), "heartbeat", "status", Audience.SIGNED_IN),
        ),
    ),
)
OWN: tuple[Entry, ...] = (
    Entry(gettext_lazy("My account"), "user-circle", "me", Audience.SIGNED_IN),
    Entry(gettext_lazy("Two-step sign-in"), "shield-lock", "mfa_index", Audience.SIGNED_IN),
    Entry(gettext_lazy("My sessions"), "device-desktop", "usersessions_list", Audience.SIGNED_IN),
    Entry(gettext_lazy("Change password"), "key", "account_change_password", Audience.SIGNED_IN),
    Entry(gettext_lazy("Interface for programs"), "server", "api", SEE_MATTERS),
)


@dataclass(frozen=True)
class Link:
    """An entry as this person sees it on this page."""

    entry: Entry
    href: str
    is_current: bool

    @property
    def label(self) -> str | Promise:
        return self.entry.label

    @property
    def short(self) -> str | Promise:
        return self.entry.short or self.entry.label

    @property
    def icon(self) -> str:
        return self.entry.icon

    @property
    def keys(self) -> str:
        return self.entry.keys


@dataclass(frozen=True)
class Choice:
    """One of the person's own memberships in the switch."""

    membership: OwnMembership
    is_current: bool

    @property
    def id(self) -> UUID:
        return self.membership.id

    @property
    def organisation(self) -> str:
        return self.membership.short_name or _("The platform")

    @property
    def hue(self) -> int | None:
        return self.membership.hue

    @property
    def role(self) -> str | Promise:
        return self.membership.role.label


@dataclass(frozen=True)
class Banner:
    kind: str
    icon: str
    words: str
    href: str
    verb: str


class Shell:
    """Worked out only when a template asks: an error page asks for nothing, its transaction may be broken."""

    def __init__(self, request: Any) -> None:
        self.request = request
        self.person: Person | None = getattr(request, "person", None)

    @cached_property
    def frame(self) -> tuple[Any, ...]:
        """All that rail, bars and menus depend on beside the language: they are drawn once for it (`{% kept %}`)."""
        may = (self.person.role, self.person.only, self._is_in_sight) if self.person else ()
        here = tuple(href for href in _addresses(settings.ROOT_URLCONF) if self._is_here(href))
        return (*may, self.theme, settings.ROOT_URLCONF, here)

    @cached_property
    def oneself(self) -> tuple[Any, ...]:
        """All that the bar at the top depends on."""
        return (self.person, self.name, self.theme, settings.ROOT_URLCONF, *self.memberships)

    @cached_property
    def rail(self) -> list[Section]:
        sections = [Section(section.label, self.links(section.entries)) for section in RAIL]
        return [section for section in sections if section.entries]

    @cached_property
    def bottom(self) -> list[Link]:
        links = [link for section in self.rail for link in section.entries]
        return [link for link in links if link.entry.at_thumb][:AT_THE_THUMB]

    @cached_property
    def own(self) -> list[Link]:
        return self.links(OWN)

    def links(self, entries: Sequence[Entry]) -> list[Link]:
        seen = [entry for entry in entries if self._may(entry.who) and (self._is_in_sight or not entry.of_hospital)]
        found = [(entry, address(entry.url_name)) for entry in seen]
        return [Link(entry, href, self._is_here(href)) for entry, href in found if href]

    def _may(self, who: Permission | Audience) -> bool:
        if isinstance(who, Permission):
            return self.person is not None and who.reach_of(self.person) is not None
        return who != Audience.MEMBER or self.person is not None

    @property
    def _is_in_sight(self) -> bool:
        """Of some hospital, its rows."""
        return bool(self.person and (self.person.side is not Side.PLATFORM or self.person.hospitals))

    def _is_here(self, href: str) -> bool:
        path = self.request.path
        return path == href if href == "/" else path.startswith(href)

    @cached_property
    def memberships(self) -> list[Choice]:
        """For the switch at the top; nothing to switch to, no switch."""
        if self.person is None or not self.person.elsewhere:
            return []
        return [Choice(one, one.id == self.person.membership_id) for one in own_memberships(self.person)]

    @property
    def hue(self) -> int | None:
        return self.person.hue if self.person else None

    @cached_property
    def banners(self) -> list[Banner]:
        """An operator who looks into a hospital's rows is told so on every page."""
        if not self.person or self.person.side != Side.PLATFORM or not self.person.hospitals:
            return []
        words = _("You are looking into a hospital's rows. It sees every page you open.")
        return [Banner("support", "eye", words, address("support"), _("Close the support session"))]

    @cached_property
    def organisation(self) -> str:
        return (self.person.organisation if self.person else "") or _("The platform")

    @cached_property
    def name(self) -> str:
        return self.person.name if self.person else self.request.user.get_username()

    @property
    def initial(self) -> str:
        return self.name[:1].upper()

    @property
    def search_url(self) -> str:
        return address("search") if self.person else ""

    @property
    def palette_url(self) -> str:
        return address("palette") if self.person else ""

    @property
    def inbox_url(self) -> str:
        return address("inbox") if self.person else ""

    @property
    def themes(self) -> list[tuple[str, str]]:
        return Theme.choices

    @property
    def device_theme(self) -> str:
        """Before sign-in, and where an error leaves no person to ask: what was last chosen in this browser."""
        chosen = self.request.COOKIES.get(THEME_COOKIE, "")
        return chosen if chosen in Theme.values else Theme.SYSTEM

    @property
    def hotline(self) -> str:
        return settings.HOTLINE

    @property
    def theme(self) -> str:
        return getattr(self.request.user, "theme", Theme.SYSTEM)


@cache
def _addresses(urlconf: str) -> tuple[str, ...]:
    entries = [*OWN, *(entry for section in RAIL for entry in section.entries)]
    return tuple(filter(None, (_address(entry.url_name, urlconf) for entry in entries)))


def address(url_name: str) -> str:
    return _address(url_name, settings.ROOT_URLCONF)


@cache  # every page asks for two dozen, and for a page that is not there yet Django searches all of them
def _address(url_name: str, urlconf: str) -> str:
    try:
        return reverse(url_name, urlconf=urlconf)
    except NoReverseMatch:
        return ""


def shell(request: Any) -> dict[str, Any]:
    """Context processor: the person acting, and the frame around the page."""
    return {"person": getattr(request, "person", None), "shell": Shell(request), "here": request.get_full_path()}
