import pytest
from django.utils import translation

from tests.tickets.people import make_desk


@pytest.fixture
def desk(world):
    return make_desk(world)


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield
