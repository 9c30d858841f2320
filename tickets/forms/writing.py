"""The composer's words, and an organisation's ready-made answers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tickets.enums import MacroFor
from tickets.forms.fields import Line, Words
from tickets.forms.texts import GuardsPatientData
from tickets.models import Macro

LONGEST = 20_000


class ReplyForm(GuardsPatientData):
    text = Words(
        label=_("Message to the other side"),
        max_length=LONGEST,
        rows=4,
        error_messages={"required": _("There is nothing written yet.")},
    )


class NoteForm(ReplyForm):
    text = Words(
        label=_("Internal note"),
        max_length=LONGEST,
        rows=4,
        error_messages={"required": _("There is nothing written yet.")},
    )


class MacroForm(GuardsPatientData, forms.ModelForm):
    name = Line(label=_("Name in the list"), max_length=60)
    words = Words(
        label=_("Its words"),
        max_length=5_000,
        rows=5,
        help_text=_("{number}, {reporter} and {me} are filled in from the ticket."),
    )

    class Meta:
        model = Macro
        fields = ("name", "leads_to", "words", "cause", "remedy", "is_remote", "waits_hours")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["waits_hours"].min_value = 1
        self.fields["waits_hours"].widget.attrs |= {"min": 1, "max": 720}

    def clean_waits_hours(self) -> int | None:
        hours = self.cleaned_data["waits_hours"]
        if hours is not None and not 1 <= hours <= 720:
            raise forms.ValidationError(_("Between an hour and thirty days."))
        return hours

    def clean(self) -> dict[str, Any]:
        """Fields of another kind of answer would never be used."""
        given = super().clean() or {}
        if given.get("leads_to") != MacroFor.RESOLVE:
            given |= {"cause": "", "remedy": "", "is_remote": False}
        if given.get("leads_to") != MacroFor.ASK_BACK:
            given["waits_hours"] = None
        return given
