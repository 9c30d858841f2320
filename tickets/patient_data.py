"""What in a free text looks like a patient: identity-card numbers that check out, record numbers, telephone numbers.

`find` says what and where, `masked` leaves the last digits, by which people still recognise it (ALL-15).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from unicodedata import normalize

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Kind(StrEnum):
    IDENTITY = "identity"
    RECORD = "record"
    PHONE = "phone"


ALL = frozenset(Kind)
# What nobody writes of themselves: people at work give each other their telephone numbers all day.
NEVER_ONES_OWN = frozenset({Kind.IDENTITY, Kind.RECORD})
WORDS: dict[Kind, Promise] = {
    Kind.IDENTITY: _("an identity-card number"),
    Kind.RECORD: _("a patient's record number"),
    Kind.PHONE: _("a mobile number"),
}
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"
GAP = r"[ \-]?"
IDENTITY = re.compile(rf"(?<![0-9A-Za-z])[1-9](?:{GAP}[0-9]){{16}}{GAP}[0-9Xx](?![0-9A-Za-z])")
RECORD = re.compile(
    r"(?:住院|病历|病案|门诊|就诊|登记|检查|影像|病人|患者|医保|社保)(?:卡)?\s*(?:号|ID|编号|流水号)\s*(?:码)?\s*[:是为#]?\s*"
    r"(?P<value>[A-Za-z]{0,4}[0-9][0-9A-Za-z\-]{3,})",
    re.IGNORECASE,
)
PHONE = re.compile(rf"(?<![0-9])(?:\+?86{GAP})?1[3-9][0-9]{GAP}[0-9]{{4}}{GAP}[0-9]{{4}}(?![0-9])")
KEPT = 2


@dataclass(frozen=True)
class Finding:
    kind: Kind
    start: int
    end: int


def find(text: str, kinds: frozenset[Kind] = ALL) -> list[Finding]:
    """In the order of the text; none overlaps another. Full-width digits count like any other."""
    plain = "".join(_narrow(character) for character in text)
    found = sorted((one for one in _all(plain) if one.kind in kinds), key=lambda one: (one.start, -one.end))
    kept: list[Finding] = []
    for one in found:
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept


def masked(text: str, kinds: frozenset[Kind] = ALL) -> str:
    for one in reversed(find(text, kinds)):
        text = text[: one.start] + _hidden(text[one.start : one.end]) + text[one.end :]
    return text


def kinds_in(text: str, kinds: frozenset[Kind] = ALL) -> list[str]:
    """As words for the sentence that warns, each once."""
    return [str(WORDS[kind]) for kind in dict.fromkeys(one.kind for one in find(text, kinds))]


def is_identity_number(text: str) -> bool:
    """GB 11643: a birthday that exists, and the last character checks the other seventeen."""
    digits = re.sub(r"[ \-]", "", text).upper()
    if not re.fullmatch(r"[0-9]{17}[0-9X]", digits):
        return False
    try:
        born = date(int(digits[6:10]), int(digits[10:12]), int(digits[12:14]))
    except ValueError:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(digits, WEIGHTS, strict=False))
    return born.year >= 1880 and CHECKS[total % 11] == digits[17]


def _all(plain: str) -> Iterator[Finding]:
    for match in IDENTITY.finditer(plain):
        if is_identity_number(match[0]):
            yield Finding(Kind.IDENTITY, *match.span())
    for match in RECORD.finditer(plain):
        yield Finding(Kind.RECORD, *match.span("value"))
    for match in PHONE.finditer(plain):
        yield Finding(Kind.PHONE, *match.span())


def _narrow(character: str) -> str:
    """One for one, so that what is found stands where it was typed."""
    plain = normalize("NFKC", character)
    return plain if len(plain) == 1 else character


def _hidden(text: str) -> str:
    return "*" * max(len(text) - KEPT, 1) + text[-KEPT:] if len(text) > KEPT else "*" * len(text)
