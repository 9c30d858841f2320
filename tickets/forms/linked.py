"""Forms about tickets that belong together, and outages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from contracts.models import CatalogueItem, Contract, System
from servicedesk.sla.promise import Severity
from servicedesk.tenancy.enums import Side
from servicedesk.tenancy.ids import uuid7
from servicedesk.tenancy.wall import Person
from tickets.enums import LinkKind
from tickets.forms.fields import Moment
from tickets.forms.texts import GuardsPatientData
from tickets.models import Ticket
from tickets.services.splitting import Part

LOCAL = "%Y-%m-%dT%H:%M"


def lines(rows: int) -> forms.Textarea:
    return forms.Textarea({"rows": rows})


class NumberForm(GuardsPatientData):
    """Names another ticket by its number; one that this person may not see is as good as none."""

    number = forms.CharField(label=_("Number of the other ticket"), max_length=40)

    def __init__(self, *args: Any, person: Person, **more: Any) -> None:
        super().__init__(*args, **more)
        self.person = person
        self.fields["number"].widget.attrs |= {
            "autocomplete": "off",
            "autocapitalize": "characters",
            "list": "near-tickets",
        }

    def clean_number(self) -> Ticket:
        number = self.cleaned_data["number"].strip().upper()
        found = Ticket.objects.visible_to(self.person).filter(number=number).first()
        if found is None:
            raise forms.ValidationError(_("There is no ticket of this number."))
        return found


class LinkForm(NumberForm):
    kind = forms.ChoiceField(
        label=_("This ticket"), choices=[choice for choice in LinkKind.choices if choice[0] != LinkKind.SPLIT_FROM]
    )
    field_order = ("kind", "number")


class MergeForm(NumberForm):
    why = forms.CharField(label=_("Why they are one"), max_length=300, widget=lines(2))


class SplitForm(GuardsPatientData):
    title = forms.CharField(label=_("What the new ticket is about"), max_length=120)
    words = forms.CharField(label=_("The part of the words that goes over"), max_length=20_000, widget=lines(5))
    category = forms.ChoiceField(label=_("Kind of service"))
    system = forms.ModelChoiceField(System.objects.none(), label=_("System"), required=False)
    submission = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, ticket: Ticket, **more: Any) -> None:
        given = {"category": ticket.category, "system": ticket.system_id, "words": ticket.words, "submission": uuid7()}
        super().__init__(*args, initial=given, **more)
        self.fields["category"].choices = kinds_of(ticket.contract_id)  # type: ignore[attr-defined]
        self.fields["system"].queryset = System.objects.filter(contract_id=ticket.contract_id)  # type: ignore[attr-defined]

    def part(self) -> Part:
        return Part(**self.cleaned_data)


def kinds_of(contract_id: object) -> list[tuple[str, str]]:
    rows = CatalogueItem.objects.filter(contract_id=contract_id).order_by("category", "id")
    return list({row.category: (row.category, row.name) for row in rows}.values())


class SayForm(GuardsPatientData):
    text = forms.CharField(label=_("Words for all of them"), max_length=20_000, widget=lines(4))
    is_workaround = forms.BooleanField(
        label=_("This is how they can work meanwhile"),
        required=False,
        help_text=_("Ends the promise of a workaround where one runs, on each ticket."),
    )

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if person.side is not Side.VENDOR:  # it stops the vendor's own clock
            del self.fields["is_workaround"]


class OutageForm(GuardsPatientData):
    title = forms.CharField(label=_("What does not work, in a ward's words"), max_length=120)
    words = forms.CharField(
        label=_("What people can do meanwhile"), max_length=500, required=False, widget=lines(2)
    )  # fmt: skip
    expected_at = Moment(label=_("Expected to work again"), required=False)


class TurnForm(GuardsPatientData):
    number = forms.ChoiceField(label=_("Whose turn it is"))
    words = forms.CharField(
        label=_("What every vendor is told"), max_length=300, widget=lines(2),
        help_text=_("All vendors of this fault read this sentence and each other's numbers; nothing else."),
    )  # fmt: skip

    def __init__(self, *args: Any, tickets: list[Ticket], **more: Any) -> None:
        super().__init__(*args, **more)
        choices = [(one.number, f"{one.number} · {one.vendor.short_name}") for one in tickets]
        self.fields["number"].choices = choices  # type: ignore[attr-defined]


class SiblingForm(GuardsPatientData):
    contract = forms.ModelChoiceField(Contract.objects.none(), label=_("Another vendor's contract"))
    category = forms.ChoiceField(label=_("Kind of service"), required=False)
    severity = forms.ChoiceField(label=_("Severity"), required=False)
    title = forms.CharField(label=_("In a few words"), max_length=120)
    words = forms.CharField(
        label=_("Words for this vendor"), max_length=20_000, required=False, widget=lines(4),
        help_text=_("Write anew what this vendor has to know; nothing of the first ticket goes over by itself."),
    )  # fmt: skip
    submission = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, contracts: Any, chosen: Contract | None, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["contract"].queryset = contracts  # type: ignore[attr-defined]
        self.fields["contract"].label_from_instance = lambda one: f"{one.vendor.short_name} · {one.name}"  # type: ignore[attr-defined]
        if chosen is None:
            for name in ("category", "severity", "title", "words", "submission"):
                del self.fields[name]
            return
        self.fields["contract"].widget = forms.HiddenInput()
        self.fields["category"].choices, self.fields["category"].required = kinds_of(chosen.pk), True  # type: ignore[attr-defined]
        levels = [(one.severity, f"{one.severity} · {one.means[:40]}") for one in chosen.levels.all()]
        if levels:
            self.fields["severity"].choices, self.fields["severity"].required = levels, True  # type: ignore[attr-defined]
        else:
            del self.fields["severity"]

    def facts(self) -> dict[str, Any]:
        facts = dict(self.cleaned_data)
        return facts | {"severity": Severity(facts.get("severity", ""))}
