from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from servicedesk.clocks.calendars_year import Kind, Year
from servicedesk.clocks.models import ExtraDay
from servicedesk.sla.calendar import FIRST_YEAR, LAST_YEAR


class ExtraDayForm(forms.ModelForm):
    """`land` is the land's year of a day: what is so for everybody anyway needs no day of one's own."""

    is_worked = forms.TypedChoiceField(
        label=gettext_lazy("On this day the hospital"),
        choices=[("no", gettext_lazy("does not work")), ("yes", gettext_lazy("works, though it is a weekend"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )

    class Meta:
        model = ExtraDay
        fields = ("on", "is_worked", "why")
        widgets = {"on": forms.DateInput({"type": "date"}, format="%Y-%m-%d")}
        help_texts = {"why": gettext_lazy("Both sides read it, such as: founding day, moving to the new building.")}

    def __init__(self, *args: Any, land: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.land = land
        self.initial["is_worked"] = "yes" if self.instance.is_worked else "no"

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if not FIRST_YEAR <= on.year <= LAST_YEAR:
            words = {"first": FIRST_YEAR, "last": LAST_YEAR}
            raise ValidationError(_("Years from %(first)s to %(last)s can be entered.") % words)
        return on

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "on" in cleaned and "is_worked" in cleaned:
            self._refuse_needless(self.land(cleaned["on"].year), cleaned["on"], is_worked=cleaned["is_worked"])
        return cleaned

    def _refuse_needless(self, land: Year, on: date, *, is_worked: bool) -> None:
        kind = land.day(on).kind
        if is_worked and kind in {Kind.ORDINARY, Kind.WORKED}:
            self.add_error("is_worked", _("%(day)s is a workday anyway.") % {"day": on})
        if not is_worked and kind == Kind.CLOSED:
            self.add_error("on", _("%(day)s is a day off for everybody anyway.") % {"day": on})

    def _get_validation_exclusions(self) -> set[str]:
        """The hospital is set by the page, and 'says something about this day already' asks for it."""
        return super()._get_validation_exclusions() - {"hospital"}
