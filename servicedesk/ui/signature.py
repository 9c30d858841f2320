"""The signature pad as a form field: `strokes = SignatureField()`. Its look is templates/ui/signature.html."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from servicedesk.ui import strokes


class SignaturePad(forms.Widget):
    template_name = "ui/signature.html"
    use_fieldset = False

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        return context | {"width": strokes.WIDTH, "height": strokes.HEIGHT}

    def id_for_label(self, id_: str | None) -> str:
        return ""  # a canvas is no field of its own; the label names the group


class SignatureField(forms.Field):
    """Cleaned: the path, written anew from the numbers that were read. Empty where nothing was drawn."""

    widget = SignaturePad

    def to_python(self, value: Any) -> str:
        if not value:
            return ""
        try:
            return strokes.path(strokes.read(str(value)))
        except strokes.TooLittle as error:
            raise forms.ValidationError(
                _("That is too little for a signature. Write your name into the field."), code="too_little"
            ) from error
        except strokes.Unreadable as error:
            raise forms.ValidationError(
                _("The drawing could not be read. Clear the field and sign once more."), code="unreadable"
            ) from error
