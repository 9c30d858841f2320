from __future__ import annotations

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class PauseForm(forms.Form):
    why = forms.CharField(label=_("Reason for the pause"), max_length=200, help_text=_("Both sides read it."))


class WaiverForm(forms.Form):
    solved_at = forms.DateTimeField(
        label=_("Not needed any more since"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    why = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))

    def clean_solved_at(self) -> object:
        moment = self.cleaned_data["solved_at"]
        if moment > timezone.now():
            raise forms.ValidationError(_("This lies in the future."))
        return moment


class DecisionForm(forms.Form):
    said = forms.CharField(
        label=_("What the hospital says"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
