"""A week of hours in a form: a row per weekday, several segments in each. For any page that asks when work is done.

    week = WeekField(label=_("Weekly hours"))          {% include "clocks/week_field.html" with field=form.week %}

Its value is the core's `tuple[Hours, ...]`, Monday first.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from servicedesk.clocks.calendars_hours import WEEKDAYS, Week, hours_from, text_of
from servicedesk.clocks.words import in_words
from servicedesk.sla.calendar import Hours, Impossible

LONGEST = 120


class HoursField(forms.CharField):
    """One weekday's segments; nothing typed is a day without hours."""

    def __init__(self, weekday: Any, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=LONGEST, **kwargs)
        self.weekday = weekday

    def clean(self, value: Any) -> Any:
        try:
            return hours_from(super().clean(value))
        except Impossible as reason:
            words = {"weekday": self.weekday, "sentence": in_words(reason)}
            raise ValidationError(_("%(weekday)s: %(sentence)s") % words) from None


class WeekWidget(forms.MultiWidget):
    template_name = "clocks/widgets/week.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        shared = {"class": "form-control", "maxlength": LONGEST, "autocomplete": "off", "placeholder": "—"}
        boxes = [forms.TextInput({**shared, **(attrs or {}), "aria-label": weekday}) for weekday in WEEKDAYS]
        super().__init__(boxes)

    def decompress(self, value: Any) -> list[str]:
        return [text_of(tuple(map(tuple, hours))) for hours in value] if value else [""] * 7

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        if value and not all(isinstance(text, str | None) for text in value):
            value = self.decompress(value)  # Django takes any tuple for rows already typed
        context = super().get_context(name, value, attrs)
        context["rows"] = list(zip(WEEKDAYS, context["widget"]["subwidgets"], strict=True))
        return context


class WeekField(forms.MultiValueField):
    widget = WeekWidget

    def __init__(self, **kwargs: Any) -> None:
        rows = [HoursField(weekday) for weekday in WEEKDAYS]
        messages = {"required": gettext_lazy("A week needs working hours on at least one day.")}
        super().__init__(fields=rows, require_all_fields=False, error_messages=messages, **kwargs)

    def compress(self, days: list[Hours]) -> Week:
        if self.required and not any(days):
            raise ValidationError(self.error_messages["required"], code="required")
        return tuple(days) if days else ((),) * 7


class HoursForm(forms.Form):
    week = WeekField(
        label=gettext_lazy("Weekly hours"),
        help_text=gettext_lazy("Like 08:00-12:00 14:00-18:00; up to 24:00. Leave a day empty when nobody works."),
    )
