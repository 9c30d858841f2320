"""A ticket's page: what it shows to whom, at what cost, and what it never shows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.clocks.examples import AT
from tickets.lines import stream_of
from tickets.services import visiting, working
from tickets.situation import situation_of

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def test_the_stream_is_one_and_paged(desk):
    """Conversation, notes and acts in the order they happened; a page costs one query, at 3 lines and at 60."""
    ticket = desk.accepted()
    desk.act(working.say, ticket, by=desk.it, at=AT + 3 * MINUTE, text="患者在等")
    desk.act(working.note, ticket, by=desk.engineer, at=AT + 4 * MINUTE, text="先查网关")
    with desk.acting(desk.engineer) as person:
        lines = stream_of(ticket, person).lines
        assert [line.kind for line in lines] == ["act", "act", "message", "note"]
        assert [line.text for line in stream_of(ticket, person, show="notes").lines] == ["先查网关"]
    with desk.acting(desk.it) as person:
        assert [line.kind for line in stream_of(ticket, person).lines] == ["act", "act", "message"]
    for number in range(60):
        desk.act(working.say, ticket, by=desk.it, at=AT + (5 + number) * MINUTE, text=f"第{number}句")
    with desk.acting(desk.engineer) as person, CaptureQueriesContext(connection) as asked:
        page = stream_of(ticket, person)
    assert len(asked) <= 1
    with desk.acting(desk.engineer) as person:
        before = stream_of(ticket, person, before=page.older)
        texts = [line.text for line in [*before.lines, *page.lines]]
    assert (len(page.lines), len(before.lines), before.older) == (40, 24, "")
    assert texts[4:] == [f"第{number}句" for number in range(60)]


def test_the_situation_is_four_queries(desk):
    ticket = desk.accepted()
    desk.act(visiting.call_for_visit, ticket, by=desk.it, at=AT + 3 * MINUTE, why="远程看不出")
    with desk.acting(desk.it), CaptureQueriesContext(connection) as asked:
        situation = situation_of(ticket.pk, at=AT + 4 * MINUTE)
        assert situation.visit["why"] == "远程看不出"
        assert [clock.row.metric for clock in situation.clocks] == ["on_site", "respond"]
    assert len(asked) <= 4
