from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from contracts.models import CatalogueItem, Contract, System
from servicedesk.tenancy.enums import Role, Side
from servicedesk.tenancy.models import Hospital, Membership, Vendor
from servicedesk.tenancy.wall import Person
from tickets.enums import State
from tickets.forms.texts import GuardsPatientData
from tickets.models import Ticket
from tickets.models.ticket import BY_DUE, IS_OPEN
from tickets.permissions import ENGINEERS
from tickets.queue.views import LOOKED_AT
from tickets.queue.wanted import FACTS, FILTERS, FLAGS, NEWEST_FIRST, NONE, SEVERITIES, WITHOUT_SYSTEM, Wanted

Choices = list[tuple[str, Any]]


class FilterForm(forms.Form):
    """A GET form: what it sends is read by `queue.wanted`, which minds nothing."""

    use_required_attribute = False
    show = forms.MultipleChoiceField(
        label=_("Said of each ticket"), required=False, choices=list(FACTS.items()), widget=forms.CheckboxSelectMultiple
    )

    sort = forms.ChoiceField(
        label=_("In which order"),
        required=False,
        choices=[("", _("By time left")), (NEWEST_FIRST, _("Newest first"))],
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    def __init__(self, person: Person, wanted: Wanted) -> None:
        order = {"sort": NEWEST_FIRST} if wanted.is_newest_first else {}
        flags = dict.fromkeys(wanted.flags, "1")
        super().__init__(initial={**wanted.filters, **flags, **order, "show": list(wanted.facts)})
        for name, choices in self._choices(person).items():
            widget = forms.Select(attrs={"class": "form-select"})
            options: Choices = [("", _("All")), *choices]
            self.fields[name] = forms.ChoiceField(
                label=FILTERS[name].label, required=False, choices=options, widget=widget
            )
        for flag, words in FLAGS.items():
            box = forms.CheckboxInput(attrs={"class": "form-check-input", "value": "1"})
            self.fields[flag] = forms.BooleanField(label=words, required=False, widget=box)

    @staticmethod
    def _choices(person: Person) -> dict[str, Choices]:
        found = {
            "severity": list(SEVERITIES.items()),
            "state": State.choices,
            "system": [*_systems(person), (NONE, WITHOUT_SYSTEM)],
            "category": _kinds(person),
            "assignee": _assignees(person),
            "contract": [(str(one.pk), one.name) for one in Contract.objects.visible_to(person).order_by("name")],
        }
        if person.side is Side.VENDOR:
            found["hospital"] = [(str(one.pk), one.name) for one in Hospital.objects.visible_to(person)]
        elif person.role is not Role.WARD_REPORTER:
            found["vendor"] = [(str(one.pk), one.name) for one in Vendor.objects.visible_to(person)]
        return found

    @property
    def selects(self) -> list[Any]:
        return [self[name] for name in (*FILTERS, "sort") if name in self.fields]

    @property
    def boxes(self) -> list[Any]:
        return [self[flag] for flag in FLAGS]


def _systems(person: Person) -> Choices:
    """Each with its modules below it."""
    rows = list(System.objects.visible_to(person).order_by("name").only("name", "part_of_id"))
    whole = [one for one in rows if one.part_of_id is None]
    return [
        (str(one.pk), one.name if one.part_of_id is None else f"　{one.name}")
        for system in whole
        for one in (system, *(module for module in rows if module.part_of_id == system.pk))
    ]


def _kinds(person: Person) -> Choices:
    """Of all contracts; where two call one kind by different names, by the later one's."""
    rows = CatalogueItem.objects.visible_to(person).order_by("id").values_list("category", "name")
    return sorted(dict(rows).items(), key=lambda one: one[1])


def _assignees(person: Person) -> Choices:
    """Of what is open: neither side reads the other's memberships, and names stand on the tickets."""
    looked = Ticket.objects.visible_to(person).filter(IS_OPEN).order_by(*BY_DUE)[:LOOKED_AT]
    found = dict(looked.values_list("assignee_id", "assignee_name"))
    return sorted(((str(key), name) for key, name in found.items() if key), key=lambda one: one[1])


class GiveForm(GuardsPatientData):
    to = forms.ModelChoiceField(
        label=_("To whom"), queryset=Membership.objects.none(), empty_label=None, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, by: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["to"]
        field.queryset = colleagues(by)
        field.label_from_instance = lambda one: f"{one.name}（{one.get_role_display()}）"


def colleagues(by: Person) -> Any:
    found = Membership.objects.visible_to(by).people()
    found = found.filter(vendor_id=by.vendor_id, role__in=ENGINEERS, until_at=None)
    return found.order_by("name")


class SayForm(GuardsPatientData):
    text = forms.CharField(
        label=_("Message to both sides"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 4})
    )


class ViewForm(GuardsPatientData):
    name = forms.CharField(label=_("Name of the view"), max_length=20)
    is_shared = forms.BooleanField(label=_("For everybody of my organisation"), required=False)
