from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contracts.models import Contract, System
from servicedesk.tenancy.ids import uuid7
from tickets.enums import Access
from tickets.forms.fields import IN_OUR_TIME, Moment
from tickets.forms.linked import lines
from tickets.forms.texts import GuardsPatientData
from tickets.models import Ticket
from tickets.services.remote import Wish

HOW_LONG = (
    (30, _("30 minutes")),
    (60, _("1 hour")),
    (120, _("2 hours")),
    (240, _("4 hours")),
    (480, _("8 hours")),
    (1440, _("1 day")),
)


class AskForm(GuardsPatientData):
    contract = forms.ModelChoiceField(Contract.objects.none(), label=_("Contract"))
    system = forms.ModelChoiceField(System.objects.none(), label=_("System"), required=False)
    what = forms.CharField(
        label=_("What is reached"), max_length=120, help_text=_("Server, database or workstation, by its name.")
    )
    why = forms.CharField(label=_("What for"), max_length=300, widget=lines(2))
    minutes = forms.TypedChoiceField(label=_("For how long"), choices=HOW_LONG, coerce=int, initial=60)
    submission = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, contracts: Any, ticket: Ticket | None, **more: Any) -> None:
        given: dict[str, Any] = {"submission": uuid7()}
        if ticket:
            given |= {"contract": ticket.contract_id, "system": ticket.system_id, "why": ticket.title}
        super().__init__(*args, initial=given, **more)
        self.ticket = ticket
        if ticket:
            contracts = contracts.filter(pk=ticket.contract_id)
            self.fields["contract"].widget = forms.HiddenInput()
        self.fields["contract"].queryset = contracts  # type: ignore[attr-defined]
        self.fields["contract"].label_from_instance = lambda one: f"{one.hospital.short_name} · {one.name}"  # type: ignore[attr-defined]
        systems = System.objects.filter(contract__in=contracts).select_related("contract__hospital")
        self.fields["system"].queryset = systems  # type: ignore[attr-defined]
        if not ticket:
            self.fields["system"].label_from_instance = lambda one: f"{one.contract.hospital.short_name} · {one.name}"  # type: ignore[attr-defined]

    def wish(self) -> Wish:
        return Wish(**self.cleaned_data, ticket=self.ticket)


class GrantForm(GuardsPatientData):
    minutes = forms.TypedChoiceField(label=_("Open for"), coerce=int, widget=forms.RadioSelect)
    from_at = Moment(label=_("From"), required=False, help_text=_("Empty: from now on."))
    said = forms.CharField(label=_("A word to the engineer"), max_length=300, required=False)

    def __init__(self, *args: Any, asked: int, **more: Any) -> None:
        super().__init__(*args, initial={"minutes": asked}, **more)
        shorter = [choice for choice in HOW_LONG if choice[0] <= asked]
        if not any(minutes == asked for minutes, _words in shorter):
            shorter.append((asked, _("%(minutes)s minutes") % {"minutes": asked}))  # type: ignore[arg-type]
        self.fields["minutes"].choices = shorter  # type: ignore[attr-defined]


class SaidForm(GuardsPatientData):
    said = forms.CharField(label=_("Why it is refused"), max_length=300, widget=lines(2))


class RevokeForm(GuardsPatientData):
    why = forms.CharField(label=_("Why it is revoked"), max_length=300, widget=lines(2))


class WorkForm(GuardsPatientData):
    work = forms.CharField(label=_("What was done there"), max_length=1_000, widget=lines(3))


class RemoteFilter(forms.Form):
    """What an auditor asks the list. Days are whole days of the person's own zone."""

    state = forms.ChoiceField(label=_("State"), required=False)
    contract = forms.ModelChoiceField(
        Contract.objects.none(), label=_("Contract"), required=False, empty_label=_("any")
    )
    from_on = forms.DateField(
        label=_("Asked from"), required=False, widget=forms.DateInput({"type": "date"}), validators=IN_OUR_TIME
    )
    to_on = forms.DateField(
        label=_("Asked until"), required=False, widget=forms.DateInput({"type": "date"}), validators=IN_OUR_TIME
    )

    def __init__(self, *args: Any, contracts: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["state"].choices = [("", _("any")), *Access.choices]  # type: ignore[attr-defined]
        self.fields["contract"].queryset = contracts  # type: ignore[attr-defined]
        for field in self.fields.values():
            is_choice = isinstance(field, forms.ChoiceField)
            field.widget.attrs["class"] = "form-select" if is_choice else "form-control"

    @property
    def chosen(self) -> dict[str, str]:
        return {name: self.data[name] for name in self.fields if self.data.get(name)}

    def narrow(self, rows: QuerySet[Any], *, at: datetime) -> QuerySet[Any]:
        """Wrong filters show nothing: whoever exports must not get more than was asked for."""
        if not self.is_valid():
            return rows.none()
        asked = self.cleaned_data
        if asked["contract"]:
            rows = rows.filter(contract=asked["contract"])
        if asked["from_on"]:
            rows = rows.filter(asked_at__gte=_begins(asked["from_on"]))
        if asked["to_on"]:
            rows = rows.filter(asked_at__lt=_begins(asked["to_on"]) + timedelta(days=1))
        return rows.filter(in_state(Access(asked["state"]), at)) if asked["state"] else rows


def _begins(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def in_state(access: Access, at: datetime) -> Q:
    """As `RemoteAuthorisation.access_at` says of one row; a test holds the two together."""
    granted = Q(is_granted=True, revoked_at=None)
    still = granted & Q(work="", until_at__gt=at)
    return {
        Access.ASKED: Q(decided_at=None),
        Access.REFUSED: Q(is_granted=False),
        Access.REVOKED: Q(revoked_at__isnull=False),
        Access.ENDED: granted & ~Q(work=""),
        Access.RUN_OUT: granted & Q(work="", until_at__lte=at),
        Access.GRANTED: still & Q(started_at=None),
        Access.UNDER_WAY: still & Q(started_at__isnull=False),
    }[access]
