from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Letter:
    """Everything a channel needs, gathered before the call so that no transaction waits for a receiver."""

    key: str  # the same on every repeat
    event: str
    kind: str
    urgency: str
    subject_kind: str
    subject_id: str
    text: str
    link: str
    at: datetime
    address: str = ""  # a mail address or a phone number
    url: str = ""
    secret: str = field(default="", repr=False)
    data: Mapping[str, Any] = field(default_factory=dict)  # of an act, for a program
    allowed: frozenset[tuple[str, int]] = frozenset()

    @property
    def text_with_link(self) -> str:
        return f"{self.text}\n{self.link}"
