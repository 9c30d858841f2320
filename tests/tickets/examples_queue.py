"""An example of a kept view: a shared one, which everybody of its organisation sees."""

from __future__ import annotations

from servicedesk.tenancy import wall
from servicedesk.tenancy.ids import uuid7
from tests.clocks import examples as clocks
from tests.examples import Example, Owner, example_of
from tests.world import World, canary
from tickets.models import QueueView


@example_of(QueueView)
def _view(world: World, owner: Owner) -> Example:
    with wall.opened(owner.context):
        name = f"{uuid7().hex[-6:]}{canary(owner.organisation)}"[:20]
        view = QueueView.objects.create(
            **owner.alone, user_id=uuid7(), name=name, query="severity=A", is_shared=True, kept_at=clocks.AT
        )
    return Example(view)
