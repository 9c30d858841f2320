"""Promises as rows: what a blueprint says is what a contract's version promises, to the last word."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from contracts.blueprint import blueprint, names
from contracts.matrices import draft_of, matrix_at, matrix_of, stored_rows, version_at
from contracts.models import MatrixVersion
from servicedesk.clocks.services.calendars import make_calendar
from servicedesk.tenancy import wall
from servicedesk.tenancy.ids import uuid7
from servicedesk.tenancy.wall import Context
from tests.clocks.examples import AT
from tests.contracts.examples import make_contract

pytestmark = pytest.mark.django_db


def version_of(contract, code, **fields):
    matrix = blueprint(code).matrix
    owner = {"hospital_id": contract.hospital_id, "vendor_id": contract.vendor_id}
    with wall.opened(Context.of_hospital(contract.hospital_id)):
        made = make_calendar(**owner, name=contract.name, week=matrix.calendar.week, at=AT)
        return MatrixVersion.objects.create(
            **owner,
            contract=contract,
            calendar=made,
            rows=stored_rows(matrix.rows),
            marks_itself=sorted(matrix.marks_itself),
            **fields,
        )


@pytest.mark.parametrize("code", names())
def test_a_matrix_comes_back_as_it_was(world, code):
    """ALL-2: catalogue, windows, channels, ladders and calendar of every blueprint survive being rows."""
    original = blueprint(code).matrix
    contract = make_contract(world.h1, world.v1, name=original.name)
    made = version_of(contract, code)
    with wall.opened(Context.of_hospital(world.h1.id)):
        kept = MatrixVersion.objects.select_related("contract", "calendar").get(pk=made.pk)
        assert matrix_of(kept) == original


def test_the_version_in_force_is_the_newest_that_has_begun(world):
    """ALL-2"""
    contract = make_contract(world.h1, world.v1)
    active = {"activated_at": AT, "activated_by": uuid7()}
    first = version_of(contract, "pacs", version=1, active_from=AT, **active)
    second = version_of(contract, "icu", version=2, active_from=AT + timedelta(days=10), **active)
    draft = version_of(contract, "smart", version=3)
    with wall.opened(Context.of_hospital(world.h1.id)):
        assert version_at(contract, AT - timedelta(seconds=1)) is None
        assert matrix_at(contract, AT - timedelta(seconds=1)) is None
        assert version_at(contract, AT) == first
        assert version_at(contract, AT + timedelta(days=10)) == second
        assert draft_of(contract) == draft


def test_a_version_runs_by_the_newest_version_of_its_calendar(world):
    """A year that is published after the contract began counts for what begins now."""
    contract = make_contract(world.h1, world.v1)
    version = version_of(contract, "pacs", active_from=AT, activated_at=AT, activated_by=uuid7())
    week = blueprint("smart").matrix.calendar.week
    with wall.opened(Context.of_hospital(world.h1.id)):
        make_calendar(hospital_id=world.h1.id, vendor_id=world.v1.id, name=contract.name, week=week, at=AT)
        assert matrix_of(version).calendar.week == week


def test_one_draft_at_most(world):
    contract = make_contract(world.h1, world.v1)
    version_of(contract, "pacs", version=1)
    with pytest.raises(IntegrityError, match="one_draft"), transaction.atomic():
        version_of(contract, "pacs", version=2)
    assert connection.is_usable()


def test_a_half_activated_version_is_refused(world):
    contract = make_contract(world.h1, world.v1)
    with pytest.raises(IntegrityError, match="matrix_activated_whole"), transaction.atomic():
        version_of(contract, "pacs", activated_at=AT)
