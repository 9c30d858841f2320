"""The closed words of a ticket."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class State(TextChoices):
    """There is no 'refused': a vendor that is not competent hands over, and the clock runs on (SMART-8)."""

    CALL_AWAITED = "call_awaited", _("Waits for the call")  # only the phone may report this severity
    REPORTED = "reported", _("To be accepted")
    WORKING = "working", pgettext_lazy("ticket", "In work")
    WAITING = "waiting", pgettext_lazy("ticket", "Waiting")  # something was asked back; no clock pauses by it
    HANDED_OVER = "handed_over", _("With the hospital")  # 'not ours'
    RESOLVED = "resolved", pgettext_lazy("ticket", "Resolved")  # waits for the signature of who had the problem
    SIGNED = "signed", _("To be confirmed")  # waits for the hospital's IT
    CLOSED = "closed", pgettext_lazy("ticket", "Closed")
    MERGED = "merged", _("Merged")
    WITHDRAWN = "withdrawn", pgettext_lazy("ticket", "Withdrawn")

    @property
    def is_over(self) -> bool:
        return self in OVER


class WaitsOn(TextChoices):
    """Whose answer a ticket waits for."""

    REPORTER = "reporter", pgettext_lazy("waits on", "the reporter")
    HOSPITAL = "hospital", pgettext_lazy("waits on", "the hospital's IT")
    THIRD_PARTY = "third_party", pgettext_lazy("waits on", "somebody else")


OVER = frozenset({State.CLOSED, State.MERGED, State.WITHDRAWN})
OPEN = frozenset(State) - OVER


class Kind(TextChoices):
    """Of a line in a ticket's stream."""

    MESSAGE = "message", _("Message")
    ACT = "act", pgettext_lazy("ticket", "Act")


class Cause(TextChoices):
    SOFTWARE = "software", _("Software defect")
    CONFIGURATION = "configuration", _("Configuration")
    DATA = "data", pgettext_lazy("cause", "Data")
    DATABASE = "database", pgettext_lazy("cause", "Database")
    INTERFACE = "interface", pgettext_lazy("cause", "Interface")
    HARDWARE = "hardware", _("Hardware or device")
    NETWORK = "network", _("Network or power")
    THIRD_PARTY = "third_party", _("Another vendor's system")
    OPERATION = "operation", _("Handling by a user")
    LICENCE = "licence", _("Registration or licence ran out")
    UNKNOWN = "unknown", _("Not found")


class Remedy(TextChoices):
    """What kind of solution it was."""

    EXPLAINED = "explained", _("Explained or trained")
    CONFIGURED = "configured", _("Setting changed")
    RESTARTED = "restarted", _("Restarted or released")
    DATA_CORRECTED = "data_corrected", _("Data corrected or recovered")
    PATCHED = "patched", _("Patched or upgraded")
    REPLACED = "replaced", _("Device or part replaced")
    DEVELOPED = "developed", _("Developed or adjusted")
    OTHER = "other", pgettext_lazy("remedy", "Something else")


class Proof(TextChoices):
    """Of an arrival: what shows that the engineer was there."""

    PLACE = "place", _("named the place")
    STICKER = "sticker", _("scanned the sticker of the place")
    HOSPITAL = "hospital", _("the hospital confirmed it")


class Satisfaction(TextChoices):
    SATISFIED = "satisfied", _("Satisfied")
    SO_SO = "so_so", _("So so")
    DISSATISFIED = "dissatisfied", _("Dissatisfied")


# tickets: page
class Writing(TextChoices):
    """What somebody can be in the middle of writing on a ticket's page; an act's form is kept by the act's own name."""

    REPLY = "reply", pgettext_lazy("ticket", "Reply")
    NOTE = "note", _("Internal note")


class MacroFor(TextChoices):
    """Where a ready-made answer leads: which words it fills in, and the state the ticket has once it is sent."""

    REPLY = "reply", _("Reply; the ticket stays as it is")
    NOTE = "note", _("Internal note")
    ASK_BACK = "ask_back", _("Ask back; then the ticket waits")
    WORK_AROUND = "work_around", _("How one can work meanwhile")
    RESOLVE = "resolve", _("Solution; then the ticket is resolved")


# tickets: closing
class Way(TextChoices):
    """How somebody signs."""

    ACCOUNT = "account", _("signed in as themselves")
    HANDED = "handed", _("on the engineer's device, handed over")
    LINK = "link", _("over a link, on their own device")


class Ending(TextChoices):
    """Who confirmed that it is over."""

    BOTH = "both", _("by both sides, with a signature")
    HOSPITAL = "hospital", _("by the hospital, without a signature")
    SILENCE = "silence", _("by nobody in the time there was")


# tickets: linked
class LinkKind(TextChoices):
    RELATED = "related", _("belongs together with")
    DUPLICATE = "duplicate", _("is the same as")
    CAUSED_BY = "caused_by", _("is caused by")
    SPLIT_FROM = "split_from", _("was split from")


class LineKind(TextChoices):
    """Of a line in an incident's time line."""

    DECLARED = "declared", _("declared a major incident")
    JOINED = "joined", _("takes part")
    NAMED = "named", _("names as taking part")
    UNNAMED = "unnamed", _("takes back the name of")
    UPDATE = "update", pgettext_lazy("incident", "Update")
    LEADS = "leads", _("leads from now on")
    ENDED = "ended", _("declared it over")
    REVIEWED = "reviewed", _("wrote the review")


class Access(TextChoices):
    """Of a remote authorisation at some moment: computed, never stored."""

    ASKED = "asked", _("Waits for the hospital")
    REFUSED = "refused", pgettext_lazy("remote access", "Refused")
    GRANTED = "granted", pgettext_lazy("remote access", "Open")
    UNDER_WAY = "under_way", _("Somebody is inside")
    ENDED = "ended", pgettext_lazy("remote access", "Finished")
    RUN_OUT = "run_out", _("Has run out")
    REVOKED = "revoked", pgettext_lazy("remote access", "Revoked")
