from __future__ import annotations

import unicodedata
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from servicedesk.tenancy.refusals import Refused
from servicedesk.ui.signature import SignatureField
from tickets.enums import Satisfaction, Way
from tickets.forms.texts import GuardsPatientData
from tickets.services.signing import Signature
from tickets.signers import same

REFUSE = "refuse"
PLACES = {"name": "name", "signature": "strokes", "why": "why"}


class SignForm(GuardsPatientData):
    """One page, two answers: signed, or not solved. What the other answer asks for is not asked."""

    name = forms.CharField(label=_("Your full name"), max_length=60, required=False)
    satisfaction = forms.ChoiceField(
        label=_("How content are you?"), choices=Satisfaction.choices, widget=forms.RadioSelect, required=False
    )
    words = forms.CharField(
        label=_("Do you want to add something?"), max_length=500, required=False, widget=forms.Textarea({"rows": 2})
    )
    strokes = SignatureField(label=_("Signature"), required=False)
    typed = forms.CharField(label=_("Your full name, once more"), max_length=60, required=False)
    is_mine = forms.BooleanField(label=_("This is my name; it stands for my signature"), required=False)
    why = forms.CharField(
        label=_("What is not solved?"), max_length=300, required=False, widget=forms.Textarea({"rows": 3})
    )
    seen = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, way: Way, oneself: str = "") -> None:
        super().__init__(data)
        self.way, self.oneself = way, oneself
        self.fields["typed"].widget.attrs["autocomplete"] = "off"
        self.fields["name"].widget.attrs["autocomplete"] = "off" if way is Way.HANDED else "name"
        if way is Way.ACCOUNT:
            del self.fields["name"]

    @property
    def refuses(self) -> bool:
        return self.data.get("verdict") == REFUSE

    @property
    def signer_name(self) -> str:
        return self.oneself or self.cleaned_data["name"]

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        if not name:
            raise forms.ValidationError(_("Say who signs."))
        if not name.isprintable() or any(unicodedata.category(letter) == "Cf" for letter in name):
            raise forms.ValidationError(_("There is a letter in this name that nobody can read."))
        return name

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if self.refuses:
            self._keep_only("name", "why")
            if not said.get("why", "").strip() and "why" not in self.errors:
                self.add_error("why", _("Say what is not solved."))
        else:
            self._keep_only("name", "satisfaction", "words", "strokes", "typed")
            self._want_signature(said)
        return said

    def _keep_only(self, *asked: str) -> None:
        for name in set(self.errors) - set(asked):
            del self._errors[name]

    def _want_signature(self, said: dict[str, Any]) -> None:
        if not said.get("satisfaction") and "satisfaction" not in self.errors:
            self.add_error("satisfaction", _("Choose one of the three."))
        if said.get("strokes") or "strokes" in self.errors:
            return
        typed = said.get("typed", "")
        name = self.oneself or said.get("name", "")
        if not typed:
            self.add_error("strokes", _("Sign in the field, or type your full name instead."))
        elif name and same(typed) != same(name):
            self.add_error("typed", _("Type the same name as above."))
        elif not said.get("is_mine"):
            self.add_error("is_mine", _("Confirm that this is your name."))

    def signature(self) -> Signature:
        said = self.cleaned_data
        drawn = said["strokes"]
        return Signature(
            satisfaction=Satisfaction(said["satisfaction"]),
            seen=said.get("seen", ""),
            strokes=drawn,
            typed="" if drawn else self.signer_name,
            words=said["words"],
        )

    def say(self, refusal: Refused) -> None:
        """Beside its field; what was typed stays."""
        place = PLACES.get(refusal.code)
        self.add_error(place if place in self.fields else None, str(refusal.sentence))


class ObjectionForm(GuardsPatientData):
    said = forms.CharField(
        label=_("What the signer shall know"), max_length=300, required=False, widget=forms.Textarea({"rows": 2})
    )
