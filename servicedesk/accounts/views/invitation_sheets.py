"""Inviting many: the template, the look at a file, the file with what is wrong, the act, and the links to hand out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import astuple
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.worksheet.datavalidation import DataValidation

from servicedesk.accounts.forms.people import SheetForm
from servicedesk.accounts.models import Invitation
from servicedesk.accounts.permissions import INVITE_PEOPLE
from servicedesk.accounts.services import invitation_sheets as sheets
from servicedesk.accounts.services.invitation_sheets import Sheet, Wanted
from servicedesk.accounts.waiting import packed, unpacked
from servicedesk.files.spreadsheets import MOST_BYTES, MOST_FAULTS, attached, bytes_of, sheet_of
from servicedesk.tenancy.doors import door
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import Person

PLAN, FAULTS, LINKS = "plan", "faults", "links"


@door(INVITE_PEOPLE, methods=("GET", "POST"))
def invite_by_sheet(request: Any) -> HttpResponse:
    form = SheetForm(request.POST, request.FILES) if request.method == "POST" else SheetForm()
    found = _looked(request, form) if form.is_valid() else {}
    context = {
        "form": form,
        "most": MOST_BYTES,
        "people": sheets.MOST_PEOPLE,
        "roles": sheets.roles_for(request.person),
    }
    return render(request, "accounts/invite_sheet.html", {**context, **found})


def _looked(request: Any, form: SheetForm) -> dict[str, Any]:
    try:
        sheet = sheets.read_sheet(form.cleaned_data["sheet"], by=request.person, at=timezone.now())
    except Refused as refusal:
        form.add_error("sheet", str(refusal.sentence))
        return {}
    return _faults(sheet, request.person) if sheet.faults else _plan(sheet, request.person)


def _faults(sheet: Sheet, by: Person) -> dict[str, Any]:
    return {
        "faults": [fault for _row, fault in sheet.faults[:MOST_FAULTS]],
        "more_faults": max(0, len(sheet.faults) - MOST_FAULTS),
        "wrong_file": packed(FAULTS, list(_with_faults(sheet)), by=by),
    }


def _with_faults(sheet: Sheet) -> Iterator[list[str]]:
    """The file as it came, and behind each row what is wrong in it."""
    width = max(map(len, sheet.cells), default=0)
    for number, row in enumerate(sheet.cells or [[]], start=1):
        said = " ".join(f"{fault.cell}: {fault.sentence}" for at, fault in sheet.faults if at == number)
        yield [*row, *[""] * (width - len(row)), said or (_("What is wrong") if number == 1 else "")]


def _plan(sheet: Sheet, by: Person) -> dict[str, Any]:
    departments = {str(row.pk): row.name for row in sheets.departments_for(by)}
    shown = [(one, Role(one.role).label, departments.get(one.department, "")) for one in sheet.wanted]
    return {"wanted": shown, "plan": packed(PLAN, [astuple(one) for one in sheet.wanted], by=by)}


@door(INVITE_PEOPLE, methods=("POST",))
def wrong_rows(request: Any) -> HttpResponse:
    rows = unpacked(FAULTS, request.POST.get("rows", ""), by=request.person)
    return attached(bytes_of(sheet_of(_("Invitations"), rows)), "invitations-to-mend.xlsx")


@door(INVITE_PEOPLE, methods=("POST",))
def invite_all(request: Any) -> HttpResponse:
    """The one page that shows the links; they are not kept anywhere, so it is not behind a redirect."""
    rows = [Wanted(*row) for row in unpacked(PLAN, request.POST.get("rows", ""), by=request.person)]
    made = sheets.invite_all(rows, by=request.person, at=timezone.now())
    invited = [(row, request.build_absolute_uri(reverse("join", args=[secret]))) for row, secret in made]
    links = packed(LINKS, [_line(row, link) for row, link in invited], by=request.person)
    return render(request, "accounts/invited_many.html", {"invited": invited, "links": links})


def _line(invitation: Invitation, link: str) -> list[str]:
    department = str(invitation.department or "")
    role = str(Role(invitation.role).label)
    return [invitation.name, role, department, invitation.phone, invitation.email, link]


@door(INVITE_PEOPLE, methods=("POST",))
def links(request: Any) -> HttpResponse:
    rows = unpacked(LINKS, request.POST.get("rows", ""), by=request.person)
    titles = [str(title) for title in sheets.TITLES.values()]
    return attached(bytes_of(sheet_of(_("Invitations"), [[*titles, _("Link")], *rows])), "invitation-links.xlsx")


@door(INVITE_PEOPLE)
def template(request: Any) -> HttpResponse:
    """With lists to choose from, so that roles and departments are written as they are called here."""
    titles = sheets.titles_for(request.person)
    book = sheet_of(_("Invitations"), [list(titles.values())])
    choices = {
        sheets.ROLE: [str(role.label) for role in sheets.roles_for(request.person)],
        sheets.DEPARTMENT: [row.name for row in sheets.departments_for(request.person)],
    }
    for place, key in enumerate(titles):
        if choices.get(key):
            _offer(book, place, choices[key])
    return attached(bytes_of(book), "invitations.xlsx")


def _offer(book: Workbook, place: int, words: Sequence[str]) -> None:
    name, letter = _("Choices"), "ABCDE"[place]
    page = book[name] if name in book.sheetnames else book.create_sheet(name)
    for number, word in enumerate(words, start=1):
        page[f"{letter}{number}"] = word
        page[f"{letter}{number}"].data_type = "s"
    rule = DataValidation(type="list", formula1=f"'{name}'!${letter}$1:${letter}${len(words)}", allow_blank=True)
    rule.add(f"{letter}2:{letter}{sheets.MOST_PEOPLE + 1}")
    book.active.add_data_validation(rule)
