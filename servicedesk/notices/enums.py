"""What there is to tell, how it is worded, and what can wait."""

from __future__ import annotations

import re

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop


class Channel(TextChoices):
    INBOX = "inbox", _("Inbox")
    MAIL = "mail", _("Mail")
    SMS = "sms", _("Text message")
    WEBHOOK = "webhook", _("Webhook")
    WECOM = "wecom", _("WeCom robot")
    DINGTALK = "dingtalk", _("DingTalk robot")
    FEISHU = "feishu", _("Feishu robot")


# To a person; the others tell an organisation once, however many of its people are told.
PERSONAL = (Channel.MAIL, Channel.SMS)


class Urgency(TextChoices):
    ESCALATION = "escalation", _("Escalation")  # never held back, by nobody's wish
    ROUTINE = "routine", _("Routine")


class NoticeKind(TextChoices):
    SEVERE_REPORTED = "severe_reported", _("Severe fault reported")
    DEADLINE_NEAR = "deadline_near", _("Deadline is near")
    DEADLINE_PASSED = "deadline_passed", _("Deadline has passed")
    NOBODY_ON_DUTY = "nobody_on_duty", _("Nobody on duty")
    STEPS_SET_ASIDE = "steps_set_aside", _("Escalations that could not be told")
    DUE_TIMES_MOVED = "due_times_moved", _("Due times moved")
    TICKET_REPORTED = "ticket_reported", _("New ticket")
    TICKET_ACCEPTED = "ticket_accepted", _("Somebody took the ticket")
    TICKET_ASSIGNED = "ticket_assigned", _("Ticket given to me")
    TICKET_URGED = "ticket_urged", _("Reporter asks for haste")
    TICKET_ANSWERED = "ticket_answered", _("New message on a ticket")
    TICKET_RESOLVED = "ticket_resolved", _("Ticket resolved")
    TICKET_CLOSED = "ticket_closed", _("Ticket closed")
    SEVERITY_CHANGED = "severity_changed", _("Severity changed")
    VISIT_CALLED = "visit_called", _("Visit called for")
    VISIT_SENT = "visit_sent", _("Engineer on the way")
    VISIT_GIVEN = "visit_given", _("Visit given to me")
    VISIT_ARRIVED = "visit_arrived", _("Engineer on site")
    SOLUTION_REFUSED = "solution_refused", _("Solution refused")
    APPROVAL_ASKED = "approval_asked", _("Approval asked of me")
    APPROVAL_DECIDED = "approval_decided", _("Approval decided")
    VISIT_PLANNED = "visit_planned", _("Inspection planned")
    FINDING_MADE = "finding_made", _("New finding")
    ALERT_RAISED = "alert_raised", _("Reading beyond its threshold")
    DOCUMENT_DUE = "document_due", _("Document due")
    SIGNATURE_ASKED = "signature_asked", _("Signature asked of me")
    DOCUMENT_SIGNED = "document_signed", _("Document signed")
    EXPIRY_NEAR = "expiry_near", _("Something runs out")
    ROSTER_HOLE = "roster_hole", _("Hole in the duty roster")
    ACCESS_CHANGED = "access_changed", _("My access changed")
    SIGN_IN_LOCKED = "sign_in_locked", _("Somebody guessed at my password")
    MESSAGES_DEAD = "messages_dead", _("Messages not delivered")
    TRIAL = "trial", _("Test message")
    # tickets: page
    MENTIONED = "mentioned", _("Somebody mentioned me")
    # tickets: queue
    TICKET_PUT_BACK = "ticket_put_back", _("Ticket taken back from me")
    TICKET_TAKEN_OVER = "ticket_taken_over", _("Somebody else has my ticket now")
    URGE_TAKEN_BACK = "urge_taken_back", _("Haste is no longer asked for")
    # tickets: linked
    TICKET_MERGED = "ticket_merged", _("Tickets merged or split")
    FAULT_TURN = "fault_turn", _("Turn of a shared fault")
    INCIDENT_DECLARED = "incident_declared", _("Major incident declared")
    INCIDENT_UPDATED = "incident_updated", _("Update of a major incident")
    INCIDENT_ENDED = "incident_ended", _("Major incident over")
    REMOTE_ASKED = "remote_asked", _("Remote access asked of me")
    REMOTE_DECIDED = "remote_decided", _("Remote access decided")
    REMOTE_ENDED = "remote_ended", _("Remote access ended")
    TICKET_ACT = "ticket_act", _("Act on a ticket, for a program")

    @property
    def urgency(self) -> Urgency:
        return URGENCY.get(self, Urgency.ROUTINE)

    @property
    def is_private(self) -> bool:
        """The person's own affair: no robot in the organisation's group chat repeats it."""
        return self in PRIVATE

    @property
    def stays_inside(self) -> bool:
        """In the inbox and nowhere else: what tells of dead letters must not become one."""
        return self in INBOX_ONLY

    @property
    def sentence(self) -> str:
        """The English source; `words.text_of` says it in the reader's language."""
        return SENTENCES[self]

    @property
    def needed_words(self) -> frozenset[str]:
        return frozenset(PLACEHOLDER.findall(self.sentence))


