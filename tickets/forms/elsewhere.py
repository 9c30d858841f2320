from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from tickets.forms.texts import GuardsPatientData


class ElsewhereForm(GuardsPatientData):
    number = forms.CharField(
        label=_("Number elsewhere"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Under which the other system keeps this ticket. Empty takes it away."),
    )
    source = forms.CharField(
        label=_("Of which system"),
        max_length=30,
        required=False,
        help_text=_("Such as OA or an integration platform; each number is one ticket's there."),
    )
