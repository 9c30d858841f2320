"""The chain's arithmetic, without a database."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest

from servicedesk.audit.chain import FIELDS, Chain, link_hash

ID = UUID("01900000-0000-7000-8000-000000000001")
WHEN = datetime(2026, 11, 20, 4, 0, 0, 120, tzinfo=UTC)
VALUES = (ID, 7, None, WHEN, WHEN, "files.read", "done", "", "", ID, ID, "it_lead", "10.0.0.1", "", {"b": 1, "a": "x"})


def changed(**values):
    return tuple(values.get(name, value) for name, value in zip(FIELDS, VALUES, strict=True))


def test_the_first_encoding_never_changes():
    """Chains sealed years ago verify against it. A new way to write records down is encoding 2."""
    digest = link_hash(Chain(7).origin, VALUES, encoding=1).hex()
    assert digest == "9c33b7499db3aabb4f0a3d48c465ccede4b8c0bf1952fa6c0c7b0c90e4bd1899"


def test_every_field_counts():
    plain = link_hash(b"", VALUES)
    for name, value in zip(FIELDS, VALUES, strict=True):
        other = value + timedelta(microseconds=1) if isinstance(value, datetime) else "other"
        assert link_hash(b"", changed(**{name: other})) != plain, name


def test_only_what_is_said_counts_not_how_it_is_stored():
    shanghai = WHEN.astimezone(timezone(timedelta(hours=8)))
    assert link_hash(b"", changed(at=shanghai, words={"a": "x", "b": 1})) == link_hash(b"", VALUES)


def test_no_two_chains_begin_alike():
    chains = [Chain(), Chain(7), Chain(8), Chain(None, 7), Chain(None, 8)]
    assert len({chain.origin for chain in chains}) == len(chains)


@pytest.mark.parametrize("chain", [Chain(), Chain(7), Chain(None, 12)])
def test_a_name_leads_back_to_its_chain(chain):
    assert Chain.named(chain.name) == chain


def test_a_hospitals_row_is_in_the_hospitals_chain_whoever_is_party_to_it():
    assert Chain.of(7, 3) == Chain(7)
    assert Chain.of(None, 3) == Chain(None, 3)
    assert Chain.of(None, None).name == "platform"


@pytest.mark.parametrize("name", ["", "hospital-", "hospital-x", "hospital-٣", "vendor-1/../x", "everybody"])
def test_nonsense_is_no_chain(name):
    with pytest.raises(ValueError, match="is no chain"):
        Chain.named(name)
