"""The small forms of the acts. Each is given the situation and the person; what it asks is what its service takes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from contracts.models import CatalogueItem, Level
from servicedesk.clocks.words import METRICS
from servicedesk.sla.promise import Metric, Severity
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.wall import Person
from tickets.enums import Cause, Remedy, WaitsOn
from tickets.forms.fields import Coming, Line, Past, Words
from tickets.forms.texts import GuardsPatientData
from tickets.permissions import WORK_TICKETS
from tickets.services.phoning import is_raise_by_phone
from tickets.situation import Situation

WHY = 300


class ActForm(GuardsPatientData):
    def __init__(self, *args: Any, situation: Situation, person: Person, **kwargs: Any) -> None:
        self.situation, self.person = situation, person
        super().__init__(*args, **kwargs)
        first = next(iter(self.fields.values()))
        first.widget.attrs["autofocus"] = True
        self.prepare()

    def prepare(self) -> None:
        """What depends on the ticket."""

    def facts(self) -> dict[str, Any]:
        """For the service."""
        return dict(self.cleaned_data)


def choose_the_only(field: Any) -> None:
    """Where there is nothing to choose between, nobody is asked to."""
    if len(field.choices) == 1:
        field.initial = field.choices[0][0]


def why_form(label: Any, help_text: Any = "", *, most: int = WHY) -> type[ActForm]:
    """A reason and nothing else."""
    return type("WhyForm", (ActForm,), {"why": Words(label=label, help_text=help_text, max_length=most)})


class AskBackForm(ActForm):
    why = Words(
        label=_("What you wait for"),
        max_length=200,
        rows=2,
        help_text=_("Both sides read it. No promise pauses by it; only the hospital may pause one."),
    )
    who = forms.TypedChoiceField(label=_("From whom"), choices=WaitsOn, coerce=WaitsOn, initial=WaitsOn.REPORTER)
    wakes_at = Coming(label=_("Asks again at"), help_text=_("Then the ticket comes back to you by itself."))

    def prepare(self) -> None:
        at = timezone.localtime(self.situation.at) + timedelta(hours=4)
        self.fields["wakes_at"].initial = at.replace(second=0, microsecond=0)


class NamedMember(forms.ModelChoiceField):
    def label_from_instance(self, obj: Membership) -> str:
        return f"{obj.name} · {obj.get_role_display()}"


def engineers(person: Person, at: datetime) -> Any:
    own = Membership.objects.visible_to(person).active(at=at).filter(vendor_id=person.vendor_id)
    return own.filter(role__in=list(WORK_TICKETS.grants)).order_by("name", "id")


class GiveForm(ActForm):
    to = NamedMember(
        Membership.objects.none(),
        label=_("To whom"),
        empty_label="—",
        help_text=_("Giving stops no promise; only their accepting does."),
    )

    def prepare(self) -> None:
        others = engineers(self.person, self.situation.at).exclude(pk=self.situation.ticket.assignee_id)
        self.fields["to"].queryset = others


class DispatchForm(ActForm):
    engineer = NamedMember(Membership.objects.none(), label=_("Who comes"), empty_label=None)
    planned_at = Coming(label=_("Expected at"), required=False, help_text=_("The hospital reads it."))

    def prepare(self) -> None:
        self.fields["engineer"].queryset = engineers(self.person, self.situation.at)
        self.fields["engineer"].initial = self.situation.ticket.assignee_id


class ArriveForm(ActForm):
    where = Line(
        label=_("Where you are"),
        max_length=160,
        help_text=_("Building, floor, room. Better proof: scan the sticker that hangs there."),
    )

    def prepare(self) -> None:
        self.fields["where"].initial = self.situation.ticket.where


class ArrivedForm(ActForm):
    where = Line(label=pgettext_lazy("arrival", "Where"), max_length=160, required=False)

    def prepare(self) -> None:
        self.fields["where"].initial = self.situation.ticket.where
        if sent := (self.situation.visit or {}).get("engineer_name"):
            self.fields["where"].help_text = _("%(name)s is on the way") % {"name": sent}


class LeaveForm(ActForm):
    work = Words(
        label=_("What was done"), max_length=5_000, rows=5, help_text=_("It goes into the service feedback form.")
    )


class WorkAroundForm(ActForm):
    words = Words(label=_("How one can work meanwhile"), max_length=10_000, rows=5)


class ResolveForm(ActForm):
    words = Words(
        label=_("What solved it"),
        max_length=10_000,
        rows=5,
        help_text=_("The reporter reads it, and signs for it."),
    )
    cause = forms.ChoiceField(label=_("Cause"), choices=[("", "—"), *Cause.choices])
    remedy = forms.ChoiceField(label=_("Kind of solution"), choices=[("", "—"), *Remedy.choices])
    is_remote = forms.BooleanField(
        label=_("It was solved remotely, so nobody needs to come"),
        required=False,
        help_text=_("Then the visit is off at once; the hospital may still bring it back."),
    )

    def prepare(self) -> None:
        if not self.situation.runs(Metric.ON_SITE):
            del self.fields["is_remote"]

    def facts(self) -> dict[str, Any]:
        given = self.cleaned_data
        return given | {"cause": Cause(given["cause"]), "remedy": Remedy(given["remedy"])}


class PauseForm(ActForm):
    why = Words(label=_("Reason for the pause"), help_text=_("Both sides read it."), max_length=200)
    metric = forms.ChoiceField(label=_("Which promise"), widget=forms.RadioSelect, required=False)

    def prepare(self) -> None:
        self.fields["metric"].choices = [("", _("All that run")), *self.situation.running]

    def facts(self) -> dict[str, Any]:
        metric = self.cleaned_data["metric"]
        return {"why": self.cleaned_data["why"], "upon": [Metric(metric)] if metric else None}


class SeverityForm(ActForm):
    severity = forms.ChoiceField(label=_("Severity"), widget=forms.RadioSelect)
    why = Words(label=pgettext_lazy("reason", "Why"), max_length=WHY, rows=2, help_text=_("Both sides read it."))

    def prepare(self) -> None:
        ticket = self.situation.ticket
        levels = Level.objects.filter(contract=ticket.contract_id).exclude(severity=ticket.severity)
        self.fields["severity"].choices = [(one.severity, f"{one.severity} · {one.means}") for one in levels]

    def facts(self) -> dict[str, Any]:
        return self.cleaned_data | {"severity": Severity(self.cleaned_data["severity"])}


class RaiseForm(SeverityForm):
    """The hospital's: says which of them begin with a call."""

    def prepare(self) -> None:
        super().prepare()
        self.fields["severity"].choices = [
            (level, _("%(level)s · by phone only") % {"level": words} if self._is_phoned(level) else words)
            for level, words in self.fields["severity"].choices
        ]

    def _is_phoned(self, level: str) -> bool:
        now = self.situation
        return is_raise_by_phone(now.ticket, Severity(level), at=now.at)


