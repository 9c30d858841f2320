"""What verifying can find, each in one sentence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Trouble(StrEnum):
    ALTERED = "altered"
    RECORD_MISSING = "record missing"
    LINK_MISSING = "link missing"
    BLOCK_MISSING = "block missing"
    BLOCK_ALTERED = "block altered"
    UNLIKE_ANCHOR = "unlike its anchor"
    TRUNCATED = "truncated"
    IN_NO_BLOCK = "in no block"
    NOT_ANCHORED = "not anchored"
    NEVER_SEALED = "never sealed"
    GONE_UNSEALED = "gone before sealing"


SENTENCES: dict[Trouble, Promise] = {
    Trouble.ALTERED: _(
        "%(chain)s: record %(record)s at position %(position)s (block %(block)s) is not what was sealed."
    ),
    Trouble.RECORD_MISSING: _("%(chain)s: record %(record)s at position %(position)s (block %(block)s) is gone."),
    Trouble.LINK_MISSING: _("%(chain)s: the link at position %(position)s (block %(block)s) is gone."),
    Trouble.BLOCK_MISSING: _("%(chain)s: block %(block)s, from position %(position)s on, is gone or was moved."),
    Trouble.BLOCK_ALTERED: _("%(chain)s: block %(block)s, from position %(position)s on, does not fit its records."),
    Trouble.UNLIKE_ANCHOR: _("%(chain)s: block %(block)s, from position %(position)s on, differs from its anchor."),
    Trouble.TRUNCATED: _(
        "%(chain)s: the anchors know block %(block)s, from position %(position)s on; the database lost it."
    ),
    Trouble.IN_NO_BLOCK: _("%(chain)s: record %(record)s at position %(position)s belongs to no block."),
    Trouble.NOT_ANCHORED: _("%(chain)s: block %(block)s has no anchor and does not wait for one."),
    Trouble.NEVER_SEALED: _("%(chain)s: record %(record)s was never sealed and does not wait for it."),
    Trouble.GONE_UNSEALED: _("%(chain)s: record %(record)s is gone; it still waited for its seal."),
}


@dataclass(frozen=True, slots=True)
class Finding:
    trouble: Trouble
    chain: str
    record_id: UUID | None = None
    position: int | None = None
    block: int | None = None

    @property
    def sentence(self) -> str:
        facts = {"chain": self.chain, "record": self.record_id, "position": self.position, "block": self.block}
        return SENTENCES[self.trouble] % facts


class Note(StrEnum):
    """Worth a look, but the seals hold: an outage, a long import or a wrong clock does the same."""

    PUT_IN_LATER = "put in later"
    TOLD_LATER = "told later"


NOTES: dict[Note, Promise] = {
    Note.PUT_IN_LATER: _(
        "%(chain)s: record %(record)s claims to have been written over an hour before what was sealed before it "
        "(such records: %(count)s)."
    ),
    Note.TOLD_LATER: _(
        "%(chain)s: record %(record)s tells of something over a day before it was written (such records: %(count)s)."
    ),
}
