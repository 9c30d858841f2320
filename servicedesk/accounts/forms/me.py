from __future__ import annotations

from django import forms

from servicedesk.tenancy.models import Membership


class DetailsForm(forms.ModelForm):
    class Meta:
        model = Membership
        fields = ("name", "phone", "email")
