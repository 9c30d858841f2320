"""What programs read of a ticket, and what they may send. What is not listed can be neither read nor set."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from servicedesk.clocks.selectors.promises import Shown
from servicedesk.files.models import StoredFile
from servicedesk.sla.clock import State as ClockState
from servicedesk.sla.promise import Channel, Metric, Severity
from servicedesk.tenancy.api_parts import Moment
from tickets.enums import Cause, Proof, Remedy, WaitsOn
from tickets.models import Call, Entry, TermsWish, Ticket, Visit
from tickets.models.acts import Solution

SEVERITIES = [severity.value for severity in Severity if severity.value]
# By which ways a program may say that it came in; the phone needs the call itself.
CHANNELS = [Channel.PLATFORM.value, Channel.WEB.value, Channel.MAIL.value, Channel.REMOTE.value, Channel.QQ.value]


class TicketShape(serializers.ModelSerializer[Ticket]):
    severity = serializers.CharField(read_only=True, help_text="1, A, B, C, or empty where the contract has no levels")
    waits_on = serializers.CharField(read_only=True, help_text="reporter, hospital, third_party, or empty: nobody")
    url = serializers.CharField(source="get_absolute_url", read_only=True)

    class Meta:
        model = Ticket
        fields = (
            "id", "number", "external_number", "external_source", "title", "words", "category", "category_name",
            "severity", "is_emergency", "is_outside_contract", "channel", "state", "contract", "system", "department",
            "place", "where", "reporter_name", "reporter_phone", "assignee", "assignee_name", "reported_at",
            "recorded_at", "accepted_at", "waits_for", "waits_on", "wakes_at", "cycle", "recurs", "parent",
            "merged_into", "due_at", "changed_at", "closed_at", "closed_why", "version", "url",
        )  # fmt: skip
        read_only_fields = fields


class TicketPage(serializers.Serializer[Any]):
    results = TicketShape(many=True)
    next = serializers.CharField(allow_null=True)


class EntryShape(serializers.ModelSerializer[Entry]):
    by_side = serializers.CharField(read_only=True, help_text="hospital, vendor, or empty: the product itself")
    facts = serializers.DictField(read_only=True)

    class Meta:
        model = Entry
        fields = ("id", "kind", "act", "at", "by_name", "by_side", "by_token", "text", "facts")
        read_only_fields = fields


class EntryPage(serializers.Serializer[Any]):
    results = EntryShape(many=True)
    next = serializers.CharField(allow_null=True)


class FileShape(serializers.ModelSerializer[StoredFile]):
    class Meta:
        model = StoredFile
        fields = ("id", "name", "media_type", "size", "sha256", "added_at")
        read_only_fields = fields


class VisitShape(serializers.ModelSerializer[Visit]):
    proof = serializers.CharField(read_only=True, help_text="place, sticker, hospital; empty until somebody arrived")

    class Meta:
        model = Visit
        fields = (
            "id", "ticket", "cycle", "why", "called_at", "engineer_name", "planned_at", "sent_at", "arrived_at",
            "proof", "where", "left_at", "work", "dropped_at", "dropped_why",
        )  # fmt: skip
        read_only_fields = fields


class CallShape(serializers.ModelSerializer[Call]):
    class Meta:
        model = Call
        fields = (
            "id", "ticket", "channel", "is_first", "called_at", "caller", "callee", "number", "words", "logged_at",
            "logged_side", "needs_word", "agreed_at", "disputed_at", "disputed_why",
        )  # fmt: skip
        read_only_fields = fields


class SolutionShape(serializers.ModelSerializer[Solution]):
    class Meta:
        model = Solution
        fields = (
            "id", "cycle", "at", "by_name", "cause", "remedy", "words", "is_remote", "confirmed_at", "confirmed_name",
            "refused_at", "refused_why",
        )  # fmt: skip
        read_only_fields = fields


class WishShape(serializers.ModelSerializer[TermsWish]):
    class Meta:
        model = TermsWish
        fields = (
            "id", "ticket", "severity", "category", "category_name", "why", "asked_at", "asked_name", "decided_at",
            "is_granted", "said",
        )  # fmt: skip
        read_only_fields = fields


class ClockShape(serializers.Serializer[Shown]):
    id = serializers.UUIDField(source="row.id")
    metric = serializers.ChoiceField([metric.value for metric in Metric], source="row.metric")
    cycle = serializers.IntegerField(source="row.cycle")
    is_standing = serializers.BooleanField(source="row.is_standing", help_text="false: an earlier cycle's, or replaced")
    state = serializers.ChoiceField([state.value for state in ClockState])
    promised = serializers.CharField()
    counts_from = serializers.DateTimeField(source="row.counts_from")
    due_at = serializers.DateTimeField(source="row.due_at", allow_null=True, help_text="null: waits to be called for")
    due_if_resumed = serializers.DateTimeField(allow_null=True)
    stopped_at = serializers.DateTimeField(source="row.stopped_at", allow_null=True)
    outcome = serializers.CharField(source="row.outcome", allow_null=True)
    because = serializers.ListField(child=serializers.CharField(), help_text="Why this time, in the asker's language")


# ── what may be sent ─────────────────────────────────────────────────────────────────────────────────────────────────
class Nothing(serializers.Serializer[Any]):
    pass


class Why(serializers.Serializer[Any]):
    why = serializers.CharField(max_length=300)


class Words(serializers.Serializer[Any]):
    words = serializers.CharField(max_length=10_000)


class Comment(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=20_000)


class Taken(serializers.Serializer[Any]):
    to = serializers.UUIDField(
        required=False, allow_null=True, default=None,
        help_text="Who takes it, of /api/v1/people/: a person answers for it, so a token has to say who",
    )  # fmt: skip


class To(serializers.Serializer[Any]):
    to = serializers.UUIDField(help_text="A membership of the vendor, as /api/v1/people/ lists them")


class AskBack(serializers.Serializer[Any]):
    why = serializers.CharField(max_length=200)
    who = serializers.ChoiceField(WaitsOn.values, help_text="Whose answer it waits for")
    wakes_at = Moment()


class Resolution(serializers.Serializer[Any]):
    words = serializers.CharField(max_length=10_000)
    cause = serializers.ChoiceField(Cause.values)
    remedy = serializers.ChoiceField(Remedy.values)
    is_remote = serializers.BooleanField(default=False)


class Graver(serializers.Serializer[Any]):
    severity = serializers.ChoiceField(SEVERITIES)
    why = serializers.CharField(max_length=300)


class OtherCategory(serializers.Serializer[Any]):
    category = serializers.CharField(max_length=40)
    why = serializers.CharField(max_length=300)


class Decision(serializers.Serializer[Any]):
    is_granted = serializers.BooleanField()
    said = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class Dispatch(serializers.Serializer[Any]):
    engineer = serializers.UUIDField(help_text="A membership of the vendor")
    planned_at = Moment(required=False, allow_null=True, default=None)


class Arrival(serializers.Serializer[Any]):
    where = serializers.CharField(max_length=160, required=False, allow_blank=True, default="")
    proof = serializers.ChoiceField([Proof.PLACE.value, Proof.HOSPITAL.value], default=Proof.PLACE.value)


class Work(serializers.Serializer[Any]):
    work = serializers.CharField(max_length=5_000)


class PhoneCall(serializers.Serializer[Any]):
    called_at = Moment()
    caller = serializers.CharField(max_length=60)
    callee = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    number = serializers.CharField(max_length=30, required=False, allow_blank=True, default="")
    words = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class Raised(Graver):
    """By the hospital. A level that only the phone may report begins with a call: this one, or the next `log-call`."""

    call = PhoneCall(required=False, allow_null=True, default=None)


class NumberElsewhere(serializers.Serializer[Any]):
    number = serializers.CharField(max_length=60, allow_blank=True)
    source = serializers.CharField(max_length=30, required=False, allow_blank=True, default="")


class Reported(serializers.Serializer[Any]):
    """A fault or a request. Its clocks start when it is received."""

    contract = serializers.UUIDField()
    category = serializers.CharField(max_length=40, help_text="A code of the contract's catalogue")
    title = serializers.CharField(max_length=120)
    words = serializers.CharField(max_length=20_000, required=False, allow_blank=True, default="")
    severity = serializers.ChoiceField(SEVERITIES, required=False, allow_blank=True, default="")
    is_emergency = serializers.BooleanField(default=False)
    channel = serializers.ChoiceField(
        CHANNELS, help_text="By which way it came in; the contract says which start clocks"
    )
    system = serializers.UUIDField(required=False, allow_null=True, default=None)
    department = serializers.UUIDField(required=False, allow_null=True, default=None)
    place = serializers.UUIDField(required=False, allow_null=True, default=None)
    where = serializers.CharField(max_length=160, required=False, allow_blank=True, default="")
    reporter = serializers.UUIDField(required=False, allow_null=True, default=None)
    reporter_name = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    reporter_phone = serializers.CharField(max_length=30, required=False, allow_blank=True, default="")
    external_number = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    external_source = serializers.CharField(max_length=30, required=False, allow_blank=True, default="")


class PhonedIn(Reported):
    """Written down from a call, which starts the clocks. Either side's."""

    channel = None  # type: ignore[assignment]
    call = PhoneCall()
