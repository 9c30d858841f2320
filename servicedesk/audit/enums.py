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
    # accounts
    LOCKED = "accounts.locked", _("was locked out for a while")
    PASSWORD_CHANGED = "accounts.password_changed", _("changed the password")
    SESSIONS_ENDED = "accounts.sessions_ended", _("signed out elsewhere")
    SECOND_FACTOR_ADDED = "accounts.second_factor_added", _("added a second step at sign-in")
    SECOND_FACTOR_REMOVED = "accounts.second_factor_removed", _("removed a second step at sign-in")
    SWITCHED = "accounts.switched", _("switched to this organisation")
    INVITED = "accounts.invited", _("invited a person")
    INVITATION_REVOKED = "accounts.invitation_revoked", _("took back an invitation")
    JOINED = "accounts.joined", _("joined by invitation")
    DETAILS_CHANGED = "accounts.details_changed", _("changed their own details")
    ROLE_CHANGED = "accounts.role_changed", _("changed a person's role")
    MEMBERSHIP_ENDED = "accounts.membership_ended", _("ended a person's access")
    HANDED_OVER = "accounts.handed_over", _("handed a person's work over")
    USER_DISABLED = "accounts.user_disabled", _("disabled an account")
    USER_ENABLED = "accounts.user_enabled", _("enabled an account")
    DEPARTMENT_KEPT = "accounts.department_kept", _("wrote down a department")
    DEPARTMENT_CLOSED = "accounts.department_closed", _("closed a department")
    DEPARTMENT_REOPENED = "accounts.department_reopened", _("reopened a department")
    PLACE_KEPT = "accounts.place_kept", _("wrote down a place")
    PLACE_CLOSED = "accounts.place_closed", _("closed a place")
    PLACE_REOPENED = "accounts.place_reopened", _("reopened a place")
    HOSPITAL_REGISTERED = "accounts.hospital_registered", _("registered a hospital")
    VENDOR_REGISTERED = "accounts.vendor_registered", _("registered a vendor")
    ORGANISATION_CHANGED = "accounts.organisation_changed", _("changed an organisation's entry")
    ENGAGED = "accounts.engaged", _("registered who serves a hospital")
    ENGAGEMENT_CHANGED = "accounts.engagement_changed", _("changed until when a vendor serves")
    SUPPORT_OPENED = "accounts.support_opened", _("opened a support session")
    SUPPORT_CLOSED = "accounts.support_closed", _("closed a support session")
    SUPPORT_LOOKED = "accounts.support_looked", _("looked at a page in a support session")

    PREFERENCES_SET = "notices.preferences_set", _("chose how to be told")
    TARGET_ALLOWED = "notices.target_allowed", _("allowed a target for messages")
    TARGET_WITHDRAWN = "notices.target_withdrawn", _("withdrew a target for messages")
    RECEIVER_ADDED = "notices.receiver_added", _("added a receiver")
    RECEIVER_CHANGED = "notices.receiver_changed", _("changed a receiver")
    RECEIVER_SWITCHED = "notices.receiver_switched", _("switched a receiver on or off")
    RECEIVER_TRIED = "notices.receiver_tried", _("sent a receiver a test message")
    MESSAGE_RESENT = "notices.message_resent", _("sent an undelivered message again")
    MESSAGES_RESENT = "notices.messages_resent", _("sent all undelivered messages again")
    MESSAGE_DISMISSED = "notices.message_dismissed", _("set an undelivered message aside")
    TRAIL_EXPORTED = "audit.exported", _("exported the trail")
    TRAIL_CUT = "audit.cut", _("cut the trail to a restored backup")
    # contracts
    CONTRACT_STARTED = "contracts.started", _("started a contract")
    CONTRACT_DISCARDED = "contracts.discarded", _("threw a draft of a contract away")
    CONTRACT_CHANGED = "contracts.changed", _("changed a contract's own facts")
    CONTRACT_PARTS_KEPT = "contracts.parts_kept", _("changed what hangs on a contract")
    CONTRACT_ACTIVATED = "contracts.activated", _("put a contract into force")
    CONTRACT_SIGNED = "contracts.signed", _("wrote down a yearly signing")
    CONTRACT_RENEWED = "contracts.renewed", _("renewed a contract")
    CONTRACT_ENDED = "contracts.ended", _("ended a contract early")
    STAFF_KEPT = "contracts.staff_kept", _("wrote down a person of a contract")
    STAFF_REPLACED = "contracts.staff_replaced", _("replaced a person of a contract")
    STAFF_LEFT = "contracts.staff_left", _("took a person off a contract")
    QUOTA_USED = "contracts.quota_used", _("used something of a quota")
    QUOTA_DECIDED = "contracts.quota_decided", _("decided about what goes beyond a quota")


class Result(TextChoices):
    DONE = "done", _("done")
    DENIED = "denied", _("denied")
    FAILED = "failed", _("failed")