class WishForm(ActForm):
    verdict = forms.ChoiceField(
        label=_("Decision"),
        widget=forms.RadioSelect,
        choices=(("yes", _("It shall be as proposed")), ("no", _("It stays as it is"))),
    )
    said = Words(label=_("What the hospital says"), max_length=WHY, rows=2, required=False)

    def facts(self) -> dict[str, Any]:
        return {"is_granted": self.cleaned_data["verdict"] == "yes", "said": self.cleaned_data["said"]}


class TimeForm(WishForm):
    """The other side's word on a time."""

    verdict = forms.ChoiceField(
        label=_("Decision"),
        widget=forms.RadioSelect,
        choices=(("yes", _("Agreed: this time holds")), ("no", _("Not agreed: the time stays as it is"))),
    )
    said = Words(label=_("What the other side reads"), max_length=WHY, rows=2, required=False)


class WaiverForm(WishForm):
    """The hospital's word on what the vendor asked."""

    metric = forms.ChoiceField(label=_("Which promise"), widget=forms.RadioSelect)
    verdict = forms.ChoiceField(
        label=_("Decision"),
        widget=forms.RadioSelect,
        choices=(("yes", _("It is not needed: waived")), ("no", _("It still holds"))),
    )
    field_order = ("metric", "verdict", "said")

    def prepare(self) -> None:
        asked = self.situation.waivers
        self.fields["metric"].choices = [(one.metric.value, f"{METRICS[one.metric]} · {one.why}") for one in asked]
        choose_the_only(self.fields["metric"])

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if given.get("verdict") == "no" and not given.get("said", "").strip():
            self.add_error("said", _("Say why the promise still holds."))
        return given

    def facts(self) -> dict[str, Any]:
        return super().facts() | {"metric": Metric(self.cleaned_data["metric"])}


class AskWaiverForm(ActForm):
    metric = forms.ChoiceField(label=_("Which promise"), widget=forms.RadioSelect)
    solved_at = Past(label=_("Not needed any more since"))
    why = Words(
        label=_("Why it is not needed"), max_length=WHY, help_text=_("Both sides read it; the hospital decides.")
    )

    def prepare(self) -> None:
        self.fields["metric"].choices = self.situation.waivable
        choose_the_only(self.fields["metric"])
        self.fields["solved_at"].initial = timezone.localtime(self.situation.at).replace(second=0, microsecond=0)

    def clean_solved_at(self) -> datetime:
        moment: datetime = self.cleaned_data["solved_at"]
        reported = self.situation.ticket.reported_at
        if reported and moment < reported.replace(second=0, microsecond=0):
            raise forms.ValidationError(_("This lies before the report."))
        return max(moment, reported) if reported else moment

    def facts(self) -> dict[str, Any]:
        return self.cleaned_data | {"metric": Metric(self.cleaned_data["metric"])}


class CategoryForm(ActForm):
    item = forms.ModelChoiceField(
        CatalogueItem.objects.none(), label=_("Kind of service"), widget=forms.RadioSelect, empty_label=None
    )
    why = Words(label=pgettext_lazy("reason", "Why"), max_length=WHY, rows=2, help_text=_("Both sides read it."))

    def prepare(self) -> None:
        ticket = self.situation.ticket
        items = CatalogueItem.objects.filter(contract=ticket.contract_id).exclude(category=ticket.category)
        self.fields["item"].queryset = items
        self.fields["item"].label_from_instance = lambda item: item.name


class ProposeTimeForm(ActForm):
    metric = forms.ChoiceField(label=_("Which promise"), widget=forms.RadioSelect)
    time = Coming(
        label=_("By when"), help_text=_("It holds once the other side agrees. The contract's own limit stays.")
    )

    def prepare(self) -> None:
        self.fields["metric"].choices = self.situation.by_agreement
        choose_the_only(self.fields["metric"])

    def facts(self) -> dict[str, Any]:
        return self.cleaned_data | {"metric": Metric(self.cleaned_data["metric"])}
