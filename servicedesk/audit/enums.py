from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Act(TextChoices):
    """Everything anybody can do that leaves a trace: `<room>.<past participle>`. A write without one is unfinished."""

    SIGNED_IN = "accounts.signed_in", _("signed in")
    SIGNED_OUT = "accounts.signed_out", _("signed out")
    SIGN_IN_FAILED = "accounts.sign_in_failed", _("failed to sign in")
    FILE_ADDED = "files.added", _("added a file")
    FILE_READ = "files.read", _("opened a file")
    DENIED = "doors.denied", _("was turned away")
    TRAIL_EXPORTED = "audit.exported", _("exported the trail")


class Result(TextChoices):
    DONE = "done", _("done")
    DENIED = "denied", _("denied")
    FAILED = "failed", _("failed")
