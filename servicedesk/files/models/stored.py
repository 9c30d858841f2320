from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from servicedesk.files.permissions import SEE_FILES
from servicedesk.tenancy.enums import Ownership
from servicedesk.tenancy.keys import TenantKey, owned_target
from servicedesk.tenancy.models import Hospital, Matter, Vendor
from servicedesk.tenancy.models.base import WalledWithId
from servicedesk.tenancy.wall import Person


class StoredFile(WalledWithId):
    """A checked upload. The bytes lie under their hash, per hospital: equal files of two hospitals are stored twice, so
    that neither learns of the other's and each can be destroyed alone."""

    ownership = Ownership.PARTIES
    see = SEE_FILES

    hospital = models.ForeignKey(Hospital, models.PROTECT)
    vendor = models.ForeignKey(Vendor, models.PROTECT)
    matter = models.ForeignKey(Matter, models.PROTECT, db_constraint=False, related_name="files")
    name = models.CharField(_("name"), max_length=255)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    sha256 = models.CharField(max_length=64)
    added_by = models.UUIDField(_("added by"))
    added_at = models.DateTimeField(_("added"))

    class Meta:
        ordering = ["added_at", "id"]
        verbose_name = _("file")
        constraints = [
            owned_target("file_of_parties", "hospital", "vendor"),
            TenantKey("matter", owner=("hospital", "vendor"), name="file_matter_same_parties"),
        ]
        indexes = [
            models.Index(fields=["hospital", "matter", "added_at"], name="files_of_matter"),
            models.Index(fields=["hospital", "sha256"], include=["size"], name="files_by_content"),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def of_oneself(cls, person: Person) -> Q:
        return Q(added_by=person.membership_id)
