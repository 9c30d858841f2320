"""Acts on tickets that belong together, on their end, on incidents and remote access, a line each."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework import serializers

from contracts.models import CatalogueItem, Contract, System
from servicedesk.sla.promise import Severity
from servicedesk.tenancy.enums import Side
from servicedesk.tenancy.wall import Person
from tickets.api import shapes
from tickets.api import shapes_linked as linked
from tickets.api.acting import Act, named, ticket_named
from tickets.enums import LinkKind
from tickets.models import (
    HospitalTask,
    MajorIncident,
    Objection,
    Outage,
    PlanTick,
    RemoteAuthorisation,
    ReviewAction,
    Ticket,
    TicketLink,
)
from tickets.permissions import (
    ASK_REMOTE,
    ASK_SIGNATURE,
    DECIDE_TICKETS,
    DECLARE_INCIDENTS,
    GRANT_REMOTE,
    LEAD_FAULTS,
    LINK_TICKETS,
    WORK_INCIDENTS,
    WORK_TICKETS,
)
from tickets.services import emergencies, incidents, linking, outages, remote, siblings, signing, splitting


def _link(ticket: Ticket, *, other: Any, kind: str, by: Person, **more: Any) -> Any:
    return linking.link(ticket, ticket_named("other", other, by), LinkKind(kind), by=by, **more)


def _merge(ticket: Ticket, *, into: Any, by: Person, **more: Any) -> Any:
    return linking.merge(ticket, ticket_named("into", into, by), by=by, **more)


def _split(ticket: Ticket, *, by: Person, at: Any, category: str, system: Any, **part: Any) -> Any:
    if category and not CatalogueItem.objects.filter(contract_id=ticket.contract_id, category=category).exists():
        raise serializers.ValidationError({"category": _("The contract has no such kind of service.")})
    row = named("system", System.objects.filter(contract_id=ticket.contract_id), system) if system else None
    return splitting.split(ticket, splitting.Part(category=category, system=row, **part), by=by, at=at)


def _put_under(ticket: Ticket, *, parent: Any, by: Person, **more: Any) -> Any:
    return outages.put_under(ticket, ticket_named("parent", parent, by), by=by, **more)


def _open_sibling(ticket: Ticket, *, contract: Any, severity: str, system: Any, by: Person, **more: Any) -> Any:
    chosen = named("contract", Contract.objects.visible_to(by).select_related("hospital", "desk"), contract)
    row = named("system", System.objects.filter(contract=chosen), system) if system else None
    return siblings.open_sibling(ticket, chosen, severity=Severity(severity), system=row, by=by, **more)


def _join(ticket: Ticket, *, other: Any, by: Person, **more: Any) -> Any:
    return siblings.join(ticket, ticket_named("other", other, by), by=by, **more)


def _say(ticket: Ticket, *, text: str, **more: Any) -> Any:
    return outages.say_to_all(ticket, text, **more)


def _work_around(ticket: Ticket, *, text: str, **more: Any) -> Any:
    return outages.work_around_all(ticket, text, **more)


def _signing_link(ticket: Ticket, **more: Any) -> Any:
    link, secret = signing.make_link(ticket, **more)
    url = f"{settings.SITE_URL.rstrip('/')}{reverse('sign_by_link', args=[secret])}"
    return {"url": url, "until_at": link.until_at}


def _task(ticket: Ticket, *, words: str, **more: Any) -> Any:
    return emergencies.set_task(ticket, words, **more)


def _update(incident: MajorIncident, *, text: str, **more: Any) -> Any:
    incidents.update_incident(incident, text, **more)
    return MajorIncident.objects.get(pk=incident.pk)


def _end(incident: MajorIncident, *, text: str, **more: Any) -> Any:
    return incidents.end_incident(incident, text, **more)


def _measure(incident: MajorIncident, *, side: str, **more: Any) -> Any:
    return incidents.add_measure(incident, side=Side(side), **more)


def as_of(row: RemoteAuthorisation, at: Any) -> RemoteAuthorisation:
    row.access = row.access_at(at)  # type: ignore[attr-defined]
    return row


def _remotely(service: Any) -> Any:
    """With how it stands then."""

    def do(row: RemoteAuthorisation, *, at: Any, **more: Any) -> Any:
        return as_of(service(row, at=at, **more), at)

    return do


NEW_TICKET: dict[str, Any] = {"shows": shapes.TicketShape, "makes": True}
FOLLOWED: dict[str, Any] = {"shows": linked.Followed, "is_list": True}
INCIDENT: dict[str, Any] = {"of": MajorIncident, "shows": linked.IncidentShape}
REMOTE: dict[str, Any] = {"of": RemoteAuthorisation, "shows": linked.RemoteShape}

OF_TICKETS: tuple[Act, ...] = (
    Act("link", LINK_TICKETS, _link, linked.Link, "Say how two tickets belong together"),
    Act("merge", LINK_TICKETS, _merge, linked.MergeInto, "The same thing, reported twice: this one ends"),
    Act("undo-merge", LINK_TICKETS, linking.undo_merge, words="It was not the same; for a while after the merge"),
    Act("split", LINK_TICKETS, _split, linked.PartOf, "A part becomes a ticket of its own", **NEW_TICKET),
    Act("put-under", LINK_TICKETS, _put_under, linked.Under, "It is the same outage as another ticket's"),
    Act("leave-outage", LINK_TICKETS, outages.take_out, words="It is a fault of its own after all"),
    Act("say-to-all", LINK_TICKETS, _say, linked.ToAll, "A message on an outage and all tickets under it", **FOLLOWED),
    Act("work-around-all", WORK_TICKETS, _work_around, linked.ToAll, "A workaround for all of them", **FOLLOWED),
    Act("resolve-all", WORK_TICKETS, outages.resolve_children, words="The outage's solution, for all", **FOLLOWED),
    Act("announce-outage", LEAD_FAULTS, outages.announce_outage, linked.Announcement, "Tell the wards; shows a known "
        "outage", shows=linked.OutageShape),
    Act("open-sibling", LEAD_FAULTS, _open_sibling, linked.Sibling, "Ask another vendor about the same fault",
        **NEW_TICKET),
    Act("join-fault", LEAD_FAULTS, _join, linked.Other, "Two vendors' tickets are one fault"),
    Act("say-turn", LEAD_FAULTS, siblings.say_turn, linked.Turn, "Whose turn it is; every vendor reads it"),
    Act("signing-link", ASK_SIGNATURE, _signing_link, words="A link for whoever had the problem; it takes the place "
        "of an earlier one", shows=linked.SigningLinkShape, is_secret=True),
    Act("add-task", DECIDE_TICKETS, _task, linked.TaskOf, "A task of the hospital's own"),
    Act("declare-incident", DECLARE_INCIDENTS, incidents.declare_incident, linked.Declaration,
        "Declare a major incident", shows=linked.IncidentShape, makes=True),
)  # fmt: skip
OF_OTHERS: tuple[Act, ...] = (
    Act("remove", LINK_TICKETS, linking.unlink, words="They do not belong together", of=TicketLink),
    Act("end", LEAD_FAULTS, outages.end_outage, words="It works again", of=Outage, shows=linked.OutageShape),
    Act("decide", DECIDE_TICKETS, signing.decide_objection, linked.Verdict, "On who would not sign", Objection),
    Act("tick", WORK_INCIDENTS, emergencies.tick, linked.Done, "A step of the emergency plan", PlanTick),
    Act("do", DECIDE_TICKETS, emergencies.do_task, linked.Done, "What the hospital had to do", HospitalTask),
    Act("update", WORK_INCIDENTS, _update, linked.Update, "How it stands; the next one is due anew", **INCIDENT),
    Act("end", DECLARE_INCIDENTS, _end, linked.Update, "Declare it over", **INCIDENT),
    Act("review", WORK_INCIDENTS, incidents.write_review, linked.Review, "What happened, and what we learn",
        **INCIDENT),
    Act("add-measure", WORK_INCIDENTS, _measure, linked.Measure, "What changes after it", MajorIncident,
        shows=linked.MeasureShape),
    Act("finish", WORK_INCIDENTS, incidents.finish_measure, words="It was done", of=ReviewAction,
        shows=linked.MeasureShape),
    Act("grant", GRANT_REMOTE, _remotely(remote.grant_remote), linked.Grant, "Open it for a time", **REMOTE),
    Act("refuse", GRANT_REMOTE, _remotely(remote.refuse_remote), linked.Said, "Not this time", **REMOTE),
    Act("revoke", GRANT_REMOTE, _remotely(remote.revoke_remote), shapes.Why, "Nobody may be inside any more", **REMOTE),
    Act("start", ASK_REMOTE, _remotely(remote.start_remote), words="The access begins", **REMOTE),
    Act("end", ASK_REMOTE, _remotely(remote.end_remote), linked.RemoteWork, "It ends, with what was done", **REMOTE),
)  # fmt: skip
ACTS = (*OF_TICKETS, *OF_OTHERS)
