from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from servicedesk.audit.permissions import SEE_TRAIL
from servicedesk.tenancy.enums import Ownership
from servicedesk.tenancy.models.base import Walled, WalledWithId


class Link(Walled):
    """A record's place in its chain. It has the record's owners, so that whoever reads the record reads its seal."""

    ownership = Ownership.EITHER
    see = SEE_TRAIL

    record_id = models.UUIDField(primary_key=True)
    hospital_id = models.IntegerField(null=True)
    vendor_id = models.IntegerField(null=True)
    chain = models.CharField(max_length=24)
    position = models.BigIntegerField()
    block = models.IntegerField()
    hash = models.BinaryField(max_length=32)

    class Meta:
        ordering = ["chain", "position"]
        verbose_name = _("place in the chain")
        constraints = [models.UniqueConstraint(fields=["chain", "position"], name="link_position_once")]

    def __str__(self) -> str:
        return f"{self.chain} {self.position}"


class Block(WalledWithId):
    """What one run of the sealer chained: records `first` to `last`, ending in `head`, which is anchored elsewhere."""

    ownership = Ownership.EITHER
    see = SEE_TRAIL

    hospital_id = models.IntegerField(null=True)
    vendor_id = models.IntegerField(null=True)
    chain = models.CharField(max_length=24)
    number = models.IntegerField()
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    head = models.BinaryField(max_length=32)
    encoding = models.PositiveSmallIntegerField()
    sealed_at = models.DateTimeField(_("sealed"))

    class Meta:
        ordering = ["chain", "number"]
        verbose_name = _("sealed block")
        constraints = [models.UniqueConstraint(fields=["chain", "number"], name="block_number_once")]

    def __str__(self) -> str:
        return f"{self.chain} {self.number}"

    @property
    def owner(self) -> dict[str, int | None]:
        return {"hospital_id": self.hospital_id, "vendor_id": self.vendor_id}


class Pending(models.Model):
    """A committed record that waits for its link or for its block's anchor. A trigger writes it, in the act's own
    transaction; the application's role can neither read nor touch it."""

    record_id = models.UUIDField(primary_key=True)
    chain = models.CharField(max_length=24)

    class Meta:
        ordering = ["record_id"]
        verbose_name = _("record waiting for its seal")

    def __str__(self) -> str:
        return f"{self.chain} {self.record_id}"
