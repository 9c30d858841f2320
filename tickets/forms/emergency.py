from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from servicedesk.tenancy.enums import Side
from tickets.forms.fields import Moment
from tickets.forms.linked import lines
from tickets.forms.texts import GuardsPatientData
from tickets.models import EmergencyPlan
from tickets.plans import Step, steps_of

# 1. · 2、 · （3） · 四、 · 第五步：, as plans are numbered on paper; '1.5 小时' is no number of a step.
NUMBER = re.compile(
    r"^\s*(?:\d{1,2}\s*(?:[、．)）]|\.(?!\d))|[（(]\s*[\d一二三四五六七八九十]{1,3}\s*[)）]|[一二三四五六七八九十]{1,3}、"
    r"|第[\d一二三四五六七八九十]{1,3}步[:：、]?)\s*"
)
MARK = re.compile(
    r"^(院方|厂商|hospital|vendor)?\s*(?:(\d{1,4})\s*(?:分钟|分|min))?\s*[:：]\s*(.+)$", re.IGNORECASE | re.DOTALL
)
SIDES = {"院方": Side.HOSPITAL, "hospital": Side.HOSPITAL, "厂商": Side.VENDOR, "vendor": Side.VENDOR}
LONGEST = 300


class PlanForm(GuardsPatientData):
    """The whole plan as one page of text, pasted as it stands on paper: '1. 院方 10分钟：启用手工登记'."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=120)
    steps = forms.CharField(
        label=gettext_lazy("The plan, step by step"),
        max_length=20_000,
        widget=lines(20),
        help_text=gettext_lazy(
            "Write or paste the whole plan. A number begins a step (“1.”, “一、”); what follows without one belongs to "
            "it. Without any number, each line is a step. Whose step it is and within how many minutes may stand "
            "before a colon: “hospital 10 min:” or “vendor:”; else it is the vendor's."
        ),
    )
    why = forms.CharField(
        label=gettext_lazy("What was revised, and why"), max_length=300, required=False, widget=lines(2)
    )  # fmt: skip
    was = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=30_000)

    @classmethod
    def of(cls, plan: EmergencyPlan | None, contract_name: str) -> PlanForm:
        title = plan.title if plan else _("Emergency plan: %(contract)s") % {"contract": contract_name}
        written = "\n".join(f"{place}. {_line(step)}" for place, step in enumerate(steps_of(plan), start=1))
        return cls(initial={"title": title[:120], "steps": written, "was": plan.version if plan else 0})

    def clean_steps(self) -> list[Step]:
        found = [_step(text) for text in _pieces(self.cleaned_data["steps"])]
        if any(len(step.words) > LONGEST for step in found):
            raise forms.ValidationError(_("A step has at most 300 characters; make two of it."))
        return found


def _pieces(text: str) -> list[str]:
    """One text per step. What stands before the first number is a step as well."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    is_numbered = any(NUMBER.match(line) for line in lines)
    pieces: list[list[str]] = []
    for line in lines:
        if NUMBER.match(line) or not is_numbered or not pieces:
            pieces.append([])
        pieces[-1].append(NUMBER.sub("", line) if is_numbered else line)
    return [words for piece in pieces if (words := "\n".join(piece).strip())]


def _step(text: str) -> Step:
    found = MARK.match(text)
    if found is None or not (found[1] or found[2]):
        return Step(text)
    side = SIDES[found[1].lower()] if found[1] else Side.VENDOR
    return Step(found[3].strip(), side, int(found[2]) if found[2] else None)


def _line(step: Step) -> str:
    """As it may be pasted again, in the reader's language."""
    side = (
        pgettext("step of a plan", "hospital") if step.side is Side.HOSPITAL else pgettext("step of a plan", "vendor")
    )
    words = {"side": side, "minutes": step.minutes, "words": step.words}
    if step.minutes:
        return pgettext("step of a plan", "%(side)s %(minutes)s min: %(words)s") % words
    return pgettext("step of a plan", "%(side)s: %(words)s") % words


class TaskForm(GuardsPatientData):
    words = forms.CharField(label=gettext_lazy("What the hospital does"), max_length=500)
    due_at = Moment(label=gettext_lazy("Until"), required=False)


def is_tick(post: Any) -> bool:
    return bool(post.get("done") != "no")
