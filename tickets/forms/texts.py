"""Free text as people type it: nothing invisible in it, and a warning when it looks like a patient."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets.patient_data import ALL, NEVER_ONES_OWN, Kind, kinds_in, masked

CONTROL = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
# Those, and what turns the writing direction of what follows: a title would read as another's.
UNSEEN = re.compile(rf"[{CONTROL}\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
NOT_SHOWN = gettext_lazy("There are characters in it that cannot be shown. Type it anew.")
ANSWER, MASK, AS_IT_IS = "patient_data", "mask", "keep"


class PlainText(forms.CharField):
    """A CharField that says which sort of character it does not take."""

    def clean(self, value: Any) -> Any:
        text = "" if value is None else str(value)
        if UNSEEN.search(text):
            raise forms.ValidationError(NOT_SHOWN)
        return super().clean(value)


class GuardsPatientData(forms.Form):
    """A form whose texts, whatever they are, are looked through: it is sent only after one click, which masks what was
    found or says that it is none. Every form that writes something is one; a test walks them.

        class AnswerForm(GuardsPatientData): …
        {% include "tickets/_patient_data.html" %}    above the form's own button
    """

    phones_too: tuple[str, ...] = ()  # where a mobile number is more likely a patient's than a colleague's

    def full_clean(self) -> None:
        if self.is_bound and self.data.get(ANSWER) == MASK:
            self.data = self._masked()
        super().full_clean()

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if self.data.get(ANSWER) not in (MASK, AS_IT_IS):
            for name, text in self._written():
                if kinds := kinds_in(text, self._looked_for(name)):
                    self.add_error(name, self._warning(kinds))
        return given

    def _masked(self) -> dict[str, Any]:
        data = self.data.copy()
        for name, text in self._written():
            data[self.add_prefix(name)] = masked(text, self._looked_for(name))
        return data

    def _written(self) -> list[tuple[str, str]]:
        """As it was typed; a field may make something else of it."""
        texts = [name for name, field in self.fields.items() if is_written(field)]
        return [(name, str(self.data.get(self.add_prefix(name)) or "")) for name in texts]

    def _looked_for(self, name: str) -> frozenset[Kind]:
        return ALL if name in self.phones_too else NEVER_ONES_OWN

    def _warning(self, kinds: list[str]) -> forms.ValidationError:
        return forms.ValidationError(warning(kinds), code="patient")

    @property
    def looks_like_a_patient(self) -> bool:
        """Whether nothing but this keeps the form from being sent."""
        codes = [error.code for errors in self.errors.as_data().values() for error in errors]
        return bool(codes) and set(codes) == {"patient"}


def is_written(field: forms.Field) -> bool:
    """Free text, of which nobody knows what stands in it."""
    return isinstance(field, forms.CharField) and isinstance(field.widget, forms.TextInput | forms.Textarea)


def warning(kinds: list[str]) -> str:
    return _("This looks like %(what)s. Patients stay out of it.") % {"what": _(", ").join(kinds)}
