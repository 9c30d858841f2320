"""Seven ways to tamper with anchored rows, a hundred times each: every one is found and its first bad row named.
G8; PACS-18, ALL-1."""

from __future__ import annotations

import random

import pytest

from servicedesk.audit.chain import Chain
from servicedesk.audit.verifying import gone_before_sealing, never_sealed, verify_chain
from tests.audit.attacks import ATTACKS, OWNER, undone, wall_torn_down
from tests.audit.trails import HOSPITAL, lead, make_chain

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner", "watch"])
TIMES, BLOCKS, EACH = 100, 4, 3


def first_bad():
    _, bad = verify_chain(f"hospital-{HOSPITAL}", using=OWNER)
    return bad or next(never_sealed(using=OWNER), None) or next(gone_before_sealing(using=OWNER), None)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ATTACKS)
def test_every_attack_is_found_and_named(kind, data):
    chain, size = Chain(HOSPITAL), BLOCKS * EACH
    make_chain(lead(), blocks=BLOCKS, of=EACH)
    rng, found = random.Random(kind), 0
    with wall_torn_down():
        assert first_bad() is None, "an untouched chain holds, seen with the attacker's eyes"
        for _ in range(TIMES):
            with undone():
                target = ATTACKS[kind](chain, rng, size)
                bad = first_bad()
                assert bad is not None, target
                assert target in {bad.position, bad.record_id}, bad
                assert bad.sentence.startswith(chain.name)
                found += 1
        assert first_bad() is None
    assert found == TIMES
