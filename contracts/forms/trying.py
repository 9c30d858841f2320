"""What somebody would report, to be tried: every refusal beside its field, with the sentence programs read as well."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from contracts.models import MatrixVersion
from contracts.models.promises import VersionState
from contracts.trying import Misfit, Offer, Report, beside, category_in, channel_from, moment_from, severity_in
from servicedesk.clocks.words import CHANNELS
from servicedesk.sla.promise import Channel, Severity

STATES = {
    VersionState.DRAFT: _("draft"),
    VersionState.ASKED: _("waits for the hospital"),
    VersionState.ACTIVATED: pgettext_lazy("version", "agreed"),
    VersionState.REFUSED: pgettext_lazy("version", "refused"),
    VersionState.WITHDRAWN: _("withdrawn"),
}


class Taken(forms.CharField):
    """A field whose words the core reads; what it refuses stands beside the field as it was typed."""

    def __init__(self, *, choices: Any = (), **more: Any) -> None:
        widget = forms.Select(choices=choices) if choices else more.pop("widget", None)
        super().__init__(widget=widget, **more)


class TryForm(forms.Form):
    category = Taken(label=_("Kind of service"), choices=[("", "")])
    severity = Taken(label=_("Severity"), choices=[("", "")], required=False)
    at = Taken(label=_("Reported at"), widget=forms.DateTimeInput({"type": "datetime-local"}))
    reported_by = Taken(label=_("How it is reported"), choices=[("", "")], required=False)
    emergency = forms.BooleanField(label=_("Marked an emergency"), required=False)
    version = Taken(label=_("By which promises"), choices=[("", "")], required=False)
    other = Taken(label=_("Beside them"), choices=[("", "")], required=False)

    def __init__(self, data: Any, *, offer: Offer, versions: list[MatrixVersion], **more: Any) -> None:
        super().__init__(data, **more)
        self.offer, self.versions = offer, {str(version.version): version for version in versions}
        self._choose("category", [(code, name) for code, name in offer.categories.items()])
        self._choose("severity", [(level.value, level.value) for level in offer.levels])
        self._choose("reported_by", [("", _("any way")), *((c.value, CHANNELS[c]) for c in Channel)])
        named = [(str(v.version), _version_words(v)) for v in versions]
        self._choose("version", [("", _("those in force at that moment")), *named])
        self._choose("other", [("", _("nothing")), *named])
        if not offer.levels:
            del self.fields["severity"]
        if not any(row["emergency"] for version in versions for row in version.rows):
            del self.fields["emergency"]
        if len(versions) < 2:
            del self.fields["other"]

    def _choose(self, name: str, choices: list[tuple[str, Any]]) -> None:
        """What was asked for and does not exist stays to be seen."""
        typed = self.data.get(name, "") if self.is_bound else ""
        unknown = [(typed, typed)] if typed and typed not in dict(choices) else []
        self.fields[name].widget.choices = [*choices, *unknown]

    def _read(self, field: str, read: Any) -> Any:
        try:
            with beside(field):
                return read(self.cleaned_data[field].strip())
        except Misfit as misfit:
            raise forms.ValidationError(misfit.sentence) from misfit

    def clean_category(self) -> str:
        return self._read("category", lambda text: category_in(self.offer, text))

    def clean_severity(self) -> Severity:
        return self._read("severity", lambda text: severity_in(self.offer, text))

    def clean_reported_by(self) -> Channel | None:
        return self._read("reported_by", channel_from)

    def clean_at(self) -> datetime:
        """The browser's field knows no zone; it means that of the contract."""
        calendar = self.offer.matrix.calendar
        moment = self._read("at", lambda text: moment_from(_with_zone(text, calendar.zone)))
        self._read("at", lambda _text: calendar.day_of(moment))
        return moment

    def clean_version(self) -> MatrixVersion | None:
        return self._version("version")

    def clean_other(self) -> MatrixVersion | None:
        return self._version("other")

    def _version(self, name: str) -> MatrixVersion | None:
        number = self.cleaned_data[name]
        if number and number not in self.versions:
            raise forms.ValidationError(_("The contract has no such version."))
        return self.versions.get(number)

    def report(self) -> Report:
        given = self.cleaned_data
        return Report(
            category=given["category"],
            severity=given.get("severity", Severity.NONE),
            at=given["at"],
            channel=given["reported_by"],
            emergency=given.get("emergency", False),
        )


def _with_zone(text: str, zone: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    if moment.tzinfo is None and 1 < moment.year < 9999:
        return moment.replace(tzinfo=ZoneInfo(zone)).isoformat()
    return text if moment.tzinfo else f"{text}+00:00"  # so near to the end of time that no zone is asked


def _version_words(version: MatrixVersion) -> str:
    return f"v{version.version} · {STATES[version.state]}"