PLACEHOLDER = re.compile(r"%\((\w+)\)s")
URGENCY = dict.fromkeys(
    (
        NoticeKind.SEVERE_REPORTED,
        NoticeKind.DEADLINE_NEAR,
        NoticeKind.DEADLINE_PASSED,
        NoticeKind.NOBODY_ON_DUTY,
        NoticeKind.STEPS_SET_ASIDE,
        NoticeKind.INCIDENT_DECLARED,
    ),
    Urgency.ESCALATION,
)
PRIVATE = frozenset({NoticeKind.SIGN_IN_LOCKED})
INBOX_ONLY = frozenset({NoticeKind.MESSAGES_DEAD})
SENTENCES: dict[NoticeKind, str] = {
    NoticeKind.SEVERE_REPORTED: gettext_noop("%(matter)s was reported with severity %(severity)s."),
    NoticeKind.DEADLINE_NEAR: gettext_noop("%(matter)s: %(metric)s is due at %(due)s."),
    NoticeKind.DEADLINE_PASSED: gettext_noop("%(matter)s: %(metric)s was due at %(due)s and is overdue."),
    NoticeKind.NOBODY_ON_DUTY: gettext_noop(
        "%(matter)s: %(metric)s is due at %(due)s, and the roster names nobody who could be told."
    ),
    NoticeKind.STEPS_SET_ASIDE: gettext_noop(
        "An escalation of %(on)s could not be told and was set aside. See the status page and the watch's log."
    ),
    NoticeKind.DUE_TIMES_MOVED: gettext_noop("%(calendar)s was changed; due times that moved with it: %(count)s."),
    NoticeKind.TICKET_REPORTED: gettext_noop("%(matter)s was reported. Now: %(state)s."),
    NoticeKind.TICKET_ACCEPTED: gettext_noop("%(name)s accepted %(matter)s and will be in touch."),
    NoticeKind.TICKET_ASSIGNED: gettext_noop("%(matter)s was given to you."),
    NoticeKind.TICKET_PUT_BACK: gettext_noop("%(matter)s was taken back: it is not yours any more."),
    NoticeKind.TICKET_TAKEN_OVER: gettext_noop("%(name)s has %(matter)s now: it is not yours any more."),
    NoticeKind.URGE_TAKEN_BACK: gettext_noop("Haste is no longer asked for: %(matter)s."),
    NoticeKind.TICKET_URGED: gettext_noop("The reporter asks for haste: %(matter)s."),
    NoticeKind.TICKET_ANSWERED: gettext_noop("There is a new message on %(matter)s."),
    NoticeKind.TICKET_RESOLVED: gettext_noop("%(matter)s is resolved. Please confirm it or refuse the solution."),
    NoticeKind.TICKET_CLOSED: gettext_noop("%(matter)s is closed."),
    NoticeKind.SEVERITY_CHANGED: gettext_noop("%(matter)s has the severity %(severity)s now."),
    NoticeKind.VISIT_CALLED: gettext_noop("%(matter)s: somebody is called for on site."),
    NoticeKind.VISIT_SENT: gettext_noop("%(matter)s: %(name)s is on the way."),
    NoticeKind.VISIT_GIVEN: gettext_noop("%(matter)s: you are sent on site. Expected there: %(when)s."),
    NoticeKind.VISIT_ARRIVED: gettext_noop("%(matter)s: the engineer is on site."),
    NoticeKind.SOLUTION_REFUSED: gettext_noop("The solution of %(matter)s was refused."),
    NoticeKind.APPROVAL_ASKED: gettext_noop("%(matter)s waits for your approval."),
    NoticeKind.APPROVAL_DECIDED: gettext_noop("%(matter)s was decided: %(decision)s."),
    NoticeKind.VISIT_PLANNED: gettext_noop("%(matter)s is planned for %(on)s."),
    NoticeKind.FINDING_MADE: gettext_noop("%(matter)s was recorded and is due on %(on)s."),
    NoticeKind.ALERT_RAISED: gettext_noop("%(matter)s: a reading is beyond its threshold."),
    NoticeKind.DOCUMENT_DUE: gettext_noop("%(matter)s is due on %(on)s."),
    NoticeKind.SIGNATURE_ASKED: gettext_noop("%(matter)s waits for your signature."),
    NoticeKind.DOCUMENT_SIGNED: gettext_noop("%(matter)s has been signed."),
    NoticeKind.EXPIRY_NEAR: gettext_noop("%(matter)s runs out on %(on)s."),
    NoticeKind.ROSTER_HOLE: gettext_noop(
        "Duty roster of %(team)s: from %(from)s on nobody is planned, and a promise runs day and night."
    ),
    NoticeKind.ACCESS_CHANGED: gettext_noop("Your role is now: %(role)s."),
    NoticeKind.SIGN_IN_LOCKED: gettext_noop(
        "Five wrong tries to sign in as you, the last at %(when)s from %(address)s; nobody got in, and signing in is "
        "locked for 15 minutes. If it was not you, choose a new password."
    ),
    NoticeKind.MESSAGES_DEAD: gettext_noop(
        "What was to go to %(receiver)s on %(on)s could not be delivered. See why, and send it again."
    ),
    NoticeKind.TICKET_ACT: gettext_noop("%(matter)s: %(said)s."),
    NoticeKind.TRIAL: gettext_noop("This is a test message. It has arrived, so the way here works."),
    # tickets: page
    NoticeKind.MENTIONED: gettext_noop("You were mentioned on %(matter)s."),
    # tickets: linked
    NoticeKind.TICKET_MERGED: gettext_noop("%(matter)s and %(other)s: what happens to one now happens to the other."),
    NoticeKind.FAULT_TURN: gettext_noop("%(matter)s: the hospital says whose turn it is."),
    NoticeKind.INCIDENT_DECLARED: gettext_noop("A major incident was declared: %(matter)s."),
    NoticeKind.INCIDENT_UPDATED: gettext_noop("There is an update of the major incident %(matter)s."),
    NoticeKind.INCIDENT_ENDED: gettext_noop("The major incident %(matter)s is over."),
    NoticeKind.REMOTE_ASKED: gettext_noop("Remote access is asked for: %(matter)s. Please grant or refuse it."),
    NoticeKind.REMOTE_DECIDED: gettext_noop("Remote access was decided: %(matter)s."),
    NoticeKind.REMOTE_ENDED: gettext_noop("Remote access has ended: %(matter)s."),
}


