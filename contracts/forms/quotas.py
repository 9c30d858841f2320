from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class UseForm(forms.Form):
    what = forms.CharField(label=_("What for"), max_length=120)
    amount = forms.IntegerField(label=_("How many"), min_value=1, max_value=9999, initial=1)


class DecideForm(forms.Form):
    granted = forms.ChoiceField(
        label=_("Decision"), widget=forms.RadioSelect, choices=(("yes", _("Granted")), ("no", _("Not granted")))
    )
    said = forms.CharField(label=_("Why"), max_length=200, required=False)

    def decision(self) -> dict[str, Any]:
        return {"is_granted": self.cleaned_data["granted"] == "yes", "said": self.cleaned_data["said"]}
