"""The sentences that scripts say, in the person's language; head.html hands them over as JSON."""

from __future__ import annotations

from django.utils.translation import gettext as _

from servicedesk.ui import due


def for_scripts() -> dict[str, str]:
    return due.patterns() | {
        "failed": _("That did not work. Nothing was changed; load the page again and try once more."),
        "offline": _("The server does not answer. What you typed is still here; try again in a moment."),
        "not_sent": _("This may not have arrived. What you wrote is still here; send it once more, it counts once."),
        "comes_back": _("You were signed out. What you wrote is kept, and comes back once you have signed in."),
        "signed_out": _("You are signed out. What you typed is still here; sign in in another tab, then go on."),
        "copied": _("Copied."),
        "draft_kept": _("Draft kept %(at)s"),
        "too_long": _("This is too long to be kept."),
        "draft_waits": _("Not kept yet; this page tries again by itself"),
        "is_here": _("%(name)s looks at it too"),
        "is_typing": _("%(name)s is writing"),
        "somebody_else": _("You are signed in as somebody else now. Load the page again; nothing was sent."),
        "too_big": _("Too big; at most %(size)s."),
        "passkey_failed": _("The passkey was not read. Try again, or use another way."),
        "passkey_known": _("This device is already on your list."),
        "passkey_unknown": _("This browser or address does not support passkeys."),
    }
