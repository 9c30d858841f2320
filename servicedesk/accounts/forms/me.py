from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from servicedesk.tenancy.models import Membership


class DetailsForm(forms.ModelForm):
    class Meta:
        model = Membership
        fields = ("name", "phone", "email")
        labels = {"name": _("Full name")}
