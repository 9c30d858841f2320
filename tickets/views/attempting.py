from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.forms import BaseForm

from servicedesk.tenancy.refusals import Refused


def attempt(form: BaseForm, act: Callable[[], Any]) -> bool:
    """A refusal is said in the form; what was typed stays."""
    if not form.is_valid():
        return False
    try:
        act()
    except Refused as refusal:
        form.add_error(None, str(refusal.sentence))  # type: ignore[attr-defined]
    return form.is_valid()
