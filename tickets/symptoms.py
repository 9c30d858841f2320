"""What a reporter taps on a phone: few words, no contract's categories."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Symptom(TextChoices):
    DOES_NOT_START = "no_start", _("Does not open, crashes")
    SLOW = "slow", _("Slow, frozen")
    NO_IMAGES = "no_images", _("Images do not come")
    NO_PRINT = "no_print", _("Does not print")
    WRONG_REPORT = "wrong_report", _("Report wrong or missing")
    NO_DATA = "no_data", _("Data missing or not updated")
    CANNOT_SAVE = "cannot_save", _("Cannot save or submit")
    NO_SIGN_IN = "no_sign_in", _("Cannot sign in")
    OTHER = "other", _("Something else…")


IMAGING = frozenset({"pacs", "pacs-checklist"})
OF: dict[Symptom, frozenset[str]] = {Symptom.NO_IMAGES: IMAGING}
SHOWN = 6  # two columns of three fill a phone without scrolling


def choices_for(blueprints: Collection[str], lately: Counter[str]) -> list[Symptom]:
    """The most frequent first, in the order above where none was; 'something else' always last."""
    fits = {one: one not in OF or OF[one] & set(blueprints) for one in Symptom}
    fitting = [one for one in Symptom if one is not Symptom.OTHER and fits[one]]
    ordered = sorted(fitting, key=lambda one: -lately[one.value])
    return [*ordered[: SHOWN - 1], Symptom.OTHER]
