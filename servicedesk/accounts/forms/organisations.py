from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from servicedesk.tenancy.letters import LONGEST, are_free
from servicedesk.tenancy.models import Engagement, Hospital, SupportSession, Vendor
from servicedesk.tenancy.wall import Person


class HospitalForm(forms.ModelForm):
    letters = forms.CharField(
        label=_("Letters before its numbers"), max_length=LONGEST, required=False,
        help_text=_("Stand before every ticket number and never change. Left empty, they are made of the code."),
    )  # fmt: skip

    class Meta:
        model = Hospital
        fields = ("name", "short_name", "code", "letters", "hue")
        help_texts = {
            "short_name": _("As people say it; stands on every ticket."),
            "code": _("In addresses and file names; keep it."),
            "hue": _("A colour by its degrees: 0 red, 120 green, 240 blue. It tells this hospital from the others."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["letters"].disabled = self.instance.pk is not None

    def clean_letters(self) -> str:
        letters = str(self.cleaned_data["letters"]).strip().upper()
        if letters and self.instance.pk is None and not are_free(letters, Hospital.taken_letters()):
            raise forms.ValidationError(_("Another hospital has these, or one's end like the other's. Choose others."))
        return letters


class VendorForm(forms.ModelForm):
    class Meta:
        model = Vendor
        fields = ("name", "short_name", "code")


def _offer(field: Any, rows: Any) -> None:
    field.queryset, field.empty_label = rows, _("choose …")


class _Dates(forms.ModelForm):
    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        first = given.get("from_on") or self.instance.from_on
        last, read = given.get("to_on"), given.get("read_until")
        if first and last and last < first:
            self.add_error("to_on", _("This is before the first day."))
        if read and (not last or read < last):
            self.add_error("read_until", _("Reading goes on after the last day, so give a last day and a later one."))
        return given


DATES = ("from_on", "to_on", "read_until")
PICKERS = {name: forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d") for name in DATES}


class EngagementForm(_Dates):
    class Meta:
        model = Engagement
        fields = ("hospital", "vendor", *DATES)
        labels = {"hospital": _("Hospital"), "vendor": _("Vendor")}
        widgets = PICKERS

    def __init__(self, *args: Any, by: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self.fields["hospital"], Hospital.objects.visible_to(by))
        _offer(self.fields["vendor"], Vendor.objects.visible_to(by))


class EngagementEndForm(_Dates):
    class Meta:
        model = Engagement
        fields = ("to_on", "read_until")
        widgets = PICKERS


class SupportForm(forms.ModelForm):
    class Meta:
        model = SupportSession
        fields = ("hospital", "reason")
        labels = {"hospital": _("Hospital")}
        widgets = {"reason": forms.Textarea(attrs={"rows": 3})}
        help_texts = {"reason": _("The hospital reads this.")}

    def __init__(self, *args: Any, by: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self.fields["hospital"], Hospital.objects.visible_to(by))
