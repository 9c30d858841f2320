"""What a line of the stream says: one sentence per act, from its closed facts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from servicedesk.audit.enums import Act
from servicedesk.clocks.words import CHANNELS, METRICS
from servicedesk.sla.promise import Channel, Metric
from tickets.enums import Cause, LinkKind, Proof, Remedy, Satisfaction, WaitsOn, Way
from tickets.models import Entry

Facts = dict[str, Any]


def sentence(entry: Entry) -> str:
    """In the reader's language. An act that this release does not know is said plainly."""
    said = SAY.get(entry.act)
    if said is None:
        return str(Act(entry.act).label) if entry.act in Act.values else entry.act
    if isinstance(said, str | Promise):
        return str(said)
    on_visits = entry.act in (Act.VISIT_SENT, Act.VISIT_ARRIVED)
    says_oneself = on_visits and entry.facts.get("to") == entry.by_name  # named before the sentence already
    return str(said({**entry.facts, "to": ""} if says_oneself else entry.facts))


def promises(entry: Entry) -> list[str]:
    """Which promises the act ended or moved."""
    known = set(Metric)
    return [str(METRICS[Metric(one)]) for one in entry.facts.get("metrics", ()) if one in known]


def moment(text: str | None) -> str:
    if not text:
        return ""
    return timezone.localtime(datetime.fromisoformat(text)).strftime("%m-%d %H:%M")


def _reported(facts: Facts) -> str:
    channel = facts.get("channel", "")
    words = {"channel": CHANNELS[Channel(channel)]} if channel in set(Channel) else {"channel": channel}
    return _("reported it (%(channel)s)") % words


def _called(facts: Facts) -> str:
    words = {"caller": facts.get("caller", ""), "at": moment(facts.get("called_at"))}
    return _("wrote down a call of %(caller)s at %(at)s") % words


def _sent(facts: Facts) -> str:
    words = {"to": facts.get("to", ""), "at": moment(facts.get("planned_at"))}
    if not words["to"]:
        return _("comes oneself, expected %(at)s") % words if words["at"] else str(_("comes oneself"))
    return _("sends %(to)s, expected %(at)s") % words if words["at"] else _("sends %(to)s") % words


def _arrived(facts: Facts) -> str:
    words = {"to": facts.get("to", ""), "proof": Proof(facts["proof"]).label, "where": facts.get("where", "")}
    if not words["where"]:
        return (_("%(to)s is on site (%(proof)s)") if words["to"] else _("is on site (%(proof)s)")) % words
    return (
        _("%(to)s is on site: %(where)s (%(proof)s)") if words["to"] else _("is on site: %(where)s (%(proof)s)")
    ) % words


def _given(facts: Facts) -> str:
    words = {"to": facts.get("to", ""), "name": facts.get("from", "")}
    return _("gave it to %(to)s; %(name)s had it before") % words if words["name"] else _("gave it to %(to)s") % words


def _resolved(facts: Facts) -> str:
    words = {"cause": Cause(facts["cause"]).label, "remedy": Remedy(facts["remedy"]).label}
    return _("put a solution on record: %(remedy)s; cause: %(cause)s") % words


def _severity(facts: Facts) -> str:
    words = {"was": facts.get("was") or "—", "severity": facts.get("severity") or "—"}
    return _("changed the severity from %(was)s to %(severity)s") % words


def _waits(facts: Facts) -> str:
    words = {"who": WaitsOn(facts["who"]).label, "at": moment(facts.get("wakes_at"))}
    return _("waits for %(who)s, and asks again %(at)s") % words


def _awaits(facts: Facts) -> str:
    words = {"category": facts.get("category", ""), "severity": facts.get("severity", "")}
    if facts.get("is_still"):
        still = (
            _("asks again for the call that makes it: %(category)s"),
            _("asks again for the call that makes it severity %(severity)s"),
        )
        return still[not words["category"]] % words
    if words["category"]:
        return _("calls it: %(category)s; this begins with a call") % words
    return _("raises the severity to %(severity)s; this begins with a call") % words


