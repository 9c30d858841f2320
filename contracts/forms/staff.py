from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from contracts.enums import StaffRole
from contracts.forms.contract import DateField
from contracts.models import Contract, StaffMember
from servicedesk.tenancy.enums import Side
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.wall import Person


class StaffForm(forms.ModelForm):
    """Each party names the accounts of its own people; names and numbers both may write."""

    account = forms.ModelChoiceField(
        Membership.objects.none(),
        label=_("Account in this product"),
        required=False,
        empty_label=_("none"),
        help_text=_("Escalations reach only people with an account."),
    )
    from_on = DateField(label=_("Serves from"))

    class Meta:
        model = StaffMember
        fields = ("role", "name", "phone", "email", "is_resident", "from_on")
        labels = {"name": _("Full name")}

    field_order = ("role", "name", "phone", "email", "account", "is_resident", "from_on")

    def __init__(self, *args: Any, contract: Contract, by: Person, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        self.instance.hospital_id, self.instance.vendor_id = contract.hospital_id, contract.vendor_id
        self.instance.contract = contract
        if self.instance.role and StaffRole(self.instance.role).side != by.side:
            del self.fields["account"]  # theirs to name
            return
        own = {"hospital_id": by.hospital_id, "vendor_id": by.vendor_id}
        self.fields["account"].queryset = Membership.objects.visible_to(by).active(at=at).filter(**own)
        self.fields["account"].initial = self._own_account()

    def _own_account(self) -> Any:
        return self.instance.of_hospital_id if self.by.side == Side.HOSPITAL else self.instance.of_vendor_id

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        role = given.get("role") or self.instance.role
        if given.get("account") and role and StaffRole(role).side != self.by.side:
            self.add_error("account", _("The other party names the accounts of its own people."))
        return given

    def _post_clean(self) -> None:
        account = self.cleaned_data.get("account")
        if "account" not in self.errors:
            field = "of_hospital" if self.by.side == Side.HOSPITAL else "of_vendor"
            setattr(self.instance, field, account)
        super()._post_clean()


class ContactForm(StaffForm):
    """Of somebody on the list: their role stays, a change of people has a page of its own."""

    class Meta(StaffForm.Meta):
        fields = ("name", "phone", "email", "is_resident")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["from_on"]


class SuccessorForm(StaffForm):
    """Who follows, from when, and why."""

    why = forms.CharField(label=_("Why the person changes"), max_length=200)

    class Meta(StaffForm.Meta):
        fields = ("name", "phone", "email")

    def __init__(self, *args: Any, role: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.role = role


class LeaveForm(forms.Form):
    until_on = DateField(label=_("Last day"))
    reason = forms.CharField(label=_("Why the person leaves"), max_length=200)
