"""What a ticket's page and the queue read by functions of the database stands behind the wall as its tables do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from servicedesk.tenancy import wall
from tests.clocks.examples import AT
from tickets.around import answer_of
from tickets.enums import Writing
from tickets.lines import stream_of
from tickets.models import QueueView
from tickets.queue.views import saved_views
from tickets.services import drafts, working
from tickets.situation import clocks_of

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
THE_OTHERS_WORDS = "先查网关"


def asked(ticket, *, notes_of: str) -> list[str]:
    """The words of all lines, as somebody asks who says of which side's notes."""
    whose = (ticket.pk, ticket.hospital_id, ticket.matter_id, ["message", "act"], notes_of, True)
    with connection.cursor() as cursor:
        cursor.callproc("ticket_lines", [*whose, None, None, None, 50])
        return [words for *_before, words, _more in cursor.fetchall()]


def test_whoever_asks_for_the_other_sides_notes_gets_none(desk):
    ticket = desk.accepted()
    desk.act(working.note, ticket, by=desk.engineer, at=AT + 3 * MINUTE, text=THE_OTHERS_WORDS)
    with desk.acting(desk.engineer):
        assert THE_OTHERS_WORDS in asked(ticket, notes_of="vendor")
    with desk.acting(desk.it):
        assert THE_OTHERS_WORDS not in asked(ticket, notes_of="vendor")


def test_behind_the_wall_there_are_no_lines_clocks_or_drafts(desk):
    ticket = desk.accepted()
    desk.act(drafts.keep_draft, ticket, by=desk.it, at=AT, kind=Writing.REPLY, fields={"text": "网关"})
    with desk.acting(desk.it) as own:
        assert stream_of(ticket, own).lines
        assert clocks_of(ticket, AT)
        assert drafts.drafts_on(ticket, by=own) == {"reply": {"text": "网关"}}
    foreign = (wall.Context.of_hospital(desk.world.h2.id), wall.Context.of_vendor(desk.world.v2.id))
    for context in (*foreign, wall.NOBODY):
        with wall.opened(context):
            assert asked(ticket, notes_of="vendor") == []
            assert clocks_of(ticket, AT) == []
            assert drafts.drafts_on(ticket, by=own) == {}


def test_a_draft_is_its_writers_alone(desk):
    ticket = desk.accepted()
    desk.act(drafts.keep_draft, ticket, by=desk.engineer, at=AT, kind=Writing.NOTE, fields={"text": "网关"})
    with desk.acting(desk.colleague) as colleague:
        assert drafts.drafts_on(ticket, by=colleague) == {}


def test_a_clocks_pauses_come_with_it(desk):
    """What is worked out of one question is what its rows say."""
    ticket = desk.accepted()
    desk.act(working.pause, ticket, by=desk.it, at=AT + 5 * MINUTE, why="等备件")
    at = AT + 9 * MINUTE
    with desk.acting(desk.it):
        shown = {clock.row.pk: clock for clock in clocks_of(ticket, at)}
        paused = [clock for clock in shown.values() if clock.core.open_pause]
        assert paused
        for clock in paused:
            row = clock.row
            row.refresh_from_db()
            assert [(span.start_at, span.why) for span in row.spans.all()] == [(AT + 5 * MINUTE, "等备件")]
            assert clock.core.open_pause.start == AT + 5 * MINUTE
            assert clock.core.promise.metric == row.metric


def around_the_row(ticket) -> dict:
    """Clocks and names of a row of the queue, as somebody asks who was let in by no door."""
    hospital, vendor = [ticket.hospital_id], [ticket.vendor_id]
    keys = ([ticket.matter_id], hospital, vendor, [], [ticket.contract_id])
    return answer_of("queue_around", ticket.vendor_id, hospital, *keys)


def test_behind_the_wall_the_queue_finds_neither_clocks_nor_names(desk):
    ticket = desk.accepted()
    with desk.acting(desk.engineer):
        found = around_the_row(ticket)
        assert {metric for _pk, _matter, metric, *_rest in found["clocks"]} >= {"respond", "on_site"}
        assert found["hospitals"] == [[desk.world.h1.pk, desk.world.h1.short_name, desk.world.h1.hue]]
        assert found["contracts"] == [[str(desk.contract.pk), desk.contract.name]]
    nothing = dict.fromkeys(("clocks", "hospitals", "vendors", "systems", "contracts"))
    with wall.opened(wall.NOBODY):
        assert around_the_row(ticket) == nothing
    with wall.opened(wall.Context.of_hospital(desk.world.h2.id)):
        found = around_the_row(ticket)
        assert found["clocks"] is found["hospitals"] is found["contracts"] is None


def test_views_that_others_keep_for_themselves_stay_theirs(desk):
    """Whoever asks in a colleague's name gets what is kept for everybody, and no more."""
    at = {"kept_at": AT}
    with desk.acting(desk.engineer) as own:
        whose = {"vendor_id": own.vendor_id, "user_id": own.user_id}
        QueueView.objects.create(**whose, **at, name="我的", query="severity=A")
        QueueView.objects.create(**whose, **at, name="大家的", query="severity=B", is_shared=True)
        assert [view.name for view in saved_views(own)] == ["我的", "大家的"]
    with desk.acting(desk.colleague) as colleague:
        assert [view.name for view in saved_views(colleague)] == ["大家的"]
        assert [view.name for view in saved_views(own)] == ["大家的"]
    with desk.acting(desk.it):
        assert saved_views(own) == []
