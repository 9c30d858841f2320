"""Examples of what the search keeps."""

from __future__ import annotations

from servicedesk.tenancy import wall
from servicedesk.tenancy.wall import Context
from tests.examples import Example, Owner, example_of
from tests.tickets import examples as tickets
from tests.world import World
from tickets.models import SearchText


@example_of(SearchText)
def _search_text(world: World, owner: Owner) -> Example:
    """A ticket's own: the trigger wrote it."""
    example = tickets._ticket(world, owner)
    with wall.opened(Context.of_hospital(owner.hospital.id)):
        return Example(SearchText.objects.get(pk=example.row.pk), department_id=example.department_id)
