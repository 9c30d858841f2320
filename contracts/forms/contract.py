from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from contracts.blueprint import blueprint, names
from contracts.models import Contract
from contracts.terms import is_sound, last_day
from servicedesk.clocks.models import Team
from servicedesk.sla.promise import Unit
from servicedesk.tenancy.enums import Side
from servicedesk.tenancy.models import Engagement, Hospital, Vendor
from servicedesk.tenancy.wall import Person

UNITS = (
    (Unit.ELAPSED_MINUTES.value, _("hours, day and night")),
    (Unit.WORKING_DAYS.value, _("working days")),
    (Unit.CALENDAR_DAYS.value, _("calendar days")),
)


class DateField(forms.DateField):
    """With the browser's own calendar, and no year that nobody means."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)

    def clean(self, value: Any) -> date | None:
        day = super().clean(value)
        if day is not None and not is_sound(day):
            raise forms.ValidationError(_("Nobody means a year like this one. Check the dates."))
        return day


class StartForm(forms.Form):
    """From which blueprint, and with whom."""

    code = forms.ChoiceField(label=_("Blueprint"), widget=forms.RadioSelect)
    hospital = forms.ModelChoiceField(Hospital.objects.none(), label=_("Hospital"), empty_label=_("choose …"))
    vendor = forms.ModelChoiceField(Vendor.objects.none(), label=_("Vendor"), empty_label=_("choose …"))
    name = forms.CharField(
        label=_("Name of the contract"), max_length=60, required=False, help_text=_("Empty: the blueprint's own name.")
    )

    def __init__(self, *args: Any, by: Person, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].choices = [(code, blueprint(code).name) for code in names()]
        today = timezone.localdate(at)
        now = Q(from_on__lte=today) & (Q(to_on__isnull=True) | Q(to_on__gte=today))
        engaged = Engagement.objects.visible_to(by).filter(now)
        hospitals = engaged.filter(hospital_id__in=by.writable).values("hospital_id")
        self.fields["hospital"].queryset = Hospital.objects.visible_to(by).filter(id__in=hospitals)
        self.fields["vendor"].queryset = Vendor.objects.visible_to(by).filter(id__in=engaged.values("vendor_id"))
        own = "hospital" if by.side == Side.HOSPITAL else "vendor"
        self.own = {own: by.hospital_id if own == "hospital" else by.vendor_id}
        del self.fields[own]


class ContractForm(forms.ModelForm):
    """The contract's own facts. The term of one in force is not rewritten."""

    starts_on = DateField(label=_("Term from"), required=False)
    ends_on = DateField(label=_("Term to"), required=False, help_text=_("The last day. Empty: as the blueprint says."))
    hotline = forms.CharField(label=_("Hotline"), max_length=40, required=False)

    class Meta:
        model = Contract
        fields = ("number", "name", "starts_on", "ends_on", "is_signed_yearly", "price", "residents_agreed")

    field_order = (
        "number", "name", "hotline", "team", "starts_on", "ends_on", "is_signed_yearly", "residents_agreed", "price",
    )  # fmt: skip

    def __init__(self, *args: Any, by: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if by.side == Side.VENDOR:
            self._offer_teams(by)
        self.fields["hotline"].initial = self.instance.desk.hotline
        hotline = blueprint(self.instance.blueprint).owed.hotline if self.instance.blueprint in names() else None
        if hotline:
            self.fields["hotline"].help_text = hotline.hint + (f"（{hotline.clause}）" if hotline.clause else "")
        if self.instance.activated_at:
            for name in ("starts_on", "ends_on", "is_signed_yearly"):
                del self.fields[name]

    def _get_validation_exclusions(self) -> set[str]:
        """The parties stand already, and 'a contract of this number' asks for them."""
        return super()._get_validation_exclusions() - {"hospital", "vendor"}

    def _offer_teams(self, by: Person) -> None:
        """The roster is the vendor's; the hospital learns only who answers."""
        self.fields["team"] = forms.ModelChoiceField(
            Team.objects.visible_to(by), label=_("Team on duty"), required=False, empty_label=_("none"),
            initial=self.instance.desk.team_id, help_text=_("Its roster says who answers for this contract."),
        )  # fmt: skip
        self.order_fields(self.field_order)

    def desk(self) -> dict[str, Any]:
        """What of the form stands on the contract's desk."""
        return {name: self.cleaned_data[name] for name in ("hotline", "team") if name in self.cleaned_data}

    def clean_number(self) -> str:
        number = self.cleaned_data["number"].strip()
        if self.instance.activated_at and not number:
            raise forms.ValidationError(_("The contract has no number."))
        return number

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        starts_on, ends_on = given.get("starts_on"), given.get("ends_on")
        if ends_on and not starts_on and "starts_on" not in self.errors:
            self.add_error("starts_on", _("A term that ends begins somewhere."))
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", _("The term ends before it begins."))
        if starts_on and ends_on is None and "ends_on" not in self.errors:
            self._take_blueprints_term(given, starts_on)
        return given

    def _take_blueprints_term(self, given: dict[str, Any], starts_on: date) -> None:
        term = blueprint(self.instance.blueprint).owed.term if self.instance.blueprint in names() else None
        if term is None:
            self.add_error("ends_on", _("The last day of the term is missing."))
        else:
            given["ends_on"] = last_day(starts_on, months=term.months)


class SolveTimeForm(forms.Form):
    """ICU-19: a time, or the explicit word that there is none."""

    agreed = forms.ChoiceField(
        label=_("Is a time agreed in which a fault is solved?"),
        widget=forms.RadioSelect,
        choices=(("time", _("Yes, this one:")), ("none", _("No, none is agreed"))),
    )
    number = forms.IntegerField(label=_("Solved within"), min_value=1, max_value=9999, required=False)
    unit = forms.ChoiceField(label=_("Counted in"), choices=UNITS, required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("agreed") == "time" and not given.get("number") and "number" not in self.errors:
            self.add_error("number", _("Say in how many hours or days."))
        return given

    def agreement(self) -> dict[str, Any]:
        """The arguments of `agree_solve_time`."""
        unit = Unit(self.cleaned_data["unit"] or Unit.ELAPSED_MINUTES)
        if self.cleaned_data["agreed"] == "none":
            return {"target": None, "unit": unit}
        factor = 60 if unit is Unit.ELAPSED_MINUTES else 1
        return {"target": self.cleaned_data["number"] * factor, "unit": unit}


class SigningForm(forms.Form):
    number = forms.CharField(label=_("Number of the yearly contract"), max_length=60, required=False)
    from_on = DateField(label=pgettext_lazy("date", "From"))
    to_on = DateField(label=pgettext_lazy("date", "To"), help_text=_("The last day."))


class RenewForm(forms.Form):
    number = forms.CharField(label=_("Number of the next contract"), max_length=60)
    starts_on = DateField(label=_("Term from"))
    ends_on = DateField(label=_("Term to"), help_text=_("The last day."))


class EndForm(forms.Form):
    reason = forms.CharField(label=_("Why the contract ends early"), max_length=300, widget=forms.Textarea({"rows": 3}))
