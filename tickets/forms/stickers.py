from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from servicedesk.tenancy.models import Department, Place
from servicedesk.tenancy.wall import Person
from tickets.forms.texts import GuardsPatientData, PlainText
from tickets.offering import grouped, targets_for
from tickets.services.stickers import AT_MOST, About

LABEL = 60


class StickersForm(GuardsPatientData):
    system = forms.ChoiceField(
        label=gettext_lazy("Which system"), required=False,
        help_text=gettext_lazy(
            "A device of one system reports to it, whichever contract is in force. Otherwise leave it open: whoever "
            "scans taps which of all systems it is, those most often reported there first."
        ),
    )  # fmt: skip
    place = forms.ModelChoiceField(
        Place.objects.none(), label=gettext_lazy("Place"), required=False, empty_label=gettext_lazy("no place")
    )
    department = forms.ModelChoiceField(
        Department.objects.none(), label=gettext_lazy("Department"), required=False,
        empty_label=gettext_lazy("that of the place"),
    )  # fmt: skip
    labels = PlainText(
        label=gettext_lazy("Devices, one in each line"), max_length=20_000, required=False,
        widget=forms.Textarea({"rows": 6}),
        help_text=gettext_lazy("A sticker for each. Without any: one sticker for the place."),
    )  # fmt: skip
    phone = PlainText(
        label=gettext_lazy("Number to call instead"), max_length=40, required=False,
        help_text=gettext_lazy("Printed below the code. Empty: the system's hotline."),
    )  # fmt: skip

    def __init__(self, *args: Any, person: Person, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.targets = {target.key: target for target in targets_for(person, at=at)}
        groups = grouped(list(self.targets.values()))
        self.fields["system"].choices = [("", _("All that stand there")), *groups]
        own = {"hospital_id": person.hospital_id, "closed_at": None}
        self.fields["place"].queryset = Place.objects.visible_to(person).filter(**own)
        self.fields["department"].queryset = Department.objects.visible_to(person).filter(**own)

    def clean_labels(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["labels"].splitlines() if line.strip()]
        if len(lines) > AT_MOST:
            raise forms.ValidationError(_("At most %(count)s stickers at once.") % {"count": AT_MOST})
        if long := [line for line in lines if len(line) > LABEL]:
            words = ngettext(
                "%(count)s line is longer than 60 characters.", "%(count)s lines are longer than 60 characters.",
                len(long),
            )  # fmt: skip
            raise forms.ValidationError(words % {"count": len(long)})
        return list(dict.fromkeys(lines)) or [""]

    def _only_hotline(self) -> str:
        """Of several nobody knows which is meant, and none is printed."""
        hotlines = {target.contract.desk.hotline for target in self.targets.values()}
        return hotlines.pop() if len(hotlines) == 1 else ""

    def about(self) -> About:
        given = self.cleaned_data
        shared = {"department": given["department"], "place": given["place"], "phone": given["phone"]}
        target = self.targets.get(given["system"])
        if target is None:
            shared["phone"] = given["phone"] or self._only_hotline()
            return About(**shared)
        shared["phone"] = given["phone"] or target.contract.desk.hotline
        return About(target.contract, target.system, **shared)


class NumbersForm(GuardsPatientData):
    digits = forms.IntegerField(
        label=gettext_lazy("Digits of the day's count"), min_value=2, max_value=6,
        help_text=gettext_lazy("With three, the thousandth ticket of a day simply has four."),
    )  # fmt: skip
