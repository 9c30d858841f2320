from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from servicedesk.accounts.forms.people import offer_departments
from servicedesk.tenancy.models import Department, Place
from servicedesk.tenancy.wall import Person


class DepartmentForm(forms.ModelForm):
    class Meta:
        model = Department
        fields = ("name", "phone")
        help_texts = {"phone": _("The number a reporter is called back on.")}

    def _get_validation_exclusions(self) -> set[str]:
        """The hospital is set by the page, and 'a department of this name' asks for it."""
        return super()._get_validation_exclusions() - {"hospital"}


class PlaceForm(forms.ModelForm):
    class Meta:
        model = Place
        fields = ("department", "campus", "building", "floor", "room")

    def __init__(self, *args: Any, by: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_departments(self.fields["department"], by)
