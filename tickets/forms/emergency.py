from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from servicedesk.tenancy.enums import Side
from tickets.forms.linked import Moment, lines
from tickets.models import EmergencyPlan
from tickets.plans import Step, steps_of

HOSPITAL, VENDOR = "院方", "厂商"
MARK = re.compile(r"^(院方|厂商|hospital|vendor)?\s*(?:(\d{1,4})\s*(?:分钟|分|min))?\s*[:：]\s*(.+)$", re.IGNORECASE)
SIDES = {HOSPITAL: Side.HOSPITAL, "hospital": Side.HOSPITAL, VENDOR: Side.VENDOR, "vendor": Side.VENDOR}
LONGEST = 300


class PlanForm(forms.Form):
    """One step a line, so that a plan can be pasted as it is: '院方 10分钟：启用手工登记'."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=120)
    steps = forms.CharField(
        label=gettext_lazy("Steps, one a line"),
        max_length=20_000,
        widget=lines(12),
        help_text=gettext_lazy(
            "Before a colon may stand whose step it is and within how many minutes: “院方 10分钟：” or “厂商：”. "
            "Without it, the step is the vendor's."
        ),
    )
    why = forms.CharField(
        label=gettext_lazy("What was revised, and why"), max_length=300, required=False, widget=lines(2)
    )  # fmt: skip
    was = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=30_000)

    @classmethod
    def of(cls, plan: EmergencyPlan | None, contract_name: str) -> PlanForm:
        title = plan.title if plan else _("Emergency plan: %(contract)s") % {"contract": contract_name}
        written = "\n".join(_line(step) for step in steps_of(plan))
        return cls(initial={"title": title[:120], "steps": written, "was": plan.version if plan else 0})

    def clean_steps(self) -> list[Step]:
        found = [_step(text.strip()) for text in self.cleaned_data["steps"].splitlines() if text.strip()]
        if any(len(step.words) > LONGEST for step in found):
            raise forms.ValidationError(_("A step has at most 300 characters; make two of it."))
        return found


def _step(text: str) -> Step:
    found = MARK.match(text)
    if found is None or not (found[1] or found[2]):
        return Step(text)
    side = SIDES[found[1].lower()] if found[1] else Side.VENDOR
    return Step(found[3].strip(), side, int(found[2]) if found[2] else None)


def _line(step: Step) -> str:
    side = HOSPITAL if step.side is Side.HOSPITAL else VENDOR
    return f"{side} {step.minutes}分钟：{step.words}" if step.minutes else f"{side}：{step.words}"


class TaskForm(forms.Form):
    words = forms.CharField(label=gettext_lazy("What the hospital does"), max_length=500)
    due_at = Moment(label=gettext_lazy("Until"), required=False)


def is_tick(post: Any) -> bool:
    return bool(post.get("done") != "no")
