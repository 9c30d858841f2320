from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from contracts.enums import StaffRole
from contracts.models.part import PartOfContract
from servicedesk.tenancy.keys import TenantKey
from servicedesk.tenancy.models import Membership


class StaffMember(PartOfContract):
    """Who serves under the contract, or stands for the hospital in it, with contact data that both parties read.

    Somebody without a membership is on the list all the same; ladders reach only those who have one.
    """

    contract = models.ForeignKey("Contract", models.CASCADE, db_constraint=False, related_name="staff")
    role = models.CharField(_("role"), max_length=24, choices=StaffRole.choices)
    name = models.CharField(_("name"), max_length=60)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    email = models.EmailField(_("mail address"), blank=True)
    of_vendor = models.ForeignKey(
        Membership,
        models.PROTECT,
        db_constraint=False,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("person in the product"),
    )
    of_hospital = models.ForeignKey(
        Membership,
        models.PROTECT,
        db_constraint=False,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("person in the product"),
    )
    is_resident = models.BooleanField(_("stationed at the hospital"), default=False)
    from_on = models.DateField(_("from"))
    until_on = models.DateField(_("last day"), null=True, blank=True)
    reason = models.CharField(_("why this changed"), max_length=200, blank=True)
    history = HistoricalRecords()

    class Meta(PartOfContract.Meta):
        verbose_name = _("person of the contract")
        ordering = ["from_on", "id"]
        constraints = [
            *PartOfContract.Meta.constraints,
            TenantKey("of_vendor", owner=("vendor",), name="staff_same_vendor"),
            TenantKey("of_hospital", owner=("hospital",), name="staff_same_hospital"),
            models.CheckConstraint(
                name="staff_of_one_party", condition=Q(of_vendor__isnull=True) | Q(of_hospital__isnull=True)
            ),
            models.CheckConstraint(
                name="staff_leaves_after_coming",
                condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")),
                violation_error_message=_("The last day lies before the first."),
            ),
            models.UniqueConstraint(
                fields=["hospital", "contract"],
                condition=Q(role="project_manager", until_on__isnull=True),
                name="one_project_manager",
                violation_error_message=_("The contract already has a project manager; change them instead."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
