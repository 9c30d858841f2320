"""Examples of what the search keeps."""

from __future__ import annotations

from servicedesk.tenancy import wall
from servicedesk.tenancy.wall import Context
from tests.contracts import examples as contracts
from tests.examples import Example, Owner, example_of
from tests.tickets import examples as tickets
from tests.world import World
from tickets.models import RenamedSystem, SearchText


@example_of(SearchText)
def _search_text(world: World, owner: Owner) -> Example:
    """A ticket's own: the trigger wrote it."""
    example = tickets._ticket(world, owner)
    with wall.opened(Context.of_hospital(owner.hospital.id)):
        return Example(SearchText.objects.get(pk=example.row.pk), department_id=example.department_id)


@example_of(RenamedSystem)
def _renamed(world: World, owner: Owner) -> Example:
    """The trigger wrote it."""
    system = contracts._system(world, owner).row
    with wall.opened(Context.of_hospital(owner.hospital.id)):
        system.name = f"{system.name}二期"
        system.save()
        return Example(RenamedSystem.objects.get(system=system))
