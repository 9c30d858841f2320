from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from contracts.models import Contract
from servicedesk.sla.promise import Severity
from servicedesk.tenancy.wall import Person
from tickets.enums import Cause, Ending, Satisfaction
from tickets.forms.fields import IN_OUR_TIME
from tickets.records import OF_INTERFACES
from tickets.searching import saying

ANY = ("", _("any"))
PLAIN = ("contract", "severity", "cause", "satisfaction", "ending")
KINDS = (
    ("recurring", _("Returned, or came back later"), Q(is_recurring=True) | Q(came_back=True)),
    ("again", _("Solved in the second cycle or later"), Q(cycles__gt=1)),
    ("missed", _("With a missed promise"), Q(missed__gt=0)),
    ("interface", _("Of an interface"), OF_INTERFACES),
)


def _select() -> forms.Select:
    return forms.Select({"class": "form-select"})


def _day() -> forms.DateInput:
    widget = forms.DateInput({"class": "form-control", "type": "date"}, format="%Y-%m-%d")
    widget.input_type = "date"
    return widget


def _choice(label: Any, choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=[ANY, *choices], widget=_select())


class RecordFilter(forms.Form):
    """Days are whole days of the person's own zone, of the moment of closing."""

    q = forms.CharField(
        label=_("Words"), required=False, max_length=60, widget=forms.TextInput({"class": "form-control"})
    )
    contract = _choice(_("Contract"), [])
    from_on = forms.DateField(label=_("Closed from"), required=False, widget=_day(), validators=IN_OUR_TIME)
    to_on = forms.DateField(label=_("Closed to"), required=False, widget=_day(), validators=IN_OUR_TIME)
    severity = _choice(_("severity"), [(each.value, each.value) for each in Severity if each])
    cause = _choice(_("cause"), Cause.choices)
    satisfaction = _choice(_("satisfaction"), Satisfaction.choices)
    ending = _choice(pgettext_lazy("record", "confirmed"), Ending.choices)
    kind = _choice(_("What stands out"), [(name, words) for name, words, _condition in KINDS])

    def __init__(self, data: Any, person: Person) -> None:
        super().__init__(data)
        self.person = person
        contracts = Contract.objects.visible_to(person).filter(activated_at__isnull=False).select_related("hospital")
        named = [(str(row.pk), f"{row.hospital.short_name} · {row.name}") for row in contracts.order_by("-id")]
        self.fields["contract"].choices = [ANY, *named]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("from_on") and said.get("to_on") and said["from_on"] > said["to_on"]:
            self.add_error("to_on", _("The last day is before the first one."))
        return said

    def condition(self) -> Q:
        said = self.cleaned_data
        condition = Q(**{name: said[name] for name in PLAIN if said[name]})
        for name, _words, asked in KINDS:
            condition &= asked if said["kind"] == name else Q()
        if said["from_on"]:
            condition &= Q(closed_at__gte=_midnight(said["from_on"]))
        if said["to_on"]:
            condition &= Q(closed_at__lt=_midnight(said["to_on"] + timedelta(days=1)))
        return condition & saying(self.person, said["q"]) if said["q"] else condition

    @property
    def chosen(self) -> dict[str, str]:
        """The filters that are set, as the address says them."""
        return {name: value for name in self.fields if (value := str(self.data.get(name) or "").strip())}

    def closed_words(self) -> dict[str, str]:
        """What an export's line in the trail says of its filters; of typed words only that there were some."""
        said = self.cleaned_data
        days = {name: said[name].isoformat() for name in ("from_on", "to_on") if said[name]}
        return self.chosen | days | ({"q": "given"} if "q" in self.chosen else {})


def _midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
