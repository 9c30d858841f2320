"""Free text as people type it: nothing invisible in it, and a warning when it looks like a patient."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets.forms.fields import Words
from tickets.patient_data import ALL, Kind, kinds_in, masked

# Control characters, and those that turn the writing direction of what follows.
UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
ANSWER, MASK, AS_IT_IS = "patient_data", "mask", "keep"


class PlainText(forms.CharField):
    """A CharField that says which sort of character it does not take."""

    def clean(self, value: Any) -> Any:
        text = "" if value is None else str(value)
        if UNSEEN.search(text):
            raise forms.ValidationError(gettext_lazy("It holds characters that cannot be seen. Type it anew."))
        return super().clean(value)


class GuardsPatientData(forms.Form):
    """A form whose `guarded` texts (none named: whatever is written into it) are looked through: it is sent only after
    one click, which masks what was found or says that it is none.

        class AnswerForm(GuardsPatientData): guarded = ("text",)
        {% include "tickets/_patient_data.html" %}    above the form's own button
    """

    guarded: tuple[str, ...] = ()
    looks_for: frozenset[Kind] = ALL

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        answer = str(self.data.get(ANSWER, ""))
        for name in self.guarded or self._written():
            text = given.get(name) or ""
            if kinds := kinds_in(text, self.looks_for):
                if answer == MASK:
                    given[name] = masked(text, self.looks_for)
                elif answer != AS_IT_IS:
                    self.add_error(name, self._warning(kinds))
        return given

    def _written(self) -> list[str]:
        return [name for name, field in self.fields.items() if isinstance(field, Words | PlainText)]

    def _warning(self, kinds: list[str]) -> forms.ValidationError:
        words = {"what": _(", ").join(kinds)}
        return forms.ValidationError(_("This looks like %(what)s. Patients stay out of it.") % words, code="patient")

    @property
    def looks_like_a_patient(self) -> bool:
        """Whether nothing but this keeps the form from being sent."""
        codes = [error.code for errors in self.errors.as_data().values() for error in errors]
        return bool(codes) and set(codes) == {"patient"}
