"""Samples for /ui-gallery/: every component once, with data of its own; a change of look is seen at a glance."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from servicedesk.ui.qr import picture
from servicedesk.ui.signature import SignatureField
from servicedesk.ui.tables import Page, Sort


class SampleForm(forms.Form):
    what = forms.CharField(label=gettext_lazy("What is wrong"), max_length=80, help_text=gettext_lazy("In one line."))
    where = forms.ChoiceField(
        label=gettext_lazy("Where it is"),
        choices=[("", "—"), ("1", gettext_lazy("Radiology")), ("2", gettext_lazy("Pharmacy"))],
    )
    words = forms.CharField(label=gettext_lazy("Details"), widget=forms.Textarea(attrs={"rows": 3}), required=False)
    how = forms.ChoiceField(
        label=gettext_lazy("Reach me by"),
        widget=forms.RadioSelect,
        choices=[("phone", gettext_lazy("Phone")), ("inbox", gettext_lazy("Inbox"))],
    )
    affects_care = forms.BooleanField(label=gettext_lazy("It affects care going on now"), required=False)

    helper = FormHelper()
    helper.form_method = "get"
    helper.add_input(Submit("send", gettext_lazy("Send the report"), css_class="btn-primary"))


class FilterForm(forms.Form):
    q = forms.CharField(
        label=gettext_lazy("Words"), required=False, widget=forms.TextInput(attrs={"class": "form-control"})
    )
    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        required=False,
        choices=[("", gettext_lazy("All")), ("open", gettext_lazy("Still open"))],
        widget=forms.Select(attrs={"class": "form-select"}),
    )


def context(query: Any) -> dict[str, Any]:
    now = timezone.now()
    return {
        "now": now,
        "form": SampleForm(query if "send" in query else None),
        "filter_form": FilterForm(query or None, prefix=None, auto_id="filter_%s"),
        "signature": SignatureField.widget().render("strokes", ""),
        "chips": [{"words": _("State: open"), "href": "?"}],
        "clocks": _clocks(now),
        "page": _page(now, query),
        "code": picture("https://desk.hospital.cn/r/3q7x0w5b"),
        "events": _events(now),
        "tabs": [
            {"label": _("Mine"), "href": "?", "count": 4, "is_current": True},
            {"label": _("To accept"), "href": "?", "count": 2},
            {"label": _("Overdue"), "href": "?", "count": 1},
        ],
        "hues": [(name, hue) for name, hue in zip("甲乙丙丁戊己庚辛", range(0, 360, 45), strict=True)],
        "chart_head": [_("Month"), _("This contract"), _("All contracts")],
        "chart_rows": [
            (f"2026-{month:02}", *values)
            for month, values in enumerate(
                zip((97, 98, 96, 99, 94, 97, 98), (95, 96, 96, 95, 96, 97, 96), strict=True), 1
            )
        ],
    }


def _clocks(now: datetime) -> list[dict[str, Any]]:
    return [
        {"due_at": now + timedelta(days=6)},
        {"due_at": now + timedelta(days=1), "note": _("(2nd working day)")},
        {"due_at": now + timedelta(minutes=41, seconds=8)},
        {"due_at": now + timedelta(minutes=3, seconds=12)},
        {"due_at": now + timedelta(minutes=41, seconds=8), "since": now - timedelta(minutes=19)},
        {"due_at": now - timedelta(minutes=12)},
        {"due_at": now + timedelta(days=1), "paused": True},
    ]


def _page(now: datetime, query: Any) -> Page:
    """The middle of a long list, sorted by the column that was clicked."""
    word = query.get("sort", "due")
    sort = Sort("title" if word.endswith("title") else "due", "", descending=word.startswith("-"), nullable=False)
    return Page(_queue(now), "?after=x", "?before=x", sort, {"due": "", "title": ""}, QueryDict())


def _queue(now: datetime) -> list[dict[str, Any]]:
    rows = (
        (3, "1", _("Shengyi"), 210, _("No reading room can open pictures"), _("To accept"), False),
        (41, "B", _("Eryuan"), 150, _("Monthly asset report does not add up"), _("In work"), False),
        (1500, "", _("Shengyi"), 210, _("Wall board is late, waits for another firm"), _("On hold"), True),
        (-12, "C", _("Zhongyi"), 30, _("Nursing record prints badly"), _("In work"), False),
    )
    names = ("minutes", "severity", "hospital", "hue", "title", "state", "paused")
    made = [dict(zip(names, row, strict=True)) for row in rows]
    return [row | {"number": f"2026-{412 + i:04}", "due_at": now + timedelta(minutes=row["minutes"])}
            for i, row in enumerate(made)]  # fmt: skip


def _events(now: datetime) -> list[dict[str, Any]]:
    return [
        {"at": now - timedelta(minutes=31), "who": "李敏", "act": _("reported by phone"), "icon": "phone-call"},
        {"at": now - timedelta(minutes=28), "who": "王磊", "act": _("accepted"), "icon": "check"},
        {
            "at": now - timedelta(minutes=20),
            "who": "王磊",
            "act": _("noted"),
            "icon": "notes",
            "note": _("The storage is full; asked the hospital which studies may move."),
            "internal": True,
        },
        {"at": now - timedelta(minutes=4), "who": "王磊", "act": _("is on the way"), "icon": "route"},
    ]
