from __future__ import annotations

from datetime import datetime, time, timedelta
from itertools import groupby
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from servicedesk.audit.enums import Act, Result
from servicedesk.audit.lines import kinds
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.wall import Person

ANY = ("", _("any"))
NAMESAKES = 200
PLAIN = {"act": "act", "result": "result", "subject_kind": "kind", "subject_id": "subject", "by_user": "by"}
PERSONAL = frozenset({"who", "by", "subject"})
TITLES = {
    "accounts": _("Accounts"),
    "doors": _("Access"),
    "audit": _("Audit trail"),
    "files": _("Files"),
    "notices": _("Messages"),
}


def _room(choice: tuple[str, Any]) -> str:
    return choice[0].partition(".")[0]


def _acts() -> list[Any]:
    by_room = groupby(sorted(Act.choices, key=_room), key=_room)
    return [ANY, *((TITLES.get(room, room), list(choices)) for room, choices in by_room)]


def _kinds() -> list[Any]:
    return [ANY, *sorted(kinds().items(), key=lambda kind: str(kind[1]))]


class Select(forms.Select):
    def __init__(self) -> None:
        super().__init__({"class": "form-select"})


class Day(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__({"class": "form-control"}, format="%Y-%m-%d")


class TrailFilter(forms.Form):
    """What an auditor asks the trail. Days are whole days of the person's own zone."""

    from_on = forms.DateField(label=_("From"), required=False, widget=Day)
    to_on = forms.DateField(label=_("To"), required=False, widget=Day)
    act = forms.ChoiceField(label=_("Act"), required=False, choices=_acts, widget=Select)
    result = forms.ChoiceField(label=_("Result"), required=False, choices=[ANY, *Result.choices], widget=Select)
    kind = forms.ChoiceField(label=_("About"), required=False, choices=_kinds, widget=Select)
    who = forms.CharField(
        label=_("Who"), required=False, max_length=60, widget=forms.TextInput({"class": "form-control"})
    )
    by = forms.UUIDField(label=_("One account"), required=False, widget=forms.HiddenInput)
    subject = forms.CharField(label=_("One thing"), required=False, max_length=60, widget=forms.HiddenInput)

    def __init__(self, data: MultiValueDict[str, str] | dict[str, str], person: Person) -> None:
        super().__init__(data)
        self.person = person

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("from_on") and said.get("to_on") and said["from_on"] > said["to_on"]:
            self.add_error("to_on", _("The last day is before the first one."))
        return said

    def condition(self) -> Q:
        said = self.cleaned_data
        condition = Q(**{column: said[name] for column, name in PLAIN.items() if said[name]})
        if said["from_on"]:
            condition &= Q(at__gte=_midnight(said["from_on"]))
        if said["to_on"]:
            condition &= Q(at__lt=_midnight(said["to_on"] + timedelta(days=1)))
        return condition & self._named(said["who"]) if said["who"] else condition

    def _named(self, words: str) -> Q:
        """Part of a name, among the people that the person may see."""
        members = Membership.objects.visible_to(self.person).filter(name__icontains=words)
        return Q(by_user__in=list(members.values_list("user_id", flat=True)[:NAMESAKES]))

    @property
    def chosen(self) -> dict[str, str]:
        """The filters that are set, as the address says them."""
        return {name: value for name in self.fields if (value := str(self.data.get(name) or "").strip())}

    def closed_words(self) -> dict[str, str]:
        """What an export's own line says of its filters: codes and days, and of a person only that one was named."""
        return {name: "given" if name in PERSONAL else value for name, value in self.chosen.items()}


def _midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
