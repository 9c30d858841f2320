"""A year's arrangement is pasted as the notice says it, or comes as a file, which ends in the same box."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from servicedesk.clocks.calendars_notice import Arrangement, arrangement
from servicedesk.clocks.calendars_table import decoded, text_of_csv, text_of_xlsx
from servicedesk.clocks.words import in_words
from servicedesk.files.checking import SENTENCES, Kind, Limits, Refused, check
from servicedesk.files.limits import MIB
from servicedesk.sla.calendar import FIRST_YEAR, LAST_YEAR, Impossible

LONGEST = 20_000
LIMITS = Limits(size=MIB, expanded=20 * MIB, members=200)


class YearForm(forms.Form):
    year = forms.IntegerField(
        label=gettext_lazy("Year"), min_value=FIRST_YEAR, max_value=LAST_YEAR, widget=forms.NumberInput
    )
    source = forms.CharField(
        label=gettext_lazy("Source"),
        max_length=300,
        help_text=gettext_lazy("Number or address of the official notice."),
    )
    notice = forms.CharField(
        label=gettext_lazy("Text of the notice"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea({"rows": 12}),
        help_text=gettext_lazy(
            "Paste the State Council's notice as it is, or lines of date and kind: 2027-01-01,off or 2027-02-06,worked."
        ),
    )
    table = forms.FileField(
        label=gettext_lazy("Or a table"),
        required=False,
        help_text=gettext_lazy("CSV or XLSX of two columns, date and kind (off or worked); at most 1 MB."),
        widget=forms.FileInput({"accept": ".csv,.xlsx,.txt"}),
    )
    found: Arrangement

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("table"):
            self._take_file(cleaned)
        if self.errors.keys() & {"year", "notice", "table"}:
            return cleaned
        if not cleaned.get("notice", "").strip():
            self.add_error("notice", _("Paste the notice, or choose a file."))
        else:
            self._read(cleaned)
        return cleaned

    def _take_file(self, cleaned: dict[str, Any]) -> None:
        """What the file holds is put into the box: there it can be read, mended and confirmed."""
        if cleaned.get("notice", "").strip():
            self.add_error("table", _("Paste a text or choose a file, not both."))
            return
        try:
            cleaned["notice"] = _text_of(cleaned["table"])
        except Refused as refusal:
            self.add_error("table", _(SENTENCES[refusal.reason]) % refusal.details)
        except Impossible as reason:
            self.add_error("table", in_words(reason))
        else:
            self.data = {**self.data.dict(), "notice": cleaned["notice"]}

    def _read(self, cleaned: dict[str, Any]) -> None:
        try:
            self.found = arrangement(cleaned["notice"], cleaned["year"])
        except Impossible as reason:
            self.add_error("notice", in_words(reason))


def _text_of(upload: Any) -> str:
    accepted = check(upload, upload.name, LIMITS)
    with accepted.content as content:
        if accepted.kind is Kind.TEXT:
            return decoded(content.read())
        if accepted.kind is Kind.CSV:
            return text_of_csv(content.read())
        if accepted.kind is Kind.XLSX:
            return text_of_xlsx(content)
    raise Impossible("Only a CSV or XLSX table can be read here.")
