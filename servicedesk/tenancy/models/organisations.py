from __future__ import annotations

from typing import Any

from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from servicedesk.tenancy.enums import Ownership, Reach, Side
from servicedesk.tenancy.keys import TenantKey, owned_target
from servicedesk.tenancy.letters import LONGEST, free_letters
from servicedesk.tenancy.models.base import Walled, WalledWithId
from servicedesk.tenancy.permissions import SEE_DEPARTMENTS, SEE_ORGANISATIONS
from servicedesk.tenancy.waiting import wait_for_the_first
from servicedesk.tenancy.wall import Person

CODE = RegexValidator(r"^[a-z][a-z0-9-]{1,30}$", _("Two to 31 small letters, digits or hyphens, a letter first."))
SPOKEN = RegexValidator(
    r"^[A-HJKMNPR-Z2-9]+$",
    _("Capital letters and digits. Not I, O, L, Q, 0, 1: they are mistaken for others on the telephone and on paper."),
)


class Organisation(Walled):
    ownership = Ownership.REGISTER
    see = SEE_ORGANISATIONS

    code = models.CharField(_("code"), max_length=31, unique=True, validators=[CODE])
    name = models.CharField(_("name"), max_length=100)
    short_name = models.CharField(_("short name"), max_length=20)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class Hospital(Organisation):
    """院方: the customer, whose data it is."""

    # Each hospital a soft hue on its tag, so that nobody answers the wrong one.
    hue = models.PositiveSmallIntegerField(_("hue of its tag"), default=210, validators=[MaxValueValidator(359)])
    letters = models.CharField(
        _("letters before its numbers"), max_length=LONGEST, unique=True, blank=True, validators=[SPOKEN]
    )
    history = HistoricalRecords()

    class Meta:
        ordering = ["name"]
        verbose_name = _("hospital")

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Numbers are on paper and in mails: the letters are given once, and to nobody else."""
        if not self.letters:
            self.letters = free_letters(self.code, Hospital.taken_letters())
        super().save(*args, **kwargs)

    @classmethod
    def taken_letters(cls) -> list[str]:
        """As far as whoever asks sees hospitals; the platform, which registers them, sees all. Until this transaction
        ends nobody else chooses: no constraint knows that letters may not end alike."""
        wait_for_the_first("letters")
        return list(cls.objects.values_list("letters", flat=True))

    @classmethod
    def owned_by(cls, person: Person) -> Q:
        return Q() if person.side == Side.PLATFORM else Q(id__in=person.hospitals)


class Vendor(Organisation):
    """供应商: who serves."""

    history = HistoricalRecords()

    class Meta:
        ordering = ["name"]
        verbose_name = _("vendor")

    @classmethod
    def owned_by(cls, person: Person) -> Q:
        if person.side == Side.PLATFORM:
            return Q()
        if person.side == Side.VENDOR:
            return Q(id=person.vendor_id)
        return Q(engagement__hospital_id__in=person.hospitals)


class Department(WalledWithId):
    ownership = Ownership.HOSPITAL
    see = SEE_DEPARTMENTS

    hospital = models.ForeignKey(Hospital, models.CASCADE)
    name = models.CharField(_("name"), max_length=60)
    phone = models.CharField(_("extension"), max_length=20, blank=True)
    closed_at = models.DateTimeField(null=True, editable=False)
    history = HistoricalRecords()

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("department")
        constraints = [
            owned_target("department_of_hospital"),
            models.UniqueConstraint(
                fields=["hospital", "name"],
                name="department_name_once",
                violation_error_message=_("The hospital already has a department of this name."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def within(cls, reach: Reach, person: Person) -> Q:
        return Q() if reach == Reach.ORGANISATION else Q(id=person.department_id)


class Place(WalledWithId):
    ownership = Ownership.HOSPITAL
    see = SEE_DEPARTMENTS

    hospital = models.ForeignKey(Hospital, models.CASCADE)
    department = models.ForeignKey(
        Department, models.PROTECT, db_constraint=False, null=True, blank=True, verbose_name=_("department")
    )
    campus = models.CharField(_("campus"), max_length=40, blank=True)
    building = models.CharField(_("building"), max_length=40)
    floor = models.CharField(_("floor"), max_length=20, blank=True)
    room = models.CharField(_("room"), max_length=40, blank=True)
    closed_at = models.DateTimeField(null=True, editable=False)
    history = HistoricalRecords()

    class Meta:
        ordering = ["campus", "building", "floor", "room", "id"]
        verbose_name = _("place")
        constraints = [
            owned_target("place_of_hospital"),
            TenantKey("department", name="place_department_same_hospital"),
        ]

    def __str__(self) -> str:
        return " ".join(part for part in (self.campus, self.building, self.floor, self.room) if part)
