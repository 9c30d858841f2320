"""What is reported, in a browser or written down during a call: which system, what happened, how bad it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.models import Level
from servicedesk.clocks.words import CHANNELS
from servicedesk.sla.promise import Channel, Severity
from servicedesk.tenancy.enums import Reach, Side
from servicedesk.tenancy.models import Department, Membership, Place
from servicedesk.tenancy.wall import Person
from tickets.forms.texts import GuardsPatientData, PlainText
from tickets.offering import Target, by_phone_only, catalogue_for, grouped, levels_of_contract, targets_for
from tickets.permissions import REPORT_FAULTS
from tickets.services.reporting import TITLE, Report

FILES_AT_MOST = 10


@dataclass(frozen=True)
class Choice:
    """A severity as the contract says it; `only_by_phone` is shown with the hotline."""

    value: str
    words: Level
    only_by_phone: bool
    is_chosen: bool


class FaultForm(GuardsPatientData):
    """The kinds of service and the levels are those of the chosen system's contract."""

    phones_too = ("title", "words")

    system = forms.ChoiceField(label=gettext_lazy("Which system"))
    category = forms.ChoiceField(label=gettext_lazy("What is it about"))
    severity = forms.ChoiceField(label=gettext_lazy("How bad is it"), required=False)
    title = PlainText(label=gettext_lazy("What happened"), max_length=TITLE)
    words = PlainText(
        label=gettext_lazy("More, if it helps"), max_length=20_000, required=False,
        widget=forms.Textarea({"rows": 4}),
    )  # fmt: skip
    submission = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, person: Person, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person, self.at = person, at
        self.targets = {target.key: target for target in targets_for(person, at=at)}
        self.target = self._chosen()
        self.fields["submission"].initial = uuid4()
        for field in self.fields.values():
            if isinstance(field.widget, forms.Textarea | forms.TextInput):
                field.widget.attrs.setdefault("autocomplete", "off")
        self._offer()

    def _typed(self, name: str) -> str:
        given = self.data.get(name) if self.is_bound else self.initial.get(name)
        return str(given or "")

    def _chosen(self) -> Target | None:
        if len(self.targets) == 1:
            return next(iter(self.targets.values()))
        return self.targets.get(self._typed("system"))

    def _offer(self) -> None:
        of_vendor = self.person.side == Side.VENDOR
        groups = grouped(list(self.targets.values()), with_hospital=of_vendor)
        self.fields["system"].choices = groups if self.target else [("", _("Choose a system")), *groups]
        if self.target is None:
            return
        self.fields["system"].initial = self.target.key
        items = catalogue_for(self.target.contract, self.person.role)
        self.fields["category"].choices = [(item.category, item.name) for item in items]
        self.severities = levels_of_contract(self.target.contract)
        self.fields["severity"].choices = [(level.value, level.value) for level in self.severities]
        self.fields["severity"].required = bool(self.severities)
        self.fields["severity"].disabled = not self.severities  # one chosen under another contract says nothing here

    @property
    def levels(self) -> list[Choice]:
        if self.target is None or not self.severities:
            return []
        contract = self.target.contract
        category = self._typed("category") or next(iter(dict(self.fields["category"].choices)), "")
        grave = by_phone_only(contract, category, self.severities, at=self.at)
        words = {row.severity: row for row in Level.objects.filter(contract=contract)}
        chosen = self._typed("severity")
        return [Choice(one.value, words[one.value], one in grave, chosen == one.value) for one in self.severities]

    def facts(self) -> dict[str, Any]:
        given = self.cleaned_data
        assert self.target is not None
        return {
            "contract": self.target.contract,
            "system": self.target.system,
            "category": given["category"],
            "severity": Severity(given["severity"]),
            "title": given["title"],
            "words": given["words"],
            "submission": given["submission"],
        }


class ReportForm(FaultForm):
    """Of somebody who is signed in and has the trouble, or stands beside who has."""

    phones_too = ("title", "words", "where")

    department = forms.ModelChoiceField(
        Department.objects.none(), label=gettext_lazy("Department"), required=False,
        empty_label=gettext_lazy("no department"),
    )  # fmt: skip
    place = forms.ModelChoiceField(
        Place.objects.none(), label=gettext_lazy("Place"), required=False, empty_label=gettext_lazy("not listed")
    )
    where = PlainText(label=gettext_lazy("Device or workstation"), max_length=160, required=False)
    phone = PlainText(label=gettext_lazy("Extension or phone to call back"), max_length=30, required=False)
    file = forms.FileField(required=False)

    def __init__(self, *args: Any, member: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.member, person = member, self.person
        own = {"hospital_id": person.hospital_id, "closed_at": None}
        self.fields["department"].queryset = Department.objects.visible_to(person).filter(**own)
        self.fields["place"].queryset = Place.objects.visible_to(person).filter(**own)
        self.fields["department"].initial = person.department_id
        phone = member.phone or (member.department.phone if member.department else "")
        self.fields["phone"].initial = phone

    def report(self) -> Report:
        given = self.cleaned_data
        place = given["place"]
        return Report(
            **self.facts(),
            channel=Channel.WEB,
            department=given["department"] or (place.department if place else None),
            place=place,
            where=" ".join(part for part in (str(place or ""), given["where"]) if part),
            reporter=self.member,
            reporter_phone=given["phone"],
        )


BY_HAND = (Channel.PHONE, Channel.MAIL, Channel.QQ, Channel.ON_SITE, Channel.REMOTE)


class ByHandForm(FaultForm):
    """A call, or a mail until the product reads mail by itself, written down by either side."""

    channel = forms.ChoiceField(
        label=gettext_lazy("How it came"), choices=[(one.value, CHANNELS[one]) for one in BY_HAND],
        initial=Channel.PHONE.value,
    )  # fmt: skip
    where = PlainText(label=gettext_lazy("Where"), max_length=160, required=False)

    field_order = ("channel", "system", "category", "severity", "title", "where", "words")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_ones_own:
            self.fields["channel"].widget, self.fields["channel"].disabled = forms.HiddenInput(), True

    @property
    def is_ones_own(self) -> bool:
        """A ward writes down what it phoned itself; what came by mail or otherwise is for the IT department to say."""
        return REPORT_FAULTS.reach_of(self.person) == Reach.DEPARTMENT

    def whose(self) -> dict[str, Any]:
        if not self.is_ones_own:
            return {}
        member = Membership.objects.select_related("department").get(pk=self.person.membership_id)
        return {"reporter": member, "department": member.department}
