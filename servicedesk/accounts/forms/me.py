from __future__ import annotations

from django import forms

from servicedesk.accounts.models import User
from servicedesk.tenancy.models import Membership


class DetailsForm(forms.ModelForm):
    class Meta:
        model = Membership
        fields = ("name", "phone", "email")


class LookForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ("language", "theme")