def _signed(facts: Facts) -> str:
    words = {"satisfaction": Satisfaction(facts["satisfaction"]).label, "way": Way(facts["way"]).label}
    return _("signed the feedback form: %(satisfaction)s (%(way)s)") % words


def _time(facts: Facts) -> dict[str, str]:
    return {"at": moment(facts.get("time")), "name": facts.get("with", "")}


def _numbered(sentence: str, facts: Facts) -> str:
    """With the number of the other ticket."""
    kind = facts.get("kind", "")
    label = str(LinkKind(kind).label) if kind in LinkKind.values else ""
    return sentence % {"number": facts.get("number", ""), "kind": label}


SAY: dict[str, str | Promise | Callable[[Facts], str]] = {
    Act.TICKET_REPORTED: _reported,
    Act.CALL_LOGGED: _called,
    Act.CALL_AGREED: gettext_lazy("confirms the time of the call"),
    Act.CALL_DISPUTED: gettext_lazy("disputes the time of the call"),
    Act.TICKET_ACCEPTED: lambda facts: (
        _("accepted it; %(name)s had it before") % {"name": facts["from"]} if facts.get("from") else _("accepted it")
    ),
    Act.TICKET_GIVEN: _given,
    Act.TICKET_WAITS: _waits,
    Act.TICKET_WENT_ON: gettext_lazy("goes on"),
    Act.TICKET_HANDED_OVER: gettext_lazy("handed it to the hospital: not ours"),
    Act.TICKET_GIVEN_BACK: gettext_lazy("gave it back to the vendor"),
    Act.TICKET_URGED: gettext_lazy("asks for haste"),
    Act.TICKET_WITHDRAWN: gettext_lazy("withdrew it"),
    Act.CLOCKS_PAUSED: gettext_lazy("paused the promises"),
    Act.CLOCKS_RESUMED: gettext_lazy("resumed the promises"),
    Act.VISIT_CALLED: gettext_lazy("called for a visit"),
    Act.VISIT_SENT: _sent,
    Act.VISIT_ARRIVED: _arrived,
    Act.VISIT_LEFT: gettext_lazy("left the site"),
    Act.VISIT_DROPPED: gettext_lazy("says nobody needs to come"),
    Act.EMERGENCY_STARTED: gettext_lazy("started the emergency service"),
    Act.EMERGENCY_MARKED: gettext_lazy("marked it an emergency"),
    Act.WORKED_AROUND: gettext_lazy("says how one can work meanwhile"),
    Act.TICKET_RESOLVED: _resolved,
    Act.SOLUTION_REFUSED: lambda facts: _("refused the solution; cycle %(cycle)s begins") % {"cycle": facts["cycle"]},
    Act.TICKET_CLOSED: gettext_lazy("closed it"),
    Act.SEVERITY_CHANGED: _severity,
    Act.SEVERITY_PROPOSED: lambda facts: _("proposes severity %(severity)s") % {"severity": facts["severity"]},
    Act.RAISE_AWAITS_CALL: _awaits,
    Act.FILES_ATTACHED: lambda facts: _("added: %(names)s") % {"names": _(", ").join(facts.get("names", ()))},
    Act.SEVERITY_KEPT: gettext_lazy("keeps the severity"),
    Act.CATEGORY_PROPOSED: lambda facts: _("proposes to call it: %(category)s") % {"category": facts["category"]},
    Act.CATEGORY_KEPT: gettext_lazy("keeps the kind of service"),
    Act.CATEGORY_CHANGED: lambda facts: _("calls it: %(category)s") % {"category": facts.get("category", "")},
    # tickets: page
    Act.START_MOVED: gettext_lazy("lets the visit count from the call"),
    Act.TIME_PROPOSED: lambda facts: _("proposes %(at)s") % {"at": moment(facts.get("time"))},
    Act.TIME_AGREED: lambda facts: _("agreed with %(name)s on %(at)s") % _time(facts),
    Act.TIME_NOT_AGREED: lambda facts: _("does not agree with %(name)s on %(at)s") % _time(facts),
    Act.WAIVER_ASKED: lambda facts: _("asks to waive it: not needed since %(at)s") % {"at": moment(facts.get("since"))},
    Act.WAIVED: lambda facts: _("agrees that nobody has to come") if facts.get("is_remote") else _("waives it"),
    Act.WAIVER_REFUSED: lambda facts: (
        _("says it was not solved from afar: the time is back") if facts.get("is_remote") else _("does not waive it")
    ),
    # tickets: queue
    Act.URGE_TAKEN_BACK: gettext_lazy("no longer asks for haste"),
    Act.TICKET_PUT_BACK: lambda facts: (
        _("took that back; it is %(to)s's again") % {"to": facts["to"]} if facts.get("to") else _("took that back")
    ),
    # tickets: reporting
    Act.ME_TOO: lambda facts: _("is hit as well: %(where)s") % {"where": facts.get("where", "")},
    # tickets: closing
    Act.SIGNING_LINK_MADE: gettext_lazy("made a link for signing"),
    Act.FEEDBACK_SIGNED: _signed,
    Act.SIGNATURE_REFUSED: gettext_lazy("does not sign: it is not solved"),
    Act.OBJECTION_DECIDED: gettext_lazy("lets the solution stand all the same"),
    Act.RECURRENCE_SAID: lambda facts: _("says it is %(number)s again") % {"number": facts.get("number", "")},
    Act.RECURRENCE_DENIED: lambda facts: _("says it is not %(number)s") % {"number": facts.get("number", "")},
    # tickets: linked
    Act.TICKETS_LINKED: lambda facts: _numbered(
        _("links it: %(kind)s %(number)s") if facts.get("kind") else _("links it with %(number)s"), facts
    ),
    Act.TICKETS_UNLINKED: lambda facts: _numbered(_("takes the link to %(number)s away"), facts),
    Act.TICKET_MERGED: lambda facts: _numbered(_("merged it into %(number)s"), facts),
    Act.TICKET_TOOK_IN: lambda facts: _numbered(_("merged %(number)s into this one"), facts),
    Act.MERGE_UNDONE: lambda facts: _numbered(_("undid the merge with %(number)s"), facts),
    Act.TICKET_SPLIT: lambda facts: _numbered(_("made %(number)s of a part of it"), facts),
    Act.CHILD_ADDED: lambda facts: _numbered(_("put %(number)s under this outage"), facts),
    Act.CHILD_REMOVED: lambda facts: _numbered(_("took %(number)s out of this outage"), facts),
    Act.OUTAGE_ANNOUNCED: gettext_lazy("announced it to all wards as a known outage"),
    Act.OUTAGE_ENDED: gettext_lazy("told all wards that the outage is over"),
    Act.FAULT_SHARED: lambda facts: _numbered(_("made it one fault with %(number)s, which another vendor has"), facts),
    Act.TURN_SAID: lambda facts: _numbered(_("says that it is the turn of %(number)s"), facts),
    Act.INCIDENT_DECLARED: gettext_lazy("declared a major incident"),
    Act.INCIDENT_ENDED: gettext_lazy("declared the major incident over"),
    Act.PLAN_STEP_DONE: lambda facts: _("did step %(place)s of the emergency plan") % {"place": facts.get("place", "")},
    Act.HOSPITAL_TASK_DONE: gettext_lazy("did what the contract asks of the hospital"),
    Act.REMOTE_ASKED: gettext_lazy("asks for remote access"),
    Act.REMOTE_GRANTED: lambda facts: _("grants remote access until %(at)s") % {"at": moment(facts.get("until_at"))},
    Act.REMOTE_REFUSED: gettext_lazy("refuses remote access"),
    Act.REMOTE_REVOKED: gettext_lazy("revoked the remote access"),
    Act.REMOTE_STARTED: gettext_lazy("works from afar"),
    Act.REMOTE_ENDED: gettext_lazy("ended the remote access"),
    Act.REMOTE_RAN_OUT: gettext_lazy("closed the remote access: its time ran out"),
}
