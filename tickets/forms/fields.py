"""What people write and choose on a ticket: free text without control characters, moments that somebody can mean."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tickets.forms.texts import CONTROL, NOT_SHOWN

TYPED = re.compile(rf"[^{CONTROL}]*")
FAR = timedelta(days=366)
IN_OUR_TIME = [MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2200, 1, 1))]


class Words(forms.CharField):
    """Emoji, any script and angle brackets are text like any other; what no keyboard writes is refused."""

    def __init__(self, *, rows: int = 3, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), **kwargs)
        self.validators = [one for one in self.validators if type(one).__name__ != "ProhibitNullCharactersValidator"]

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value) or "").replace("\r\n", "\n")

    def run_validators(self, value: str) -> None:
        if not TYPED.fullmatch(value):
            raise forms.ValidationError(NOT_SHOWN)
        super().run_validators(value)


class Line(Words):
    """In one line."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget = forms.TextInput(attrs={"maxlength": str(self.max_length)})


class Moment(forms.DateTimeField):
    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(widget=widget, **kwargs)


class Past(Moment):
    """A moment that has been."""

    def clean(self, value: Any) -> datetime | None:
        moment = super().clean(value)
        if moment and moment > timezone.now():
            raise forms.ValidationError(_("This lies in the future."))
        return moment


class Coming(Moment):
    """A moment to come, within a year."""

    def clean(self, value: Any) -> datetime | None:
        moment = super().clean(value)
        if moment is None:
            return None
        now = timezone.now()
        if moment <= now:
            raise forms.ValidationError(_("Choose a time to come."))
        if moment > now + FAR:
            raise forms.ValidationError(_("This is more than a year ahead."))
        return moment
