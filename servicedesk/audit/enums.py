from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Act(TextChoices):
    """Everything anybody can do that leaves a trace: `<room>.<past participle>`. A write without one is not finished."""

    SIGNED_IN = "accounts.signed_in", _("signed in")
    SIGNED_OUT = "accounts.signed_out", _("signed out")
    SIGN_IN_FAILED = "accounts.sign_in_failed", _("failed to sign in")
    DENIED = "doors.denied", _("was turned away")

    PREFERENCES_SET = "notices.preferences_set", _("chose how to be told")
    TARGET_ALLOWED = "notices.target_allowed", _("allowed a target for messages")
    TARGET_WITHDRAWN = "notices.target_withdrawn", _("withdrew a target for messages")
    RECEIVER_ADDED = "notices.receiver_added", _("added a receiver")
    RECEIVER_CHANGED = "notices.receiver_changed", _("changed a receiver")
    RECEIVER_SWITCHED = "notices.receiver_switched", _("switched a receiver on or off")
    RECEIVER_TRIED = "notices.receiver_tried", _("sent a receiver a test message")
    MESSAGE_RESENT = "notices.message_resent", _("sent an undelivered message again")
    MESSAGES_RESENT = "notices.messages_resent", _("sent all undelivered messages again")


class Result(TextChoices):
    DONE = "done", _("done")
    DENIED = "denied", _("denied")
    FAILED = "failed", _("failed")
