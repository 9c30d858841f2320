"""A draft of the promises in pieces: a cell, a line, a ladder, what holds for the whole; asking and deciding."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from contracts.drafts import Facts, LadderInUse, Rungs
from contracts.forms.contract import DateField
from servicedesk.clocks.words import CHANNELS, METRICS, RECIPIENTS
from servicedesk.sla.ladder import Anchor, Recipient
from servicedesk.sla.promise import Armed, Channel, Metric, Severity, Window

MOST = 99999
UNITS = (
    ("elapsed_minutes:1", _("minutes")),
    ("elapsed_minutes:60", pgettext_lazy("unit", "hours")),
    ("working_minutes:1", _("working minutes")),
    ("working_minutes:60", _("working hours")),
    ("working_days:1", _("working days")),
    ("calendar_days:1", _("calendar days")),
)
WINDOWS = (
    (Window.ALWAYS.value, _("at any time")),
    (Window.WORKING.value, _("in working hours")),
    (Window.OFF.value, _("outside working hours")),
)
ARMED = (
    (Armed.AT_REPORT.value, _("with the report")),
    (Armed.WHEN_CALLED_FOR.value, _("once a visit is called for")),
)
ANCHORS = (
    (Anchor.START.value, _("minutes after the start")),
    (Anchor.SHARE.value, _("percent of the time")),
    (Anchor.DUE.value, _("minutes after the deadline")),
)


class CellForm(forms.Form):
    """What a line promises of one metric."""

    was = forms.CharField(widget=forms.HiddenInput, required=False)
    metric = forms.ChoiceField(
        label=_("What is promised"), choices=[(m.value, METRICS[m]) for m in Metric if not m.is_of_the_house]
    )
    number = forms.IntegerField(label=_("Within"), min_value=1, max_value=MOST)
    unit = forms.ChoiceField(label=_("Counted in"), choices=UNITS)
    armed = forms.ChoiceField(label=_("Begins to run"), choices=ARMED, widget=forms.RadioSelect)
    clause = forms.CharField(label=_("Clause"), max_length=40)
    ladder = forms.ChoiceField(label=_("Ladder: who is told when"), required=False)
    by_agreement = forms.BooleanField(label=_("A time is agreed upon; this is the latest"), required=False)
    closes_with_hours = forms.BooleanField(
        label=_("The last day ends with the working hours, not at 24:00"), required=False
    )
    is_default = forms.BooleanField(label=_("A house default: the contract gives no number"), required=False)
    window_is_default = forms.BooleanField(
        label=_("The contract does not say when it runs: day and night as a house default"), required=False
    )

    def __init__(self, *args: Any, ladders: list[LadderInUse], is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ladders = {ladder.mark: ladder for ladder in ladders}
        named = [(ladder.mark, _ladder_words(ladder)) for ladder in ladders]
        self.fields["ladder"].choices = [("", _("none: nobody is told")), *named]
        if not is_new:
            self.fields["metric"].widget = forms.HiddenInput()

    def facts(self) -> Facts:
        """As a promise is stored: what has its ordinary value is left out."""
        given = self.cleaned_data
        unit, factor = given["unit"].split(":")
        facts: Facts = {"metric": given["metric"], "target": given["number"] * int(factor), "unit": unit}
        facts |= {"armed": given["armed"], "clause": given["clause"].strip()}
        marks = ("by_agreement", "closes_with_hours", "is_default", "window_is_default")
        facts |= {name: True for name in marks if given[name]}
        chosen = self.ladders.get(given["ladder"])
        return facts | {"ladder": chosen.rungs if chosen else []}


def _ladder_words(ladder: LadderInUse) -> str:
    return f"{ladder.number} · " + "; ".join(ladder.words)[:90]


def cell_initial(facts: Facts | None, line: Facts, ladder: str) -> dict[str, Any]:
    """Of a new cell: minutes from the report, with the ladder of its neighbours."""
    if facts is None:
        neighbour = next(iter(line["promises"]), {})
        return {"unit": "elapsed_minutes:1", "armed": Armed.AT_REPORT.value, "ladder": ladder,
                "clause": neighbour.get("clause", ""),
                "closes_with_hours": bool(neighbour.get("closes_with_hours"))}  # fmt: skip
    factor = 60 if facts["unit"].endswith("minutes") and facts["target"] and facts["target"] % 60 == 0 else 1
    return {
        **facts,
        "number": facts["target"] // factor,
        "unit": f"{facts['unit']}:{factor}",
        "armed": facts.get("armed", Armed.AT_REPORT.value),
        "ladder": ladder,
    }


class LineForm(forms.Form):
    """For whom a line speaks, and how it may be reported."""

    was = forms.CharField(widget=forms.HiddenInput, required=False)
    categories = forms.MultipleChoiceField(label=_("Kinds of service"), widget=forms.CheckboxSelectMultiple)
    severities = forms.MultipleChoiceField(label=_("Severities"), widget=forms.CheckboxSelectMultiple)
    window = forms.ChoiceField(label=_("Reported"), choices=WINDOWS, widget=forms.RadioSelect)
    channels = forms.MultipleChoiceField(
        label=_("How to report"),
        choices=[(channel.value, CHANNELS[channel]) for channel in Channel],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Another line of the same kind of service may open more ways; with none at all nobody can report."),
    )
    emergency = forms.BooleanField(
        label=_("Only when it is marked an emergency"),
        required=False,
        help_text=_("What such a line promises goes before what the severity's own lines promise."),
    )

    def __init__(self, *args: Any, names: dict[str, str], severities: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stood = self.initial.get("categories", [])
        unknown = [(code, code) for code in stood if code not in names]
        self.fields["categories"].choices = [*names.items(), *unknown]
        if severities == (Severity.NONE.value,):
            del self.fields["severities"]
        else:
            self.fields["severities"].choices = [(severity, severity) for severity in severities]

    def facts(self) -> Facts:
        given = self.cleaned_data
        chosen = given.get("severities", [Severity.NONE.value])
        return {
            "categories": sorted(given["categories"]),
            "severities": [severity.value for severity in Severity if severity in chosen],
            "window": given["window"],
            "channels": [channel.value for channel in Channel if channel in given["channels"]],
            "emergency": given["emergency"],
        }


class RungForm(forms.Form):
    number = forms.IntegerField(label=pgettext_lazy("rung", "How many"), min_value=0, max_value=9999)
    anchor = forms.ChoiceField(label=pgettext_lazy("rung", "When"), choices=ANCHORS)
    tell = forms.MultipleChoiceField(
        label=_("Who is told"),
        choices=[(role.value, RECIPIENTS[role]) for role in Recipient],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("A rung of a ladder tells at least one role.")},
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("anchor") == Anchor.SHARE and (given.get("number") or 0) > 99:
            self.add_error("number", _("From 0 to 99 percent; 100 percent is the deadline."))
        return given

    def facts(self) -> Facts:
        given = self.cleaned_data
        is_share = given["anchor"] == Anchor.SHARE
        return {
            "anchor": given["anchor"],
            "tell": sorted(given["tell"]),
            "percent": given["number"] if is_share else 0,
            "minutes": 0 if is_share else given["number"],
        }


class LadderForms(forms.BaseFormSet):
    def clean(self) -> None:
        if not any(self.errors) and not self.rungs():
            raise forms.ValidationError(_("A ladder has at least one rung."))

    def rungs(self) -> Rungs:
        """In the order in which they stand; the check says when that is not the order of time."""
        kept = (form for form in self.forms if form.has_changed() or not form.empty_permitted)
        return [form.facts() for form in kept if form.is_valid() and not form.cleaned_data.get("DELETE")]


def ladder_forms(data: Any, rungs: Rungs) -> Any:
    made = forms.formset_factory(RungForm, formset=LadderForms, extra=1 if rungs else 2, can_delete=True, max_num=12)
    initial = [rung | {"number": rung["percent"] or rung["minutes"]} for rung in rungs]
    return made(data, initial=initial, prefix="rungs")


class WholeForm(forms.Form):
    """What holds for the contract as a whole."""

    marks_itself = forms.MultipleChoiceField(
        label=_("Severities that are an emergency by themselves"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("A house rule: it adds what the emergency's lines promise, and takes nothing away."),
    )
    has_no_solve_time = forms.BooleanField(
        label=_("No time to solve faults in is agreed upon"),
        required=False,
        help_text=_("Said, not forgotten: a later deduction for late work needs such a time."),
    )

    def __init__(self, *args: Any, severities: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        levels = [(severity, severity) for severity in severities if severity]
        self.fields["marks_itself"].choices = levels
        if not levels:
            del self.fields["marks_itself"]


class AskForm(forms.Form):
    from_on = DateField(label=_("To hold from"), help_text=_("Not in the past. Reports before it keep what holds now."))
    why = forms.CharField(label=_("Why"), max_length=300, widget=forms.Textarea({"rows": 3}))


class DecideForm(forms.Form):
    decision = forms.ChoiceField(
        label=_("Decision"),
        widget=forms.RadioSelect,
        choices=(("agree", _("We agree")), ("refuse", _("We refuse, because:"))),
    )
    from_on = DateField(label=_("To hold from"))
    why = forms.CharField(
        label=_("Reason of a refusal"), max_length=300, required=False, widget=forms.Textarea({"rows": 2})
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("decision") == "refuse" and not given.get("why", "").strip():
            self.add_error("why", _("Say why the promises stay as they are."))
        return given
