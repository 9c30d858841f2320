from __future__ import annotations

import time
from itertools import pairwise

from servicedesk.tenancy.ids import uuid7


def test_ids_grow_with_every_call_and_say_their_version():
    ids = [uuid7() for _ in range(20_000)]
    assert all(before < after for before, after in pairwise(ids))
    assert {(made.version, made.variant) for made in ids} == {(7, "specified in RFC 4122")}


def test_ids_grow_even_when_the_clock_goes_back(monkeypatch):
    before, now = uuid7(), time.time_ns()
    monkeypatch.setattr(time, "time_ns", lambda: now - 3_600_000_000_000)
    assert uuid7() > before


def test_an_id_bears_its_millisecond():
    assert abs((uuid7().int >> 80) - time.time_ns() // 1_000_000) < 1000
