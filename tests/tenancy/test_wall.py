"""The wall as the database keeps it, whatever the Python above it does. ALL-1, PACS-18, ICU-13."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Count

from servicedesk.accounts.models import User
from servicedesk.tenancy import wall
from servicedesk.tenancy.enums import Ownership, Role
from servicedesk.tenancy.models import Department, Hospital, Matter, Membership, Place, Vendor
from servicedesk.tenancy.wall import NOBODY, Context, opened
from tests.examples import fill, walled_models
from tests.tenancy.catalogue import rows, walled_tables
from tests.world import enter, make_matter, make_member, make_place, make_user

pytestmark = pytest.mark.django_db


def owner_columns(table: str) -> list[str]:
    found = rows("SELECT column_name FROM information_schema.columns WHERE table_name = %s", table)
    return sorted({name for (name,) in found} & {"hospital_id", "vendor_id"})


def test_tests_sign_in_as_the_application():
    assert rows("SELECT current_user::text") == [("servicedesk_app",)]


@pytest.mark.django_db(transaction=True, databases=["default", "owner", "watch"])
def test_without_a_context_every_tenant_table_is_empty(world):
    from django.db import connections

    fill(world)
    with connections["watch"].cursor() as cursor:
        for table in walled_tables():
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone()[0] > 0, f"nothing in {table}: the next assertion would prove nothing"
            assert rows(f"SELECT count(*) FROM {table}") == [(0,)], table


def test_raw_sql_gets_no_foreign_row(world):
    """Every table, every context that can be: only rows of the organisations it names."""
    fill(world)
    contexts = [Context.of_hospital(hospital.id) for hospital in (world.h1, world.h2, world.h3)]
    contexts += [
        Context.of_vendor(world.v1.id, world.h1.id, world.h2.id),
        Context.of_vendor(world.v2.id, world.h1.id, world.h3.id),
        Context.of_vendor(world.v1.id),
        Context.of_platform(),
        NOBODY,
    ]
    probes = 0
    for context in contexts:
        with opened(context):
            for table in walled_tables():
                columns = owner_columns(table)
                if not columns:
                    continue
                probes += 1
                for row in rows(f"SELECT {', '.join(columns)} FROM {table}"):
                    owner = dict(zip(columns, row, strict=True))
                    assert may_see(context, owner, table), (context, table, owner)
    assert probes >= 80


def may_see(context: Context, owner: dict[str, int | None], table: str) -> bool:
    """The rule in a third, independent spelling."""
    hospital, vendor = owner.get("hospital_id"), owner.get("vendor_id")
    if context.side == "platform":
        register = ("tenancy_engagement", "tenancy_historicalengagement", "tenancy_supportsession")
        return table in register or (hospital is None and vendor is None)
    if context.side == "vendor" and "vendor_id" in owner and vendor != context.vendor:
        return False
    if context.side == "hospital" and hospital is None:
        return False
    return context.side is not None and (hospital is None or hospital in context.hospitals)


def test_a_membership_opens_the_wall(world):
    engineer = enter(make_member(Role.VENDOR_ENGINEER, world.v1))
    assert engineer.hospitals == engineer.writable == (world.h1.id, world.h2.id)
    assert {department.hospital_id for department in Department.objects.all()} == {world.h1.id, world.h2.id}
    assert set(Vendor.objects.all()) == {world.v1}


def test_a_vendor_sees_no_other_vendor_at_the_same_hospital(world):
    mine, theirs = make_matter(world.h1, world.v1), make_matter(world.h1, world.v2)
    enter(make_member(Role.VENDOR_ENGINEER, world.v1))
    assert set(Matter.objects.all()) == {mine}
    enter(make_member(Role.IT_LEAD, world.h1))
    assert set(Matter.objects.all()) == {mine, theirs}
    assert set(Vendor.objects.all()) == {world.v1, world.v2}


def refused(act) -> str:
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        act()
        connection.check_constraints()  # composite keys are checked at the end of the transaction: here
    return str(caught.value)


def test_foreign_inserts_are_refused(world):
    with opened(Context.of_hospital(world.h1.id)):
        assert "row-level security" in refused(lambda: Department.objects.create(hospital=world.h2, name="骨科"))
        assert "row-level security" in refused(
            lambda: Department.objects.bulk_create([Department(hospital=world.h2, name="骨科")])
        )
        assert "row-level security" in refused(lambda: Hospital.objects.create(code="neu", name="新", short_name="新"))


def test_foreign_rows_cannot_be_changed(world):
    foreign = world.radiology[world.h2.id]
    with opened(Context.of_hospital(world.h1.id)):
        assert Department.objects.filter(pk=foreign.pk).update(name="x") == 0
        assert Department.objects.filter(pk=foreign.pk).delete()[0] == 0
        foreign.name = "x"
        # Django updates nothing, so it tries an insert, and that is refused.
        assert "row-level security" in refused(foreign.save)
        assert "did not affect" in refused(lambda: foreign.save(force_update=True))
    with opened(Context.of_hospital(world.h2.id)):
        assert Department.objects.get(pk=foreign.pk).name == "放射科§eryuan"


def test_a_row_never_changes_its_owner(world):
    """Not even between two hospitals that the same person may write to."""
    matter = make_matter(world.h1, world.v1)
    with opened(Context.of_vendor(world.v1.id, world.h1.id, world.h2.id)):
        assert "cannot change its owner" in refused(lambda: Matter.objects.update(hospital=world.h2))
    with opened(Context.of_hospital(world.h1.id)):
        matter.vendor = world.v2
        assert "cannot change its owner" in refused(matter.save)


def test_a_foreign_composite_key_is_refused(world):
    """PostgreSQL checks foreign keys past the wall; the key carries the owner, so there is nothing to find."""
    foreign = world.radiology[world.h2.id]
    with opened(Context.of_hospital(world.h1.id)), pytest.raises(IntegrityError), transaction.atomic():
        Place.objects.create(hospital=world.h1, department_id=foreign.id, building="1号楼")
        connection.check_constraints()


def test_history_is_behind_the_wall(world):
    with opened(Context.of_hospital(world.h2.id)):
        Department.objects.filter(pk=world.radiology[world.h2.id].pk).get().save()
        assert Department.history.count() == 3
    with opened(Context.of_hospital(world.h1.id)):
        assert {record.hospital_id for record in Department.history.all()} == {world.h1.id}
    with opened(NOBODY):
        assert Department.history.count() == 0


def test_joins_from_global_tables_bring_nothing(world):
    user = make_user()
    make_member(Role.IT_ENGINEER, world.h2, user=user)
    with opened(Context.of_hospital(world.h1.id)):
        assert User.objects.filter(memberships__hospital=world.h2).count() == 0
        counted = User.objects.annotate(times=Count("memberships")).get(pk=user.pk)
        assert counted.times == 0


def test_an_iterator_reads_inside_its_context_only(world):
    with opened(Context.of_hospital(world.h1.id)):
        waiting = Department.objects.all()
        streamed = [department.hospital_id for department in Department.objects.iterator(chunk_size=1)]
    assert set(streamed) == {world.h1.id}
    assert list(waiting) == []


def test_a_nested_context_gives_the_outer_one_back(world):
    def seen():
        return {department.hospital_id for department in Department.objects.all()}

    with opened(Context.of_hospital(world.h1.id)):
        with opened(Context.of_hospital(world.h2.id)):
            assert seen() == {world.h2.id}
            with opened(NOBODY):
                assert seen() == set()
            assert seen() == {world.h2.id}
        assert seen() == {world.h1.id}
        with pytest.raises(ZeroDivisionError), opened(Context.of_hospital(world.h2.id)):
            raise ZeroDivisionError
        assert seen() == {world.h1.id}
    assert seen() == set()


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_a_kept_connection_carries_no_tenant_over(world):
    with opened(Context.of_hospital(world.h1.id)):
        backend = rows("SELECT pg_backend_pid()")
        assert Department.objects.exists()
    assert rows("SELECT pg_backend_pid()") == backend
    assert not Department.objects.exists()
    member = make_member(Role.IT_ENGINEER, world.h1)
    with transaction.atomic():
        enter(member)
        assert Department.objects.exists()
    assert not Department.objects.exists()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        enter(member)
        raise ZeroDivisionError
    assert not Department.objects.exists()


def test_an_ended_engagement_reads_until_agreed_and_writes_no_more(world):
    from datetime import timedelta

    from django.utils import timezone

    from servicedesk.tenancy.models import Engagement

    today = timezone.localdate()
    engineer = make_member(Role.VENDOR_ENGINEER, world.v1)
    matter = make_matter(world.h1, world.v1)

    def end(to_on, read_until):
        with opened(Context.of_platform()):
            Engagement.objects.filter(hospital=world.h1, vendor=world.v1).update(to_on=to_on, read_until=read_until)

    end(today, None)
    assert enter(engineer).writable == (world.h1.id, world.h2.id)
    end(today - timedelta(days=1), today)
    assert enter(engineer).hospitals == (world.h1.id, world.h2.id)
    assert enter(engineer).writable == (world.h2.id,)
    assert Matter.objects.filter(pk=matter.pk).exists()
    assert Matter.objects.filter(pk=matter.pk).update(label="x") == 0
    assert "row-level security" in refused(lambda: make_in_place(world))
    end(today - timedelta(days=2), today - timedelta(days=1))
    assert enter(engineer).hospitals == (world.h2.id,)
    assert not Matter.objects.filter(pk=matter.pk).exists()


def make_in_place(world) -> Matter:
    return Matter.objects.create(hospital=world.h1, vendor=world.v1, kind="test", label="x", url="/")


@pytest.mark.parametrize("role", Role)
def test_what_ends_a_membership_ends_the_way_in(world, role):
    from datetime import timedelta

    from django.utils import timezone

    organisation = {"hospital": world.h1, "vendor": world.v1, "platform": None}[role.side]
    member = make_member(role, organisation)
    assert enter(member).role == role
    User.objects.filter(pk=member.user_id).update(is_active=False)
    assert wall.enter(member.user_id, member.id) is None
    assert not Department.objects.exists(), "a failed entry leaves no context behind"
    User.objects.filter(pk=member.user_id).update(is_active=True)
    future = make_member(role, organisation, from_at=timezone.now() + timedelta(hours=1))
    assert wall.enter(future.user_id, future.id) is None
    assert wall.enter(member.user_id, future.id) is None, "somebody else's membership is not an entrance"


def test_ownership_is_declared_as_the_policies_say(world):
    """A model that says it is the vendor's own may not have the hospital's policy, and so on."""
    from servicedesk.tenancy.policies import PREDICATES

    for model in walled_models():
        if model.ownership not in PREDICATES:
            continue
        (policy,) = rows(
            """SELECT pg_get_expr(polqual, polrelid) FROM pg_policy
                WHERE polname = 'wall_read' AND polrelid = %s::regclass""",
            model._meta.db_table,
        )
        mentions = {name for name in ("hospital_id", "vendor_id") if name in policy[0]}
        expected = {
            Ownership.HOSPITAL: {"hospital_id"},
            Ownership.PARTIES: {"hospital_id", "vendor_id"},
            Ownership.VENDOR: {"vendor_id"},
            Ownership.EITHER: {"hospital_id", "vendor_id"},
        }[model.ownership]
        assert mentions == expected, model


def test_places_and_members_of_a_hospital_are_its_own(world):
    place = make_place(world.h2, world.radiology[world.h2.id])
    member = make_member(Role.WARD_REPORTER, world.h2)
    with opened(Context.of_hospital(world.h1.id)):
        assert not Place.objects.filter(pk=place.pk).exists()
        assert not Membership.objects.filter(pk=member.pk).exists()
    enter(member)
    assert Membership.objects.filter(pk=member.pk).exists()
