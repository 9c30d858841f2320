"""The rows that hang on a contract, kind by kind, edited as one list each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.forms.models import BaseInlineFormSet, inlineformset_factory
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from contracts.enums import Condition
from contracts.forms.contract import DateField
from contracts.models import (
    CatalogueItem,
    Contract,
    Deliverable,
    Expiry,
    Level,
    PaymentMilestone,
    PlannedInspection,
    Quota,
    ScopeLimit,
    System,
)
from contracts.models.part import PartOfContract
from contracts.models.scope import REPORTERS
from servicedesk.tenancy.enums import Role


class PartForm(forms.ModelForm):
    """The parties come from the contract; what must be unique among its rows is checked with them."""

    def __init__(self, *args: Any, contract: Contract, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.contract = contract
        self.instance.hospital_id, self.instance.vendor_id = contract.hospital_id, contract.vendor_id
        self.instance.contract = contract

    def _get_validation_exclusions(self) -> set[str]:
        return super()._get_validation_exclusions() - {"hospital", "vendor", "contract"}

    @property
    def is_new(self) -> bool:
        return self.instance._state.adding


class SystemForm(PartForm):
    starts_on = DateField(label=_("Own term from"), required=False)
    ends_on = DateField(label=_("Own term to"), required=False)

    class Meta:
        model = System
        fields = ("name", "version", "part_of", "interface_to", "starts_on", "ends_on", "clause")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = System.objects.filter(contract=self.contract, part_of=None).exclude(pk=self.instance.pk)
        self.fields["part_of"].queryset = others
        self.fields["part_of"].empty_label = _("a system of its own")
        self.fields["interface_to"].help_text = _("Only of an interface: the system at its other end, such as HIS.")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        starts_on, ends_on = given.get("starts_on"), given.get("ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", _("The system's term ends before it begins."))
        for name, day in (("starts_on", starts_on), ("ends_on", ends_on)):
            if day and name not in self.errors and not self._is_inside(day):
                self.add_error(name, _("A system's own term lies inside the contract's."))
        return given

    def _is_inside(self, day: Any) -> bool:
        first, last = self.contract.starts_on, self.contract.ends_on
        return first is None or last is None or first <= day <= last


class CatalogueForm(PartForm):
    roles = forms.MultipleChoiceField(
        label=_("Who may report it"), widget=forms.CheckboxSelectMultiple,
        choices=[(role, Role(role).label) for role in REPORTERS],
    )  # fmt: skip

    class Meta:
        model = CatalogueItem
        fields = ("name", "roles")


class PaymentForm(PartForm):
    conditions = forms.MultipleChoiceField(
        label=_("Conditions"), widget=forms.CheckboxSelectMultiple, choices=Condition.choices, required=False
    )

    class Meta:
        model = PaymentMilestone
        fields = ("name", "share", "conditions", "clause")


class ExpiryForm(PartForm):
    expires_on = DateField(label=_("Valid until"))

    class Meta:
        model = Expiry
        fields = ("kind", "name", "system", "expires_on", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["system"].queryset = System.objects.filter(contract=self.contract)
        self.fields["system"].empty_label = _("the whole contract")


def plain(model: type[PartOfContract], *names: str) -> type[PartForm]:
    return forms.modelform_factory(model, form=PartForm, fields=names)


class PartFormSet(BaseInlineFormSet):
    """Two new rows of one name are refused beside the second: the database would only say no."""

    def clean(self) -> None:
        """Before Django's own look at duplicates, which speaks of the list as a whole."""
        seen: set[str] = set()
        for form in self.forms if self.model is System else ():
            given = getattr(form, "cleaned_data", {})
            name = None if given.get("DELETE") else given.get("name")
            if name and name in seen:
                form.add_error("name", _("The contract already has a system of this name."))
            seen.add(name or "")
        super().clean()

    @property
    def kept(self) -> list[PartOfContract]:
        gone = {id(form) for form in self.deleted_forms}
        return [form.save(commit=False) for form in self.forms if form.has_changed() and id(form) not in gone]

    @property
    def removed(self) -> list[PartOfContract]:
        return [form.instance for form in self.deleted_forms if not form.instance._state.adding]


@dataclass(frozen=True)
class Kind:
    """`slug` is its address, `hangs` the name by which a contract knows its rows."""

    slug: str
    model: type[PartOfContract]
    form: type[PartForm]
    title: str | Promise
    words: str | Promise
    extra: int = 2
    is_closed: bool = False  # rows are changed, not added or taken away
    hangs: str = field(default="")

    @property
    def url_name(self) -> str:
        return f"contract_{self.slug}"

    def formset(self, contract: Contract, data: Any = None, *, extra: int | None = None) -> PartFormSet:
        more = self.extra if extra is None else extra
        made = inlineformset_factory(
            Contract, self.model, form=self.form, formset=PartFormSet, extra=0 if self.is_closed else more,
            can_delete=not self.is_closed, can_delete_extra=False, max_num=200, validate_max=True,
        )  # fmt: skip
        formset = made(data, instance=contract, prefix=self.slug, form_kwargs={"contract": contract})
        formset.kind = self  # for its title
        return formset


KINDS: dict[str, Kind] = {
    kind.slug: kind
    for kind in (
        Kind(
            "systems", System, SystemForm, _("Systems, modules and interfaces"),
            _("What is maintained. Each may have a term of its own inside the contract's."),
        ),
        Kind(
            "catalogue", CatalogueItem, CatalogueForm, _("Service catalogue"),
            _("The kinds of service that a reporter can pick, and who may pick them."), is_closed=True,
        ),
        Kind(
            "levels", Level, plain(Level, "means", "vendor_acts", "hospital_acts"),
            _("Severities in the contract's words"),
            _("Shown when somebody chooses a severity: what it means, and what each party does."), is_closed=True,
        ),
        Kind(
            "plans", PlannedInspection,
            plain(PlannedInspection, "name", "kind", "times", "per", "report_within", "report_unit", "clause"),
            _("Inspections"), _("How often somebody comes and looks, and by when the report is due."), extra=1,
        ),
        Kind(
            "deliverables", Deliverable,
            plain(Deliverable, "name", "due_after", "due_within", "due_unit", "needs_approval", "clause"),
            _("Deliverables"), _("The documents that are owed, and by when."), extra=1,
        ),
        Kind(
            "quotas", Quota, plain(Quota, "name", "unit", "amount", "clause"), _("Quotas"),
            _("Agreed numbers. What goes beyond them waits for the hospital's decision."), extra=1,
        ),
        Kind(
            "payments", PaymentMilestone, PaymentForm, _("Payments"),
            _("Shares of the price and what each waits for. They add up to 100 %."), extra=1,
        ),
        Kind(
            "limits", ScopeLimit, plain(ScopeLimit, "words", "clause"), _("Limits of the scope"),
            _("What lies beyond them goes to a quotation and the hospital's decision."), extra=1,
        ),
        Kind(
            "expiries", Expiry, ExpiryForm, _("What runs out"),
            _("Registration codes, dongles, certificates, licences: reminders come 90, 60, 30 and 7 days before."),
        ),
    )
}  # fmt: skip
PLANNED = ("plans", "deliverables", "quotas", "payments", "limits")  # together on one page of the wizard
