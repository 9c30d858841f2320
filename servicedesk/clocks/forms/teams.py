from __future__ import annotations

from datetime import time
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from servicedesk.clocks.models import Desk, Team
from servicedesk.clocks.shifts import DAY, LEVELS, MOST_SHIFTS, fault_of, level_name


class TeamForm(forms.ModelForm):
    """Shifts are typed as times of the day: one that ends no later than it begins ends the next day."""

    levels = forms.TypedChoiceField(
        label=_("Levels"),
        coerce=int,
        choices=lambda: [(level, level_name(level)) for level in range(1, len(LEVELS) + 1)],
        help_text=_("Down to which line somebody is on duty. Escalations climb from the first line upwards."),
    )
    desks = forms.MultipleChoiceField(
        label=_("Answers for"), required=False, widget=forms.CheckboxSelectMultiple, choices=[]
    )

    class Meta:
        model = Team
        fields = ("name", "levels")

    def __init__(self, *args: Any, desks: list[Desk], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["desks"].choices = [(str(desk.pk), _said(desk, self.instance)) for desk in desks]
        self.fields["desks"].initial = [str(desk.pk) for desk in desks if desk.team_id == self.instance.pk]
        for number in range(MOST_SHIFTS):
            self._offer_shift(number)

    def _get_validation_exclusions(self) -> set[str]:
        """The vendor is set by the page, and 'a team of this name' asks for it."""
        return super()._get_validation_exclusions() - {"vendor"}

    def _offer_shift(self, number: int) -> None:
        name, start, end = self.instance.shifts[number] if number < len(self.instance.shifts) else ("", None, None)
        watch = {"type": "time"}
        self.fields[f"shift_{number}_name"] = forms.CharField(
            label=_("Shift"), max_length=20, required=False, initial=name
        )
        for suffix, label, minutes in (("from", _("From"), start), ("to", _("To"), end)):
            self.fields[f"shift_{number}_{suffix}"] = forms.TimeField(
                label=label,
                required=False,
                initial=None if minutes is None else time(minutes // 60 % 24, minutes % 60),
                widget=forms.TimeInput(attrs=watch, format="%H:%M"),
            )

    @property
    def head_fields(self) -> list[Any]:
        return [self["name"], self["levels"]]

    @property
    def shift_rows(self) -> list[list[Any]]:
        """Those in use and one more."""
        return self._rows()[: self._shown]

    @property
    def more_shift_rows(self) -> list[list[Any]]:
        return self._rows()[self._shown :]

    def _rows(self) -> list[list[Any]]:
        parts = ("name", "from", "to")
        return [[self[f"shift_{number}_{part}"] for part in parts] for number in range(MOST_SHIFTS)]

    @property
    def _shown(self) -> int:
        touched = [number for number, row in enumerate(self._rows()) if any(field.value() for field in row)]
        return max(touched, default=0) + 2

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        shifts = [shift for number in range(MOST_SHIFTS) if (shift := self._shift(number, given))]
        if not self.errors and (fault := fault_of(shifts)):
            self.add_error("shift_0_name", str(fault))
        self.instance.shifts = shifts
        return given

    def _shift(self, number: int, given: dict[str, Any]) -> list[Any] | None:
        fields = [f"shift_{number}_{part}" for part in ("name", "from", "to")]
        name, start, end = (given.get(field) for field in fields)
        if not name and start is None and end is None:
            return None
        for field in fields:
            if given.get(field) in (None, "") and field not in self.errors:
                self.add_error(field, _("A shift needs a name, a beginning and an end."))
        if not name or start is None or end is None:
            return None
        begins, ends = _minutes(start), _minutes(end)
        return [name, begins, ends if ends > begins else ends + DAY]

    @property
    def desk_ids(self) -> list[UUID]:
        return [UUID(value) for value in self.cleaned_data["desks"]]


def _minutes(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def _said(desk: Desk, team: Team) -> str:
    other = desk.team if desk.team_id and desk.team_id != team.pk else None
    words = f"{desk.hospital.short_name} · {desk.label}"
    return words + (" " + str(_("(now: %(team)s)") % {"team": other.name}) if other else "")
