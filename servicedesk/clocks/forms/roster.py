from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from servicedesk.clocks.models import Team
from servicedesk.clocks.rotation import Rotation
from servicedesk.clocks.selectors.month import Cell, Day
from servicedesk.clocks.services.roster import LONGEST_REASON, Change
from servicedesk.clocks.shifts import days_between, level_name, shifts_of, slot
from servicedesk.tenancy.models import Membership

LONGEST_SPAN = 366
TURNS = range(1, 9)  # how many can take turns
FIRST_YEAR, LAST_YEAR = 2000, 2099
NOBODY = ("", "—")


def people_choices(people: Iterable[Membership]) -> list[tuple[str, str]]:
    """Two of one name are told apart by the end of their phone number."""
    people = list(people)
    often = Counter(person.name for person in people)
    return [
        (str(person.pk), person.name if often[person.name] == 1 else f"{person.name}（…{person.phone[-4:]}）")
        for person in people
    ]


class DateBox(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class WhyMixin(forms.Form):
    why = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        required=False,
        help_text=_("Only needed where a duty has begun or is over; it stands in the history."),
    )


class DayForm(WhyMixin):
    """One day of a team: a person per cell. What was not touched is not written, and nobody's work is overwritten."""

    from_now = forms.BooleanField(
        label=_("A shift that runs changes hands now; what was until now stays"), required=False, initial=True
    )

    def __init__(
        self, *args: Any, day: Day, people: Sequence[Membership], at: datetime, chosen: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.day, self.at = day, at
        for cell in day.cells:
            self.fields[cell.key] = self._choice(cell, people)
        if chosen in self.fields:
            self.fields[chosen].widget.attrs["autofocus"] = True
        self.is_running = any(cell.is_now and cell.duties for cell in day.cells)
        self.touches_past = any(cell.slot.starts_at < at for cell in day.cells)
        if not self.is_running:
            del self.fields["from_now"]
        self.order_fields([*(cell.key for cell in day.cells), "from_now", "why"])

    def _choice(self, cell: Cell, people: Sequence[Membership]) -> forms.ChoiceField:
        choices = dict([NOBODY, *people_choices(people)])
        choices |= {str(duty.member_id): duty.member.name for duty in cell.duties}  # who has left is still named
        return forms.ChoiceField(
            label=f"{cell.column.label} {cell.column.shift.hours}",
            choices=list(choices.items()),
            required=False,
            initial=_standing(cell),
            show_hidden_initial=True,
            widget=forms.Select(attrs={"class": "form-select"}),
        )

    @property
    def boxes(self) -> Iterator[tuple[Cell, Any]]:
        return ((cell, self[cell.key]) for cell in self.day.cells)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for cell in self._touched():
            if self[cell.key].data is not None and self._seen(cell) != _standing(cell):
                self.add_error(cell.key, self._faster(cell))
        return given

    def _touched(self) -> list[Cell]:
        return [cell for cell in self.day.cells if cell.key in self.changed_data]

    def _seen(self, cell: Cell) -> str:
        box = self[cell.key]
        return str(self.data.get(box.html_initial_name, _standing(cell)))

    def _faster(self, cell: Cell) -> str:
        names = "、".join(duty.member.name for duty in cell.duties) or gettext("nobody")
        return gettext("Somebody has changed this meanwhile; now it is: %(names)s. Choose again.") % {"names": names}

    def changes(self) -> list[Change]:
        since = self.at.replace(second=0, microsecond=0) if self.cleaned_data.get("from_now") else None
        return [
            Change(
                cell.slot,
                UUID(chosen) if (chosen := self.cleaned_data[cell.key]) else None,
                since if cell.is_now and cell.duties else None,
            )
            for cell in self._touched()
        ]

    def show(self, faults: dict[str, str]) -> None:
        for key, sentence in faults.items():
            self.add_error(key, sentence)
            self.fields[key].widget.attrs["class"] += " is-invalid"
        if not self.cleaned_data.get("why"):
            self.fields["why"].widget.attrs["autofocus"] = True


def _standing(cell: Cell) -> str:
    return str(cell.duties[-1].member_id) if cell.duties else ""


class SpanForm(forms.Form):
    from_on = forms.DateField(label=_("From"), widget=DateBox)
    until_on = forms.DateField(label=_("To, this day included"), widget=DateBox)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        first, last = given.get("from_on"), given.get("until_on")
        for name, on in (("from_on", first), ("until_on", last)):
            if on and not FIRST_YEAR <= on.year <= LAST_YEAR:
                self.add_error(name, _("Choose a day of this century."))
        if first and last and last < first:
            self.add_error("until_on", _("The last day lies before the first."))
        elif first and last and (last - first).days >= LONGEST_SPAN:
            self.add_error("until_on", _("Plan one year at most at once."))
        return given

    @property
    def days(self) -> list[date]:
        return days_between(self.cleaned_data["from_on"], self.cleaned_data["until_on"])


class ClearForm(SpanForm):
    level = forms.TypedChoiceField(label=_("Level"), required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, team: Team, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["level"].choices = [("", _("all levels")), *_levels(team)]


class FillForm(SpanForm):
    """People taking turns on one level and shift; days off have turns of their own, by the land's calendar."""

    SAME, OWN, NONE = "same", "own", "none"
    level = forms.TypedChoiceField(label=_("Level"), coerce=int)
    shift = forms.TypedChoiceField(label=_("Shift"), coerce=int)
    turn = forms.ChoiceField(label=_("They take turns"), choices=[("day", _("by day")), ("week", _("by week"))])
    off = forms.ChoiceField(
        label=_("On days off and holidays"),
        choices=[(SAME, _("the same people in turn")), (OWN, _("people of their own")), (NONE, _("leave as it is"))],
    )

    def __init__(self, *args: Any, team: Team, people: Sequence[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.team = team
        self.fields["level"].choices = _levels(team)
        self.fields["shift"].choices = [(shift.number, shift.title) for shift in shifts_of(team)]
        choices = [NOBODY, *people_choices(people)]
        for name in ("work", "rest"):
            for number in TURNS:
                self.fields[f"{name}_{number}"] = forms.ChoiceField(
                    label=gettext("Place %(number)s") % {"number": number}, choices=choices, required=False
                )

    @property
    def place_fields(self) -> list[Any]:
        return [self[name] for name in ("from_on", "until_on", "level", "shift", "turn")]

    @property
    def work_fields(self) -> list[Any]:
        return [self[f"work_{number}"] for number in TURNS]

    @property
    def rest_fields(self) -> list[Any]:
        return [self[f"rest_{number}"] for number in TURNS]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        mode = given.get("off")
        if mode == self.OWN and not self._people("rest"):
            self.add_error("rest_1", _("Choose who takes turns on days off, or leave those days as they are."))
        if not self._people("work") and mode != self.OWN:
            self.add_error("work_1", _("Choose at least one person."))
        return given

    def _people(self, name: str) -> list[UUID]:
        chosen = (self.cleaned_data.get(f"{name}_{number}") for number in TURNS)
        return [UUID(one) for one in chosen if one]

    @property
    def rotation(self) -> Rotation:
        given = self.cleaned_data
        rest = None if given["off"] == self.SAME else self._people("rest") if given["off"] == self.OWN else []
        return Rotation(self._people("work"), rest, by_week=given["turn"] == "week")

    def changes(self, land: Any) -> list[Change]:
        given = self.cleaned_data
        shift = shifts_of(self.team)[given["shift"]]
        turns = self.rotation.turns(self.days, land)
        return [Change(slot(on, given["level"], shift), member_id) for on, member_id in turns]


def _levels(team: Team) -> list[tuple[int, str]]:
    return [(level, level_name(level)) for level in range(1, team.levels + 1)]


class ImportForm(forms.Form):
    sheet = forms.FileField(label=_("Spreadsheet"), error_messages={"required": _("Choose a file first.")})


class SwapForm(forms.Form):
    to = forms.ModelChoiceField(label=_("Who takes it"), queryset=Membership.objects.none())
    why = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, *args: Any, colleagues: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = colleagues
