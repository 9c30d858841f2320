from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from servicedesk.clocks.models.roster import Team
from servicedesk.clocks.permissions import SEE_CLOCKS
from servicedesk.sla.ladder import Recipient
from servicedesk.tenancy.enums import Ownership
from servicedesk.tenancy.keys import TenantKey, owned_target
from servicedesk.tenancy.models import Hospital, Membership, Vendor
from servicedesk.tenancy.models.base import WalledWithId


class Desk(WalledWithId):
    """Who answers for a contract's promises: what the watch needs to know of a contract, kept below it."""

    ownership = Ownership.PARTIES
    see = SEE_CLOCKS

    hospital = models.ForeignKey(Hospital, models.PROTECT)
    vendor = models.ForeignKey(Vendor, models.PROTECT)
    label = models.CharField(_("name"), max_length=120)
    url = models.CharField(max_length=200)
    hotline = models.CharField(_("hotline"), max_length=40, blank=True)
    team = models.ForeignKey(
        Team, models.PROTECT, db_constraint=False, null=True, blank=True, verbose_name=_("team on duty")
    )
    is_round_the_clock = models.BooleanField(_("day and night"), default=False)  # some promise of it runs 24x7

    class Meta:
        ordering = ["label", "id"]
        verbose_name = _("desk")
        constraints = [
            owned_target("desk_of_parties", "hospital", "vendor"),
            TenantKey("team", owner=("vendor",), name="desk_team_same_vendor"),
        ]

    def __str__(self) -> str:
        return self.label


class Post(WalledWithId):
    """A named person in a role that ladders tell: the project manager, the account manager, the hospital's lead.

    Those on duty are found through the roster instead.
    """

    ownership = Ownership.PARTIES
    see = SEE_CLOCKS

    hospital = models.ForeignKey(Hospital, models.PROTECT)
    vendor = models.ForeignKey(Vendor, models.PROTECT)
    desk = models.ForeignKey(Desk, models.CASCADE, db_constraint=False, related_name="posts")
    role = models.CharField(_("role"), max_length=20)  # a sla.ladder.Recipient
    of_vendor = models.ForeignKey(
        Membership, models.PROTECT, db_constraint=False, null=True, blank=True, related_name="+"
    )
    of_hospital = models.ForeignKey(
        Membership, models.PROTECT, db_constraint=False, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["role", "id"]
        verbose_name = _("post")
        constraints = [
            TenantKey("desk", owner=("hospital", "vendor"), name="post_desk_same_parties"),
            TenantKey("of_vendor", owner=("vendor",), name="post_person_same_vendor"),
            TenantKey("of_hospital", owner=("hospital",), name="post_person_same_hospital"),
            models.CheckConstraint(
                name="post_has_one_person",
                condition=Q(of_vendor__isnull=True, of_hospital__isnull=False)
                | Q(of_vendor__isnull=False, of_hospital__isnull=True),
            ),
            models.UniqueConstraint(
                fields=["hospital", "desk", "role", "of_vendor", "of_hospital"],
                nulls_distinct=False,
                name="post_filled_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role}"

    @property
    def member_id(self) -> object:
        return self.of_vendor_id or self.of_hospital_id

    @property
    def recipient(self) -> Recipient:
        return Recipient(self.role)
