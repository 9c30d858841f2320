"""Stickers on paper: the code as a drawing, and A4 sheets of three by eight."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import segno
from django.utils.safestring import SafeString, mark_safe

PER_SHEET = 24


def drawn(address: str) -> SafeString:
    """Error correction M: a scratch or a fold may cover a seventh of it. No style attributes: the CSP forbids them."""
    out = io.BytesIO()
    code = segno.make_qr(address, error="m")
    code.save(
        out,
        kind="svg",
        xmldecl=False,
        svgns=True,
        svgclass="sticker-code",
        lineclass=None,
        border=2,
        omitsize=True,
        nl=False,
    )
    return mark_safe(out.getvalue().decode())  # noqa: S308  segno's own, of an address we made


def sheets(pieces: Sequence[Any]) -> list[Sequence[Any]]:
    return [pieces[start : start + PER_SHEET] for start in range(0, len(pieces), PER_SHEET)]
