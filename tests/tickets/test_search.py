"""Search finds what the person may read, and nothing else. ALL-1, PACS-18, ICU-13."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from servicedesk.tenancy import wall
from tests.clocks.examples import AT
from tests.world import make_member, person_of
from tickets.models import SearchText, Ticket
from tickets.searching import found_tickets
from tickets.services.solving import resolve
from tickets.services.working import accept, note, say

pytestmark = pytest.mark.django_db


def find(desk, member, query):
    with desk.acting(member) as person:
        return [hit.number for hit in found_tickets(person, query).hits]


@pytest.mark.parametrize("query", ["调图", "图", "阅片工作站", "无法 阅片", "刘敏", "放射科", "PACS", "pacs", "ＰＡＣＳ", "闪退"])
def test_it_finds_chinese_of_any_length_and_latin(desk, query):
    words = "pacs 客户端一打开就闪退"
    ticket = desk.report(words=words, reporter_name="刘敏")
    assert find(desk, desk.it, query) == [ticket.number]
    assert find(desk, desk.engineer, query) == [ticket.number]
