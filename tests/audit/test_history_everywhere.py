"""Whatever people edit keeps its former states, behind the same wall. PACS-18."""

from __future__ import annotations

import pytest
from django.apps import apps

from servicedesk.tenancy.models.base import Walled
from tests.tenancy.catalogue import GLOBAL, rows

# Rows nobody edits: written once, or moved on by the product's own steps, which are on record.
NOT_EDITED = {
    "accounts.handover": "written once",
    "accounts.invitation": "sent, used or taken back, each on record",
    "audit.block": "written once",
    "audit.link": "written once",
    "audit.record": "written once",
    "clocks.clock": "moved by facts, each on record; results stay",
    "clocks.desk": "follows the contract, which keeps its history",
    "clocks.escalation": "written once",
    "clocks.post": "follows the contract's staff, which keeps its history",
    "clocks.span": "opened and closed, both on record",
    "clocks.step": "the watch's own plan",
    "clocks.swap": "asked and decided, both on record",
    "clocks.waiver": "asked and decided, both on record",
    "clocks.workcalendar": "a version never changes",
    "files.storedfile": "written once",
    "notices.inboxitem": "read or not",
    "notices.message": "the outbox's own steps",
    "tickets.draft": "not sent yet; only its writer sees it",
    "tenancy.matter": "follows what it stands for",
    "tenancy.supportsession": "opened and closed, both on record",
    # tickets: closing
    "tickets.feedbackform": "frozen; the database lets nobody change one",
    "tickets.maintenancerecord": "frozen; the database lets nobody change one",
    "tickets.objection": "said and decided, both on record",
    "tickets.signinglink": "made, used or replaced, each on record",
    # tickets
    "accounts.token": "made and revoked, both on record",
    "tickets.call": "written once; agreed to or disputed, on record",
    "tickets.daycount": "a count",
    "tickets.entry": "written once",
    "tickets.faultpart": "joined once, on record",
    "tickets.hospitaltask": "written once and done, both on record",
    "tickets.incidentline": "written once",
    "tickets.keptanswer": "what a program was told, for some days",
    "tickets.metoo": "written once",
    "tickets.note": "written once",
    "tickets.outage": "announced and ended, each in the stream",
    "tickets.participant": "who took part, each in the incident's lines",
    "tickets.plantick": "written once",
    "tickets.queueview": "a kept filter, nothing of a contract",
    "tickets.remoteauthorisation": "asked, granted, used and ended, each on record",
    "tickets.renamedsystem": "work that waits; gone when it is done",
    "tickets.reviewaction": "planned and done, both on record",
    "tickets.scan": "written once",
    "tickets.searchtext": "follows what it was made from",
    "clocks.timewish": "proposed and decided, both on record",
    "tickets.termswish": "proposed and decided, both on record",
    "tickets.solution": "written once; confirmed or refused, on record",
    "tickets.ticketlink": "made and removed, both on record",
    "tickets.visit": "each step is a line of the ticket, and on record",
}


def walled() -> dict[str, type]:
    return {m._meta.label_lower: m for m in apps.get_models() if issubclass(m, Walled)}


def test_every_model_keeps_its_history_or_says_why_not():
    without = {
        label for label, model in walled().items() if not hasattr(model._meta, "simple_history_manager_attribute")
    }
    assert without == set(NOT_EDITED)


@pytest.mark.django_db
def test_every_history_is_behind_the_wall():
    forced = {name for (name,) in rows("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")}
    histories = {m.history.model._meta.db_table for m in walled().values() if hasattr(m, "history")}
    assert len(histories) >= 6
    assert histories - forced == set()
    assert histories & set(GLOBAL) == set()
