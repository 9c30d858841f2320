from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from servicedesk.tenancy.scopes import OF_SIDE, Scope
from servicedesk.tenancy.wall import Person

LONGEST_DAYS = 365
USUAL_DAYS = 90


class TokenForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Which machine"),
        max_length=40,
        help_text=gettext_lazy("As it shall be named beside what it does, such as the name of your platform."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scopes = forms.TypedMultipleChoiceField(
        label=gettext_lazy("What it may do"), coerce=Scope, widget=forms.CheckboxSelectMultiple
    )
    until_on = forms.DateField(
        label=gettext_lazy("Last day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("A year at the most. Make a new one before, then revoke this one."),
    )

    def __init__(self, *args: Any, by: Person, today: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["scopes"].choices = [(scope.value, scope.label) for scope in OF_SIDE[by.side]]
        self.initial.setdefault("until_on", today + timedelta(days=USUAL_DAYS))

    def clean_until_on(self) -> Any:
        until_on = self.cleaned_data["until_on"]
        if not self.today <= until_on < self.today + timedelta(days=LONGEST_DAYS):
            raise forms.ValidationError(_("Choose a day between today and a year from now."))
        return until_on

    @property
    def until_at(self) -> datetime:
        """The end of the last day."""
        midnight = datetime.combine(self.cleaned_data["until_on"] + timedelta(days=1), time())
        return timezone.make_aware(midnight)
