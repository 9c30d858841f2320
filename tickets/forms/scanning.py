from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets.forms.texts import GuardsPatientData, PlainText
from tickets.offering import Target
from tickets.services.scanning import Tapped
from tickets.symptoms import Symptom

MOST_BYTES = 10 * 2**20


class ScanForm(GuardsPatientData):
    """Three taps and nothing to type. What is typed all the same is looked through like everywhere.

    Where only one system stands, nobody is asked which.
    """

    phones_too = ("words",)

    system = forms.ChoiceField(
        label=gettext_lazy("Which system?"),
        error_messages=dict.fromkeys(("required", "invalid_choice"), gettext_lazy("Tap which system it is first.")),
    )  # fmt: skip
    symptom = forms.ChoiceField(
        label=gettext_lazy("What is wrong?"), choices=Symptom.choices,
        error_messages=dict.fromkeys(("required", "invalid_choice"), gettext_lazy("Tap what is wrong first.")),
    )  # fmt: skip
    halts_care = forms.BooleanField(label=gettext_lazy("Affects patients under way"), required=False)
    words = PlainText(label=gettext_lazy("One sentence, if you like"), max_length=500, required=False)
    name = PlainText(label=gettext_lazy("Your name"), max_length=60, required=False)
    phone = PlainText(label=gettext_lazy("Extension"), max_length=30, required=False)
    submission = forms.UUIDField(widget=forms.HiddenInput)
    photo = forms.FileField(label=gettext_lazy("Photo"), required=False)

    def __init__(self, *args: Any, targets: Sequence[Target], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["submission"].initial = uuid4()
        if len(targets) > 1:
            self.fields["system"].choices = [(target.key, target.name) for target in targets]
        else:
            del self.fields["system"]

    def clean_photo(self) -> Any:
        """The page makes photos small by itself; nobody who is not signed in fills the hospital's space."""
        photo = self.cleaned_data["photo"]
        if photo and photo.size > MOST_BYTES:
            raise forms.ValidationError(_("This photo is larger than 10 MB. Send it without, or take a smaller one."))
        return photo

    def tapped(self) -> Tapped:
        given = self.cleaned_data
        return Tapped(
            symptom=Symptom(given["symptom"]), submission=given["submission"], halts_care=given["halts_care"],
            system=given.get("system", ""), words=given["words"], name=given["name"], phone=given["phone"],
        )  # fmt: skip
