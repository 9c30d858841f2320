"""What hangs on a ticket: links, outages, shared faults, incidents, emergency checklists, remote access."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from servicedesk.sla.promise import Metric
from servicedesk.tenancy.api_parts import Moment
from servicedesk.tenancy.enums import Side
from tickets.api.shapes import SEVERITIES, CallShape, Decision, SolutionShape, TicketShape, VisitShape, WishShape
from tickets.enums import Access, LinkKind
from tickets.models import (
    FaultPart,
    FeedbackForm,
    HospitalTask,
    IncidentLine,
    MajorIncident,
    Objection,
    Outage,
    Participant,
    PlanTick,
    RemoteAuthorisation,
    ReviewAction,
    TicketLink,
)
from tickets.services.incidents import EVERY
from tickets.services.remote import LONGEST

SIDES = [Side.HOSPITAL.value, Side.VENDOR.value]
EMPTY = "hospital, vendor, or empty"
SAID_BY_PEOPLE = [kind.value for kind in LinkKind if kind is not LinkKind.SPLIT_FROM]
MINUTES = int(LONGEST.total_seconds() // 60)


class LinkShape(serializers.ModelSerializer[TicketLink]):
    by_side = serializers.CharField(read_only=True, help_text=EMPTY)

    class Meta:
        model = TicketLink
        fields = ("id", "kind", "ticket", "other", "at", "by_name", "by_side")
        read_only_fields = fields


class PartShape(serializers.ModelSerializer[FaultPart]):
    siblings = serializers.ListField(child=serializers.CharField(), read_only=True, help_text="Their numbers, no more")

    class Meta:
        model = FaultPart
        fields = ("fault", "siblings", "turn_number", "turn_words", "turn_at", "is_my_turn")
        read_only_fields = fields


class OutageShape(serializers.ModelSerializer[Outage]):
    class Meta:
        model = Outage
        fields = ("id", "ticket", "title", "words", "expected_at", "announced_at", "announced_name", "ended_at")
        read_only_fields = fields


class ObjectionShape(serializers.ModelSerializer[Objection]):
    class Meta:
        model = Objection
        fields = ("id", "cycle", "at", "name", "why", "decided_at", "is_upheld", "said")
        read_only_fields = fields


class StepShape(serializers.ModelSerializer[PlanTick]):
    done_side = serializers.CharField(read_only=True, help_text=EMPTY)

    class Meta:
        model = PlanTick
        fields = ("id", "place", "words", "side", "minutes", "done_at", "done_name", "done_side")
        read_only_fields = fields


class TaskShape(serializers.ModelSerializer[HospitalTask]):
    severity = serializers.CharField(read_only=True, help_text="Whose row of the contract it comes from, or empty")

    class Meta:
        model = HospitalTask
        fields = ("id", "place", "words", "severity", "due_at", "done_at", "done_name")
        read_only_fields = fields


class IncidentShape(serializers.ModelSerializer[MajorIncident]):
    class Meta:
        model = MajorIncident
        fields = (
            "id", "ticket", "title", "why", "every_minutes", "declared_at", "declared_name", "declared_side",
            "leader_name", "leader_side", "ended_at", "happened", "impact", "cause", "lessons", "reviewed_at",
            "version",
        )  # fmt: skip
        read_only_fields = fields


class IncidentPage(serializers.Serializer[Any]):
    results = IncidentShape(many=True)
    next = serializers.CharField(allow_null=True)


class LineShape(serializers.ModelSerializer[IncidentLine]):
    by_side = serializers.CharField(read_only=True, help_text=EMPTY)

    class Meta:
        model = IncidentLine
        fields = ("id", "kind", "at", "by_name", "by_side", "text")
        read_only_fields = fields


class ParticipantShape(serializers.ModelSerializer[Participant]):
    organisation = serializers.CharField(read_only=True, help_text="Of somebody without an account, or empty")

    class Meta:
        model = Participant
        fields = ("name", "organisation", "does", "side", "joined_at")
        read_only_fields = fields


class MeasureShape(serializers.ModelSerializer[ReviewAction]):
    class Meta:
        model = ReviewAction
        fields = ("id", "words", "side", "who", "due_on", "done_at", "done_name")
        read_only_fields = fields


class WholeIncident(IncidentShape):
    lines = LineShape(source="incidentlines", many=True, read_only=True)
    participants = ParticipantShape(many=True, read_only=True)
    measures = MeasureShape(source="reviewactions", many=True, read_only=True)

    class Meta(IncidentShape.Meta):
        fields = (*IncidentShape.Meta.fields, "lines", "participants", "measures")  # type: ignore[assignment]
        read_only_fields = fields


class RemoteShape(serializers.ModelSerializer[RemoteAuthorisation]):
    access = serializers.ChoiceField(Access.values, read_only=True, help_text="How it stands at this moment")

    class Meta:
        model = RemoteAuthorisation
        fields = (
            "id", "access", "contract", "ticket", "system", "what", "why", "minutes", "asked_at", "asked_name",
            "decided_at", "decided_name", "is_granted", "said", "from_at", "until_at", "started_at", "started_name",
            "ended_at", "work", "revoked_at", "revoked_why",
        )  # fmt: skip
        read_only_fields = fields


class RemotePage(serializers.Serializer[Any]):
    results = RemoteShape(many=True)
    next = serializers.CharField(allow_null=True)


class Followed(serializers.Serializer[Any]):
    """What became of one ticket under the outage."""

    ticket = serializers.UUIDField(source="ticket.pk")
    number = serializers.CharField(source="ticket.number")
    why_not = serializers.CharField(help_text="Empty: it followed")


class FeedbackShape(serializers.ModelSerializer[FeedbackForm]):
    """What was signed, and its seal."""

    class Meta:
        model = FeedbackForm
        fields = ("id", "cycle", "at", "name", "way", "satisfaction", "words", "sha256")
        read_only_fields = fields


class WholeShape(TicketShape):
    """With what hangs on it and has an address of its own."""

    visits = VisitShape(source="visit_set", many=True, read_only=True)
    calls = CallShape(source="call_set", many=True, read_only=True)
    solutions = SolutionShape(source="solution_set", many=True, read_only=True)
    terms_wishes = WishShape(source="termswish_set", many=True, read_only=True)
    feedback = FeedbackShape(source="feedbackform_set", many=True, read_only=True)
    objections = ObjectionShape(source="objection_set", many=True, read_only=True)
    links = LinkShape(source="ticketlink_set", many=True, read_only=True)
    linked_from = LinkShape(many=True, read_only=True)
    shared_fault = PartShape(source="faultpart_set", many=True, read_only=True)
    outages = OutageShape(source="outage_set", many=True, read_only=True)
    incidents = IncidentShape(source="majorincident_set", many=True, read_only=True)
    plan_steps = StepShape(source="plantick_set", many=True, read_only=True)
    hospital_tasks = TaskShape(source="hospitaltask_set", many=True, read_only=True)

    class Meta(TicketShape.Meta):
        fields = (  # type: ignore[assignment]
            *TicketShape.Meta.fields, "visits", "calls", "solutions", "terms_wishes", "feedback", "objections",
            "links", "linked_from", "shared_fault", "outages", "incidents", "plan_steps", "hospital_tasks",
        )  # fmt: skip
        read_only_fields = fields


class SigningLinkShape(serializers.Serializer[Any]):
    url = serializers.CharField(help_text="For whoever had the problem; said this once. It opens the form, once")
    until_at = serializers.DateTimeField()


# ── what may be sent ─────────────────────────────────────────────────────────────────────────────────────────────────
class Other(serializers.Serializer[Any]):
    other = serializers.UUIDField(help_text="Another ticket")


class Link(Other):
    kind = serializers.ChoiceField(SAID_BY_PEOPLE, help_text="What this ticket is to the other")


class MergeInto(serializers.Serializer[Any]):
    into = serializers.UUIDField(help_text="The ticket that goes on for both")
    why = serializers.CharField(max_length=300)


class PartOf(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=120)
    words = serializers.CharField(max_length=20_000, required=False, allow_blank=True, default="")
    category = serializers.CharField(max_length=40, required=False, allow_blank=True, default="")
    system = serializers.UUIDField(required=False, allow_null=True, default=None)


class Under(serializers.Serializer[Any]):
    parent = serializers.UUIDField(help_text="The ticket of the outage")


class ToAll(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=20_000)


class Announcement(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=120)
    words = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
    expected_at = Moment(required=False, allow_null=True, default=None)


class Sibling(serializers.Serializer[Any]):
    contract = serializers.UUIDField(help_text="Another vendor's, of this hospital")
    category = serializers.CharField(max_length=40)
    title = serializers.CharField(max_length=120)
    words = serializers.CharField(max_length=20_000, required=False, allow_blank=True, default="")
    severity = serializers.ChoiceField(SEVERITIES, required=False, allow_blank=True, default="")
    system = serializers.UUIDField(required=False, allow_null=True, default=None)


class Turn(serializers.Serializer[Any]):
    number = serializers.CharField(max_length=40, help_text="Of the ticket whose turn it is")
    words = serializers.CharField(max_length=300)


class Verdict(serializers.Serializer[Any]):
    is_upheld = serializers.BooleanField(help_text="true: it is not solved, and the next cycle begins")
    said = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class Earlier(serializers.Serializer[Any]):
    earlier = serializers.UUIDField(help_text="The closed ticket")


class AgreedTime(serializers.Serializer[Any]):
    metric = serializers.ChoiceField([metric.value for metric in Metric])
    time = Moment()


class NotNeeded(serializers.Serializer[Any]):
    metric = serializers.ChoiceField([metric.value for metric in Metric])
    solved_at = Moment(help_text="Since when it is not needed")
    why = serializers.CharField(max_length=300)


class OnWaiver(Decision):
    metric = serializers.ChoiceField([metric.value for metric in Metric])


class Done(serializers.Serializer[Any]):
    is_done = serializers.BooleanField()


class TaskOf(serializers.Serializer[Any]):
    words = serializers.CharField(max_length=500)
    due_at = Moment(required=False, allow_null=True, default=None)


class Declaration(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=120)
    why = serializers.CharField(max_length=300)
    every_minutes = serializers.IntegerField(min_value=EVERY[0], max_value=EVERY[1], default=30)


class Update(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=5_000)


class Review(serializers.Serializer[Any]):
    happened = serializers.CharField(max_length=10_000)
    impact = serializers.CharField(max_length=10_000)
    cause = serializers.CharField(max_length=10_000)
    lessons = serializers.CharField(max_length=10_000, required=False, allow_blank=True, default="")
    seen = serializers.IntegerField(min_value=1, max_value=2_000_000_000, help_text="The incident's version")


class Measure(serializers.Serializer[Any]):
    words = serializers.CharField(max_length=300)
    side = serializers.ChoiceField(SIDES)
    who = serializers.CharField(max_length=60)
    due_on = serializers.DateField()


class RemoteWish(serializers.Serializer[Any]):
    contract = serializers.UUIDField()
    what = serializers.CharField(max_length=120, help_text="Server, database or workstation, by its name")
    why = serializers.CharField(max_length=300)
    minutes = serializers.IntegerField(min_value=1, max_value=MINUTES)
    system = serializers.UUIDField(required=False, allow_null=True, default=None)
    ticket = serializers.UUIDField(required=False, allow_null=True, default=None)


class Grant(serializers.Serializer[Any]):
    minutes = serializers.IntegerField(min_value=1, max_value=MINUTES, help_text="At most what was asked for")
    from_at = Moment(required=False, allow_null=True, default=None)
    said = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class Said(serializers.Serializer[Any]):
    said = serializers.CharField(max_length=300)


class RemoteWork(serializers.Serializer[Any]):
    work = serializers.CharField(max_length=1_000)
