"""A major incident: declared upon a ticket, with a matter and a clock of its own, and a review at its end."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from servicedesk.tenancy.keys import TenantKey, owned_target
from servicedesk.tenancy.models import Matter
from tickets.enums import LineKind
from tickets.models.part import PARTIES, PartOfTicket
from tickets.models.stream import SIDES
from tickets.permissions import SEE_INCIDENTS


class MajorIncident(PartOfTicket):
    """Names are copied: neither side may read the other's memberships. Who leads is told when an update is due."""

    see = SEE_INCIDENTS

    matter = models.ForeignKey(Matter, models.PROTECT, db_constraint=False, related_name="incidents", db_index=False)
    title = models.CharField(_("what happens"), max_length=120)
    why = models.CharField(_("why it is a major incident"), max_length=300)
    every_minutes = models.PositiveSmallIntegerField(_("an update every so many minutes"), default=30)
    declared_at = models.DateTimeField(_("declared"))
    declared_by = models.UUIDField()
    declared_name = models.CharField(_("declared by"), max_length=60)
    declared_side = models.CharField(max_length=10, choices=SIDES)
    leader = models.UUIDField()
    leader_name = models.CharField(_("leads"), max_length=60)
    leader_side = models.CharField(max_length=10, choices=SIDES)
    ended_at = models.DateTimeField(_("over since"), null=True)
    ended_by = models.UUIDField(null=True)
    ended_name = models.CharField(max_length=60, blank=True)
    happened = models.TextField(_("what happened"), max_length=10_000, blank=True)
    impact = models.TextField(_("what it meant for the hospital"), max_length=10_000, blank=True)
    cause = models.TextField(_("cause"), max_length=10_000, blank=True)
    lessons = models.TextField(_("what we learn"), max_length=10_000, blank=True)
    reviewed_at = models.DateTimeField(_("review written"), null=True)
    reviewed_by = models.UUIDField(null=True)
    reviewed_name = models.CharField(max_length=60, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    # Who did it stands on record with the act; what counts versions says nothing by itself.
    history = HistoricalRecords(
        excluded_fields=["matter", "version", "declared_by", "ended_by", "reviewed_by", "leader"]
    )

    class Meta(PartOfTicket.Meta):
        verbose_name = _("major incident")
        ordering = ["-declared_at", "-id"]
        constraints = [
            *PartOfTicket.Meta.constraints,
            owned_target("incident_of_parties", *PARTIES),
            TenantKey("matter", owner=PARTIES, name="incident_matter_same_parties"),
            models.UniqueConstraint(
                fields=["hospital", "ticket"], condition=Q(ended_at__isnull=True), name="one_open_incident_per_ticket"
            ),
            models.CheckConstraint(name="incident_update_interval", condition=Q(every_minutes__range=(5, 240))),
            models.CheckConstraint(
                name="incident_ended_whole",
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__gte=F("declared_at"), ended_by__isnull=False),
            ),
            models.CheckConstraint(
                name="incident_reviewed_at_its_end",
                condition=Q(reviewed_at__isnull=True) | Q(ended_at__isnull=False, reviewed_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("incident", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.ended_at is None


class PartOfIncident(PartOfTicket):
    see = SEE_INCIDENTS

    incident = models.ForeignKey(MajorIncident, models.CASCADE, db_constraint=False, related_name="%(class)ss")

    class Meta:
        abstract = True
        constraints = [
            *PartOfTicket.Meta.constraints,
            TenantKey("incident", owner=PARTIES, name="%(class)s_incident_same_parties"),
        ]


class Participant(PartOfIncident):
    """Who takes part, and as what; somebody without an account is named by either side, whose side it then says."""

    side = models.CharField(_("side"), max_length=10, choices=SIDES)
    member = models.UUIDField(null=True)
    name = models.CharField(_("name"), max_length=60)
    organisation = models.CharField(_("organisation"), max_length=60, blank=True)  # of whoever has no account
    does = models.CharField(_("does what"), max_length=80, blank=True)
    joined_at = models.DateTimeField(_("joined"))

    class Meta(PartOfIncident.Meta):
        verbose_name = _("participant")
        ordering = ["joined_at", "id"]
        constraints = [
            *PartOfIncident.Meta.constraints,
            models.UniqueConstraint(
                fields=["hospital", "incident", "member"], condition=Q(member__isnull=False), name="participant_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def in_words(self) -> str:
        """From where and what for, where that is known."""
        said = {"organisation": self.organisation, "does": self.does}
        facts = gettext("%(organisation)s, %(does)s") % said if all(said.values()) else "".join(said.values())
        return gettext("%(name)s (%(facts)s)") % {"name": self.name, "facts": facts} if facts else self.name


class IncidentLine(PartOfIncident):
    """One line of the time line, read by both sides."""

    kind = models.CharField(_("kind"), max_length=10, choices=LineKind.choices)
    at = models.DateTimeField(_("when"))
    by = models.UUIDField(null=True)
    by_name = models.CharField(_("who"), max_length=60, blank=True)
    by_side = models.CharField(max_length=10, choices=SIDES, blank=True)
    text = models.TextField(_("text"), max_length=5_000, blank=True)

    class Meta(PartOfIncident.Meta):
        verbose_name = _("line of an incident")
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["incident", "at", "id"], name="lines_of_incident")]

    def __str__(self) -> str:
        return self.text[:60]


class ReviewAction(PartOfIncident):
    """What changes after an incident: what, by whom, until when."""

    words = models.CharField(_("what we change"), max_length=300)
    side = models.CharField(_("side"), max_length=10, choices=SIDES)
    who = models.CharField(_("by whom"), max_length=60)
    due_on = models.DateField(_("until when"))
    done_at = models.DateTimeField(_("done"), null=True)
    done_by = models.UUIDField(null=True)
    done_name = models.CharField(max_length=60, blank=True)

    class Meta(PartOfIncident.Meta):
        verbose_name = _("measure after an incident")
        ordering = ["due_on", "id"]
        constraints = [
            *PartOfIncident.Meta.constraints,
            models.CheckConstraint(
                name="measure_done_whole",
                condition=Q(done_at__isnull=True, done_by__isnull=True)
                | Q(done_at__isnull=False, done_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.words
