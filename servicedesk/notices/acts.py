"""Which acts the programs of both parties are told of: a closed list. A test does each of them and finds its event."""

from servicedesk.audit.enums import Act

# What one side keeps from the other, and each organisation's own housekeeping.
KEPT_INSIDE = frozenset(
    {
        Act.NOTE_WRITTEN,
        Act.MACRO_KEPT,
        Act.MACRO_REMOVED,
        Act.VIEW_KEPT,
        Act.VIEW_DROPPED,
        Act.STICKERS_MADE,
        Act.STICKER_REVOKED,
        Act.NUMBERS_SET,
        Act.RECORDS_EXPORTED,
        Act.REMOTE_EXPORTED,
    }
)
ON_CLOCKS = (
    Act.VISIT_CALLED,
    Act.CLOCKS_PAUSED,
    Act.CLOCKS_RESUMED,
    Act.START_MOVED,
    Act.TIME_PROPOSED,
    Act.TIME_AGREED,
    Act.TIME_NOT_AGREED,
    Act.WAIVER_ASKED,
    Act.WAIVED,
    Act.WAIVER_REFUSED,
)
ON_TICKETS = tuple(act for act in Act if act.value.startswith("tickets.") and act not in KEPT_INSIDE)
TOLD = (*ON_TICKETS, *ON_CLOCKS)