class State(TextChoices):
    WAITING = "waiting", _("Waiting")
    SENT = "sent", _("Sent")
    DEAD = "dead", _("Not delivered")
    DISMISSED = "dismissed", _("No longer wanted")  # a dead letter that somebody has seen and does not send again
    WITHDRAWN = "withdrawn", _("No longer for them")  # the person left, or their company may no longer read it


class Reason(TextChoices):
    """Why a message is not there yet, as one of a closed list: a receiver's own words could carry anything."""

    QUIET = "quiet", _("held back until the quiet hours end")
    RESTING = "resting", _("the receiver keeps failing and is left alone for a while")
    TIMEOUT = "timeout", _("the receiver did not answer in time")
    UNREACHABLE = "unreachable", _("no connection to the receiver")
    BUSY = "busy", _("the receiver asked to wait")
    BROKEN = "broken", _("the receiver reported a fault of its own")
    REFUSED = "refused", _("the receiver refused the message")
    REDIRECTED = "redirected", _("the receiver pointed elsewhere; that is never followed")
    NOT_ALLOWED = "not_allowed", _("the address is not on the list of allowed targets")
    FORBIDDEN_ADDRESS = "forbidden_address", _("the name leads to an address that may not be called")
    NO_ADDRESS = "no_address", _("there is no address to send to")
    FAULT = "fault", _("a fault in this product; its log has the details")
    LEFT = "left", _("the person no longer has access")


class Wants(TextChoices):
    EVERYTHING = "everything", _("Everything")
    ESCALATIONS = "escalations", _("Escalations only")
    ACTS = "acts", _("Every act on tickets, for a program")
