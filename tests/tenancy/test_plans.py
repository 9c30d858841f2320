"""Many rows in one message, with plans that PostgreSQL keeps."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from servicedesk.tenancy.bulk import insert_made, insert_with_history, together
from servicedesk.tenancy.models import Department, Place
from servicedesk.tenancy.wall import Context, opened
from tests.world import make_world

pytestmark = pytest.mark.django_db
DEFAULT = "default"


@pytest.fixture
def world():
    return make_world()


@pytest.fixture(params=[True, False], ids=["prepared", "plain"])
def kept(request, settings):
    """Behind a pooler in transaction mode nothing can be prepared."""
    settings.PREPARED_STATEMENTS = request.param


def department(world, name):
    return Department(hospital=world.h1, name=name)


def names(world):
    return set(Department.objects.filter(hospital=world.h1, name__startswith="新").values_list("name", flat=True))


@pytest.mark.usefixtures("kept")
def test_what_is_inserted_together_is_sent_once_at_the_end(world):
    place = Place(hospital=world.h1, building="新楼", department=world.radiology[world.h1.id])
    with opened(Context.of_hospital(world.h1.id)):
        with CaptureQueriesContext(connection) as asked, together(using=DEFAULT):
            insert_made([department(world, "新一"), department(world, "新二")], using=DEFAULT)
            insert_made([place], using=DEFAULT)
        assert len(asked) == 1
        assert names(world) == {"新一", "新二"}
        assert Place.objects.get(pk=place.pk).department_id == place.department_id


@pytest.mark.usefixtures("kept")
def test_what_fails_meanwhile_sends_nothing(world):
    with opened(Context.of_hospital(world.h1.id)):
        with pytest.raises(ZeroDivisionError), together(using=DEFAULT):
            insert_made([department(world, "新一")], using=DEFAULT)
            _ = 1 / 0
        assert names(world) == set()
        insert_made([department(world, "新二")], using=DEFAULT)  # at once, as before
        assert names(world) == {"新二"}


@pytest.mark.usefixtures("kept")
def test_one_that_is_refused_takes_the_others_back_and_the_next_is_written_all_the_same(world):
    one = department(world, "新一")
    with opened(Context.of_hospital(world.h1.id)):
        with pytest.raises(IntegrityError), transaction.atomic(), together(using=DEFAULT):
            insert_made([department(world, "新二")], using=DEFAULT)
            insert_made([one, one], using=DEFAULT)
        assert names(world) == set()
        insert_made([one], using=DEFAULT)
        assert names(world) == {"新一"}


def test_what_a_savepoint_within_could_take_back_is_not_held_for_the_end(world):
    """It would be sent all the same. Around it all, a savepoint takes back everything or nothing."""
    with opened(Context.of_hospital(world.h1.id)):
        with transaction.atomic(), together(using=DEFAULT):
            insert_made([department(world, "新一")], using=DEFAULT)
            with pytest.raises(transaction.TransactionManagementError), transaction.atomic():
                insert_made([department(world, "新二")], using=DEFAULT)
            with transaction.atomic(savepoint=False):
                insert_made([department(world, "新三")], using=DEFAULT)
        assert names(world) == {"新一", "新三"}


def test_a_plan_that_is_kept_keeps_the_wall(world):
    """The first by one hospital, the second by the other: each writes its own and not its neighbour's."""
    for mine, other in ((world.h1, world.h2), (world.h2, world.h1)):
        with opened(Context.of_hospital(mine.id)):
            insert_made([Department(hospital=mine, name="新科")], using=DEFAULT)
            with pytest.raises(Exception, match="row-level security"), transaction.atomic():
                insert_made([Department(hospital=other, name="别院")], using=DEFAULT)


def test_the_first_line_of_a_history_is_the_one_that_saving_writes(world):
    with opened(Context.of_hospital(world.h1.id)):
        saved, inserted = department(world, "新一"), department(world, "新二")
        saved.save()
        insert_with_history(inserted, using=DEFAULT)
        lines = [one.history.values().get() for one in (saved, inserted)]
    assert all(line.pop(field) for line in lines for field in ("history_date", "history_id", "id", "name"))
    assert lines[0] == lines[1]
