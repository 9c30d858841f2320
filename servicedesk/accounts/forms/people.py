from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from servicedesk.accounts import selectors
from servicedesk.accounts.models import Invitation
from servicedesk.accounts.permissions import INVITES
from servicedesk.tenancy.enums import Role, Side
from servicedesk.tenancy.models import Department, Hospital, Membership, Vendor
from servicedesk.tenancy.wall import Person


def role_choices(person: Person) -> list[tuple[str, Any]]:
    return [(role.value, role.label) for role in Role if role in INVITES[person.role]]


def offer_departments(field: Any, person: Person) -> None:
    """Those of the person's own hospital that are not closed."""
    field.queryset = Department.objects.visible_to(person).filter(hospital_id=person.hospital_id, closed_at=None)
    field.empty_label = _("no department")


class InviteForm(forms.ModelForm):
    """`by` invites into their own organisation."""

    role = forms.TypedChoiceField(label=_("Role"), coerce=Role)

    class Meta:
        model = Invitation
        fields = ("name", "role", "department", "phone", "email")
        labels = {"name": _("Full name")}

    def __init__(self, *args: Any, by: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = role_choices(by)
        if by.side == Side.HOSPITAL:
            offer_departments(self.fields["department"], by)
            self.fields["department"].help_text = _("A ward reporter reports for this department.")
        else:
            del self.fields["department"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("role") == Role.WARD_REPORTER and not given.get("department"):
            self.add_error("department", _("A ward reporter needs a department."))
        return given


class FirstLeadForm(forms.Form):
    """The security administrator brings in the first lead of an organisation that has none."""

    organisation = forms.ChoiceField(label=_("Organisation"))
    name = forms.CharField(label=_("Full name"), max_length=60)
    phone = forms.CharField(label=_("Phone"), max_length=30, required=False)
    email = forms.EmailField(label=_("Mail address"), required=False)

    def __init__(self, *args: Any, by: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = selectors.organisations_without_lead(by)
        self.rows = {f"{row._meta.model_name}-{row.pk}": row for row in rows}
        self.fields["organisation"].choices = [(key, str(row)) for key, row in self.rows.items()]

    def clean_organisation(self) -> Hospital | Vendor:
        return self.rows[self.cleaned_data["organisation"]]

    def invitation(self) -> dict[str, Any]:
        """The arguments of `invite`."""
        hospital = isinstance(self.cleaned_data["organisation"], Hospital)
        return {**self.cleaned_data, "role": Role.IT_LEAD if hospital else Role.VENDOR_MANAGER}


class RoleForm(forms.ModelForm):
    role = forms.TypedChoiceField(label=_("Role"), coerce=Role)

    class Meta:
        model = Membership
        fields = ("role", "department")

    def __init__(self, *args: Any, by: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = role_choices(by)
        if by.side == Side.HOSPITAL:
            offer_departments(self.fields["department"], by)
        else:
            del self.fields["department"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("role") == Role.WARD_REPORTER and not given.get("department"):
            self.add_error("department", _("A ward reporter needs a department."))
        return given


class HandOverForm(forms.Form):
    successor = forms.ModelChoiceField(Membership.objects.none(), label=_("Who takes over"))
    with_role = forms.BooleanField(label=_("They also get the role"), required=False)

    def __init__(self, *args: Any, leaver: Membership, by: Person, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["successor"].queryset = selectors.successors(leaver, by, at=at)


class SheetForm(forms.Form):
    sheet = forms.FileField(label=_("Spreadsheet"), error_messages={"required": _("Choose a file first.")})
