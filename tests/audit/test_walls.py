"""A trail is its owner's: no other hospital, vendor or administrator reads any of it. ALL-1, PACS-18."""

from __future__ import annotations

import pytest

from servicedesk.audit.enums import Act
from servicedesk.audit.models import Block, Link, Record
from servicedesk.audit.record import record
from servicedesk.audit.services.sealing import seal
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.wall import Context, enter, opened
from tests.audit.trails import NOW
from tests.world import make_matter, make_member

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner", "watch"])
KINDS = (Record, Link, Block)


@pytest.fixture
def sealed(world, data):
    """At 省医 one record of each vendor's and one of its own; one at 中医院; one of 东软 alone; one of the platform."""
    made = {}
    for name, hospital, vendor in (("v1", world.h1, world.v1), ("v2", world.h1, world.v2), ("h3", world.h3, world.v2)):
        matter = make_matter(hospital, vendor)
        with opened(Context.of_hospital(hospital.id)):
            made[name] = record(Act.FILE_READ, matter, by=None, at=NOW).pk
    for name, membership in (
        ("own", make_member(Role.IT_LEAD, world.h1)),
        ("vendor", make_member(Role.VENDOR_MANAGER, world.v1)),
        ("platform", make_member(Role.AUDIT_ADMINISTRATOR)),
    ):
        with opened(Context()):
            person = enter(membership.user_id, membership.pk)
            made[name] = record(Act.SIGNED_IN, by=person, at=NOW).pk
    seal(at=NOW)
    return made


WHO = [
    (Role.HOSPITAL_AUDITOR, "h1", {"v1", "v2", "own"}, "hospital"),
    (Role.IT_LEAD, "h3", {"h3"}, "hospital"),
    (Role.IT_LEAD, "h2", set(), None),
    (Role.VENDOR_MANAGER, "v1", {"v1", "vendor"}, "vendor"),
    (Role.VENDOR_MANAGER, "v2", {"v2", "h3"}, None),
    (Role.AUDIT_ADMINISTRATOR, None, {"platform"}, "platform"),
    (Role.VENDOR_ENGINEER, "v1", set(), None),
    (Role.WARD_REPORTER, "h1", set(), None),
    (Role.SYSTEM_ADMINISTRATOR, None, set(), None),
]


def test_who_reads_which_trail(world, sealed):
    """Records and links alike; blocks of one's own chain only."""
    names = {pk: name for name, pk in sealed.items()}
    for role, organisation, seen, chain in WHO:
        member = make_member(role, getattr(world, organisation) if organisation else None)
        with opened(Context()):
            person = enter(member.user_id, member.pk)
            records, links, blocks = (set(model.objects.visible_to(person)) for model in KINDS)
        assert {names[row.pk] for row in records} == {names[row.pk] for row in links} == seen, role
        number = f"-{getattr(world, organisation).id}" if organisation else ""
        assert {block.chain for block in blocks} == ({chain + number} if chain else set()), role


def test_without_a_context_there_is_no_trail(sealed):
    assert [model.objects.count() for model in KINDS] == [0, 0, 0]
