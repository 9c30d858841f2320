"""The wizard's half-way state: what was typed and is not fit yet is kept with the draft, and loses nothing."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from contracts.completeness import Page
from contracts.models import Contract, MatrixVersion
from contracts.services.keeping import locked
from servicedesk.audit.enums import Act
from servicedesk.audit.record import record
from servicedesk.clocks.models import WorkCalendar
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import Person


def refuse_unless_draft(contract: Contract) -> None:
    if contract.activated_at is not None:
        raise Refused(_("This contract is in force already; change it on its own page."))


@transaction.atomic
def keep_typed(contract: Contract, page: Page, typed: str, *, by: Person, at: datetime) -> None:
    contract = locked(contract)
    refuse_unless_draft(contract)
    contract.draft = {**contract.draft, "typed": {**contract.draft.get("typed", {}), page.value: typed}}
    contract.save(update_fields=["draft"])
    record(Act.CONTRACT_CHANGED, contract, by=by, at=at, words={"page": page.value, "finished": False})


@transaction.atomic
def finish_page(contract: Contract, page: Page, *, by: Person, at: datetime) -> None:
    """What it says stands in rows now."""
    contract = locked(contract)
    refuse_unless_draft(contract)
    typed = {name: text for name, text in contract.draft.get("typed", {}).items() if name != page.value}
    done = sorted({*contract.draft.get("done", []), page.value})
    contract.draft = {"typed": typed, "done": done}
    contract.save(update_fields=["draft"])
    record(Act.CONTRACT_CHANGED, contract, by=by, at=at, words={"page": page.value, "finished": True})


@transaction.atomic
def discard_draft(contract: Contract, *, by: Person, at: datetime) -> None:
    """A contract that came to nothing. Its trail and its history stay."""
    contract = locked(contract)
    refuse_unless_draft(contract)
    record(Act.CONTRACT_DISCARDED, contract, by=by, at=at)
    desk, calendars = contract.desk, list(contract.versions.values_list("calendar_id", flat=True))
    contract.delete()
    desk.delete()
    still_used = MatrixVersion.objects.filter(calendar_id__in=calendars).values("calendar_id")
    WorkCalendar.objects.filter(id__in=calendars).exclude(id__in=still_used).delete()
