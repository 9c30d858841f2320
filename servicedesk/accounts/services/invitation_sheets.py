"""Many people from one spreadsheet: read and judged as a whole, shown, and then invited as one act or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from servicedesk.accounts import selectors
from servicedesk.accounts.models import Invitation
from servicedesk.accounts.permissions import INVITES
from servicedesk.accounts.services.invitations import invite
from servicedesk.files.spreadsheets import CellFault, fault_at, rows_of, short, squeezed, text_in
from servicedesk.tenancy.enums import Role, Side
from servicedesk.tenancy.models import Department
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.waiting import wait_for_the_first
from servicedesk.tenancy.wall import Person

MOST_PEOPLE = 500
MOST_NAMES = 5  # in one sentence
NAME, ROLE, DEPARTMENT, PHONE, EMAIL = "name", "role", "department", "phone", "email"
TITLES = {
    NAME: gettext_lazy("Full name"),
    ROLE: gettext_lazy("Role"),
    DEPARTMENT: gettext_lazy("Department"),
    PHONE: gettext_lazy("Phone"),
    EMAIL: gettext_lazy("Mail address"),
}
PLAIN: dict[str, forms.CharField] = {
    NAME: forms.CharField(max_length=60),
    PHONE: forms.CharField(max_length=30, required=False),
    EMAIL: forms.EmailField(required=False),
}


@dataclass(frozen=True)
class Wanted:
    """One person to invite. As plain as it is, because it waits in the page between the look and the act."""

    name: str
    role: str
    department: str = ""  # the key of one
    phone: str = ""
    email: str = ""

    @property
    def person(self) -> tuple[str, str]:
        return squeezed(self.name), "".join(filter(str.isdigit, self.phone))


@dataclass
class Sheet:
    """What was read: nothing of it is used while there is a fault."""

    cells: list[list[str]] = field(default_factory=list)  # as they came, the titles first
    wanted: list[Wanted] = field(default_factory=list)
    faults: list[tuple[int, CellFault]] = field(default_factory=list)  # with the number of the row

    def complain(self, row: int, column: int, sentence: str) -> None:
        self.faults.append((row, fault_at(row, column, sentence)))


def titles_for(by: Person) -> dict[str, str]:
    """The columns, in the reader's language; departments are a hospital's."""
    return {key: str(title) for key, title in TITLES.items() if key != DEPARTMENT or by.side == Side.HOSPITAL}


def roles_for(by: Person) -> list[Role]:
    return [role for role in Role if role in INVITES.get(by.role, ())]


def departments_for(by: Person) -> list[Department]:
    if by.side != Side.HOSPITAL:
        return []
    own: dict[str, Any] = {"hospital_id": by.hospital_id, "closed_at": None}
    return list(Department.objects.visible_to(by).filter(**own).order_by("name"))


# ── look ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
def read_sheet(upload: Any, *, by: Person, at: datetime) -> Sheet:
    rows = rows_of(upload, most=MOST_PEOPLE + 1)
    if len(rows) > MOST_PEOPLE + 1:
        raise Refused(_("The file has more than %(count)s people. Send it in parts.") % {"count": MOST_PEOPLE})
    sheet = Sheet([_plain(row) for row in rows])
    columns = _columns(sheet, titles_for(by))
    if {NAME, ROLE} - set(columns):
        sheet.complain(1, 1, _("The first row must name the columns. Download the template and fill it in."))
        return sheet
    reader = _Reader(sheet, columns, by, _known(by, at=at))
    for number, row in enumerate(sheet.cells[1:], start=2):
        if any(row):
            reader.read(number, row)
    if not sheet.wanted and not sheet.faults:
        sheet.complain(2, 1, _("There is nobody in the file."))
    return sheet


def _plain(row: Sequence[Any]) -> list[str]:
    """A spreadsheet keeps a phone number as a figure, sometimes one with a point, and knows no end of a row."""
    cells = [text_in(int(cell) if isinstance(cell, float) and cell.is_integer() else cell) for cell in row]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _columns(sheet: Sheet, titles: dict[str, str]) -> dict[str, int]:
    """By their titles in either language, in whatever order; an unknown one is not passed over."""
    known = {squeezed(title): key for language in _titles(titles) for key, title in language.items()}
    found: dict[str, int] = {}
    for place, title in enumerate(sheet.cells[0] if sheet.cells else []):
        key = known.get(squeezed(title))
        if title and key is None:
            sheet.complain(1, place + 1, _("There is no column “%(title)s”.") % {"title": short(title)})
        elif key in found:
            sheet.complain(1, place + 1, _("The column “%(title)s” stands here twice.") % {"title": short(title)})
        elif key:
            found[key] = place
    return found


def _titles(titles: dict[str, str]) -> Iterable[dict[str, str]]:
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            yield {key: str(TITLES[key]) for key in titles}


def _known(by: Person, *, at: datetime) -> dict[str, set[str]]:
    """Who is here or invited: digits of the phones by name."""
    known: dict[str, set[str]] = {}
    own: dict[str, Any] = {"hospital_id": by.hospital_id, "vendor_id": by.vendor_id}
    here = selectors.people(by, at=at).filter(**own)
    for rows in (here, selectors.open_invitations(by, at=at)):
        for name, phone in rows.values_list("name", "phone"):
            known.setdefault(squeezed(name), set()).add("".join(filter(str.isdigit, phone)))
    return known


class _Reader:
    """Row by row; what belongs to all of them is looked up once."""

    def __init__(self, sheet: Sheet, columns: dict[str, int], by: Person, known: dict[str, set[str]]) -> None:
        self.sheet, self.columns, self.known = sheet, columns, known
        self.roles = {squeezed(word): role for role in roles_for(by) for word in _words_of(role)}
        self.departments = {squeezed(row.name): str(row.pk) for row in departments_for(by)}
        self.seen: dict[tuple[str, str], int] = {}

    def read(self, number: int, row: Sequence[str]) -> None:
        given = {key: row[place] if place < len(row) else "" for key, place in self.columns.items()}
        faults = len(self.sheet.faults)
        plain = {key: self._plain(number, key, given.get(key, "")) for key in PLAIN}
        role = self._role(number, given[ROLE])
        department = self._department(number, given.get(DEPARTMENT, ""), role)
        if role is None or len(self.sheet.faults) > faults:
            return
        wanted = Wanted(role=role.value, department=department, **plain)
        if sentence := self._already(number, wanted):
            self._complain(number, NAME, sentence)
        else:
            self.sheet.wanted.append(wanted)

    def _plain(self, number: int, key: str, text: str) -> str:
        try:
            return str(PLAIN[key].clean(text))
        except ValidationError as error:
            self._complain(number, key, " ".join(error.messages))
            return ""

    def _role(self, number: int, text: str) -> Role | None:
        role = self.roles.get(squeezed(text))
        if role is None:
            offered = "、".join(str(one.label) for one in dict.fromkeys(self.roles.values()))
            words = {"text": short(text), "roles": offered}
            self._complain(number, ROLE, _("“%(text)s” is no role you may give. Write one of: %(roles)s.") % words)
        return role

    def _department(self, number: int, text: str, role: Role | None) -> str:
        if text and squeezed(text) not in self.departments:
            words = {"name": short(text)}
            self._complain(number, DEPARTMENT, _("There is no department “%(name)s”. Add it first.") % words)
        elif not text and role == Role.WARD_REPORTER:
            self._complain(number, DEPARTMENT, _("A ward reporter needs a department."))
        return self.departments.get(squeezed(text), "")

    def _already(self, number: int, wanted: Wanted) -> str:
        first = self.seen.setdefault(wanted.person, number)
        if first != number:
            return _("This person stands in row %(row)s already.") % {"row": first}
        return _is_it_somebody_else(wanted) if _is_known(wanted, self.known) else ""

    def _complain(self, number: int, key: str, sentence: str) -> None:
        self.sheet.complain(number, self.columns.get(key, self.columns[NAME]) + 1, sentence)


def _is_known(wanted: Wanted, known: dict[str, set[str]]) -> bool:
    name, phone = wanted.person
    phones = known.get(name, set())
    return bool(phones) and (not phone or phone in phones)


def _is_it_somebody_else(wanted: Wanted) -> str:
    return _("%(name)s is here or invited already. Is it somebody else? Then write their phone number.") % {
        "name": wanted.name
    }


def _words_of(role: Role) -> Iterable[str]:
    yield role.value
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            yield str(role.label)


# ── act ──────────────────────────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def invite_all(rows: Sequence[Wanted], *, by: Person, at: datetime) -> list[tuple[Invitation, str]]:
    """All or none. Somebody who presses twice invites nobody a second time, and neither does a colleague with the same
    sheet in the same moment."""
    wait_for_the_first("invitations", by.hospital_id, by.vendor_id)
    known = _known(by, at=at)
    if again := [wanted for wanted in rows if _is_known(wanted, known)]:
        raise Refused(_nobody_was_invited(again), code="already")
    departments = {str(row.pk): row for row in departments_for(by)}
    return [_invite(wanted, departments, by=by, at=at) for wanted in rows]


def _nobody_was_invited(again: Sequence[Wanted]) -> str:
    if len(again) == 1:
        return _is_it_somebody_else(again[0])
    names = _(", ").join(wanted.name for wanted in again[:MOST_NAMES]) + "…" * (len(again) > MOST_NAMES)
    words = {"count": len(again), "names": names}
    return _("%(count)s people are here or invited already: %(names)s. Nobody was invited now.") % words


def _invite(wanted: Wanted, departments: dict[str, Department], *, by: Person, at: datetime) -> tuple[Invitation, str]:
    if wanted.department and wanted.department not in departments:
        raise Refused(_("This preview is too old. Make it anew."), code="old")
    return invite(
        role=Role(wanted.role),
        name=wanted.name,
        phone=wanted.phone,
        email=wanted.email,
        department=departments.get(wanted.department),
        by=by,
        at=at,
    )
