"""Major incidents: declared, updated, ended, reviewed; the page is live for both sides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from servicedesk.audit.history import history_of
from servicedesk.clocks.models import Clock
from servicedesk.sla.promise import Metric
from servicedesk.tenancy.doors import door
from tickets.forms.incidents import DeclareForm, EndForm, JoinForm, MeasureForm, NameForm, ReviewForm, UpdateForm
from tickets.hanging import may
from tickets.models import IncidentLine, MajorIncident, Participant, ReviewAction, Ticket
from tickets.permissions import DECLARE_INCIDENTS, SEE_INCIDENTS, WORK_INCIDENTS
from tickets.services import incidents
from tickets.views.attempting import attempt

POST, WRITES = ("POST",), ("GET", "POST")
NOT_CHANGED = 204
AT_MOST = 100
FORMS = {"update": UpdateForm, "join": JoinForm, "other": NameForm, "end": EndForm, "measure": MeasureForm}


@door(DECLARE_INCIDENTS, methods=WRITES, of=Ticket)
def declare(request: Any, ticket: Ticket) -> HttpResponse:
    form = DeclareForm(request.POST or None, initial={"title": ticket.title})
    made: list[MajorIncident] = []
    if request.method == "POST" and attempt(
        form,
        lambda: made.append(
            incidents.declare_incident(ticket, **form.cleaned_data, by=request.person, at=timezone.now())
        ),
    ):
        return redirect(made[0])
    context = {"ticket": ticket, "form": form}
    return render(request, "tickets/declare.html", context, status=409 if form.errors else 200)


@door(SEE_INCIDENTS)
def list_incidents(request: Any) -> HttpResponse:
    rows = MajorIncident.objects.visible_to(request.person).select_related("ticket", "hospital")
    open_first = rows.order_by(F("ended_at").desc(nulls_first=True), "-declared_at")[:AT_MOST]
    return render(request, "tickets/incidents.html", {"incidents": open_first, "now": timezone.now()})


@door(SEE_INCIDENTS, of=MajorIncident)
def show_incident(request: Any, incident: MajorIncident) -> HttpResponse:
    return _page(request, incident)


@door(SEE_INCIDENTS, of=MajorIncident)
def live(request: Any, incident: MajorIncident) -> HttpResponse:
    """Asked every few seconds: nothing while nothing changed."""
    if request.GET.get("seen") == str(incident.version):
        return HttpResponse(status=NOT_CHANGED)
    return render(request, "tickets/_incident_live.html", _lines(request, incident))


def _lines(request: Any, incident: MajorIncident) -> dict[str, Any]:
    clock = Clock.objects.filter(matter_id=incident.matter_id, metric=Metric.UPDATE, outcome=None).first()
    return {
        "incident": incident,
        "now": timezone.now(),
        "clock": clock,
        "lines": list(IncidentLine.objects.filter(incident=incident).order_by("-at", "-id")),
        "people": list(Participant.objects.filter(incident=incident)),
        "person": request.person,
    }


def _page(request: Any, incident: MajorIncident, **with_errors: Any) -> HttpResponse:
    person = request.person
    context = {
        **_lines(request, incident),
        "ticket": incident.ticket,
        "measures": list(ReviewAction.objects.filter(incident=incident)),
        "may_work": may(WORK_INCIDENTS, person),
        "may_end": may(DECLARE_INCIDENTS, person),
        "leads": incident.leader == person.membership_id,
        "history": None if incident.is_open else history_of(incident, person),
        **{name: form(auto_id=f"{name}_%s") for name, form in FORMS.items()},
        **with_errors,
    }
    return render(request, "tickets/incident.html", context, status=409 if with_errors else 200)


def _written(
    request: Any, incident: MajorIncident, name: str, act: Callable[..., Any], *, then: str = "incident"
) -> HttpResponse:
    """In one of the page's forms. Refused, the page comes back with what was typed there."""
    form = FORMS[name](request.POST, auto_id=f"{name}_%s")
    if attempt(form, lambda: act(incident, **form.cleaned_data, **_by(request))):
        return redirect(then, pk=incident.pk)
    return _page(request, incident, **{name: form})


def _by(request: Any) -> dict[str, Any]:
    return {"by": request.person, "at": timezone.now()}


@door(WORK_INCIDENTS, methods=POST, of=MajorIncident)
def give_update(request: Any, incident: MajorIncident) -> HttpResponse:
    return _written(request, incident, "update", incidents.update_incident)


@door(WORK_INCIDENTS, methods=POST, of=MajorIncident)
def join(request: Any, incident: MajorIncident) -> HttpResponse:
    return _written(request, incident, "join", incidents.take_part)


@door(WORK_INCIDENTS, methods=POST, of=MajorIncident)
def name_other(request: Any, incident: MajorIncident) -> HttpResponse:
    return _written(request, incident, "other", incidents.name_participant)


@door(WORK_INCIDENTS, methods=POST, of=Participant)
def take_name_back(request: Any, participant: Participant) -> HttpResponse:
    return redirect(incidents.take_name_back(participant, **_by(request)))


@door(WORK_INCIDENTS, methods=POST, of=MajorIncident)
def lead(request: Any, incident: MajorIncident) -> HttpResponse:
    incidents.take_lead(incident, **_by(request))
    return redirect(incident)


@door(DECLARE_INCIDENTS, methods=POST, of=MajorIncident)
def end(request: Any, incident: MajorIncident) -> HttpResponse:
    return _written(request, incident, "end", incidents.end_incident, then="review_incident")


@door(WORK_INCIDENTS, methods=WRITES, of=MajorIncident)
def review(request: Any, incident: MajorIncident) -> HttpResponse:
    names = ("happened", "impact", "cause", "lessons")
    written = {name: getattr(incident, name) for name in names}
    form = ReviewForm(request.POST or None, initial=written | {"seen": incident.version})
    if request.method == "POST" and attempt(
        form, lambda: incidents.write_review(incident, **form.cleaned_data, **_by(request))
    ):
        return redirect(incident)
    lines = IncidentLine.objects.filter(incident=incident)
    is_stale = "seen" in form.data and form.data["seen"] != str(incident.version)
    context = {"incident": incident, "form": form, "lines": lines, "current": written if is_stale else None}
    return render(request, "tickets/incident_review.html", context, status=409 if form.errors else 200)


@door(WORK_INCIDENTS, methods=POST, of=MajorIncident)
def add_measure(request: Any, incident: MajorIncident) -> HttpResponse:
    return _written(request, incident, "measure", incidents.add_measure)


@door(WORK_INCIDENTS, methods=POST, of=ReviewAction)
def finish_measure(request: Any, measure: ReviewAction) -> HttpResponse:
    incidents.finish_measure(measure, **_by(request))
    return redirect(measure.incident)


@door(SEE_INCIDENTS, of=MajorIncident)
def print_review(request: Any, incident: MajorIncident) -> HttpResponse:
    context = {
        **_lines(request, incident),
        "lines": list(IncidentLine.objects.filter(incident=incident)),
        "measures": list(ReviewAction.objects.filter(incident=incident)),
        "turns": _turns(incident),
    }
    return render(request, "tickets/incident_print.html", context)


def _turns(incident: MajorIncident) -> dict[str, int]:
    """How many updates were due, and how many came in time."""
    outcomes = list(
        Clock.objects.filter(matter_id=incident.matter_id, metric=Metric.UPDATE, outcome__in=("met", "missed"))
        .values_list("outcome", flat=True)
    )  # fmt: skip
    return {"all": len(outcomes), "met": outcomes.count("met")}
