from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy, pgettext_lazy

from servicedesk.tenancy.enums import Side
from tickets.forms.linked import lines
from tickets.forms.texts import GuardsPatientData, PlainText
from tickets.services.incidents import EVERY

EVERY_MINUTES = [(n, ngettext_lazy("every %d minute", "every %d minutes", n) % n) for n in (15, 30, 60, 120)]
SIDES = ((Side.HOSPITAL.value, _("Hospital")), (Side.VENDOR.value, _("Vendor")))


class DeclareForm(GuardsPatientData):
    title = forms.CharField(label=_("What happens"), max_length=120)
    why = forms.CharField(label=_("Why it is a major incident"), max_length=300, widget=lines(2))
    every_minutes = forms.TypedChoiceField(
        label=_("An update"), choices=EVERY_MINUTES, coerce=int, initial=30,
        help_text=_("Whoever leads is reminded, and both leads are told when one is late."),
    )  # fmt: skip


assert all(EVERY[0] <= n <= EVERY[1] for n, _words in EVERY_MINUTES)


class UpdateForm(GuardsPatientData):
    text = forms.CharField(label=_("How it stands"), max_length=5_000, widget=lines(3))


class EndForm(GuardsPatientData):
    text = forms.CharField(label=_("How it ended"), max_length=5_000, widget=lines(2))


class JoinForm(GuardsPatientData):
    does = forms.CharField(label=_("What I do"), max_length=80, required=False)


class NameForm(GuardsPatientData):
    """Somebody without an account."""

    name = PlainText(label=_("Who else takes part"), max_length=60)
    organisation = PlainText(label=_("From which company or department"), max_length=60, required=False)
    does = PlainText(label=_("What they do"), max_length=80, required=False)


class ReviewForm(GuardsPatientData):
    happened = forms.CharField(label=pgettext_lazy("incident", "What happened"), max_length=10_000, widget=lines(5))
    impact = forms.CharField(label=_("What it meant for the hospital"), max_length=10_000, widget=lines(3))
    cause = forms.CharField(label=pgettext_lazy("incident", "Cause"), max_length=10_000, widget=lines(3))
    lessons = forms.CharField(label=_("What we learn"), max_length=10_000, required=False, widget=lines(3))
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2_000_000_000)


class MeasureForm(GuardsPatientData):
    words = forms.CharField(label=_("What we change"), max_length=300, widget=lines(2))
    side = forms.TypedChoiceField(label=_("By which side"), choices=SIDES, coerce=Side)
    who = forms.CharField(label=_("By whom"), max_length=60)
    due_on = forms.DateField(label=_("Until when"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
