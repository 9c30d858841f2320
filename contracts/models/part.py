from __future__ import annotations

from django.db import models

from contracts.models.contract import Contract
from contracts.permissions import SEE_CONTRACTS
from servicedesk.tenancy.enums import Ownership
from servicedesk.tenancy.keys import TenantKey
from servicedesk.tenancy.models import Hospital, Vendor
from servicedesk.tenancy.models.base import WalledWithId

PARTIES = ("hospital", "vendor")


class PartOfContract(WalledWithId):
    """A row that hangs on a contract: the same parties, seen by the same people."""

    ownership = Ownership.PARTIES
    see = SEE_CONTRACTS

    hospital = models.ForeignKey(Hospital, models.PROTECT, db_index=False)
    vendor = models.ForeignKey(Vendor, models.PROTECT, db_index=False)
    contract = models.ForeignKey(Contract, models.CASCADE, db_constraint=False)

    class Meta:
        abstract = True
        ordering = ["id"]
        constraints = [TenantKey("contract", owner=PARTIES, name="%(class)s_contract_same_parties")]
