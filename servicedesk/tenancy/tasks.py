"""How a background task opens the wall: the context travels as an explicit argument, and rights are checked again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from celery import Task
from django.db import transaction

from servicedesk.tenancy.wall import Context, Person, enter, opened


class WalledTask(Task):
    """`deliver.inside(Context.of_owner(hospital_id, vendor_id), message_id)` or `render.started_by(person, report_id)`.

    A task started by a person gets them as `by=`, and does nothing once they have lost their membership. A task called
    without either runs outside the wall, where there are no rows.

    The wall is open, and so a transaction, around the whole body. A task that waits for somebody else's machine
    declares `@shared_task(opens_wall_itself=True)`: it gets `context=` and opens the wall around its own short steps.
    """

    abstract = True
    typing = False  # Celery would check the two extra keywords against the task's own signature
    opens_wall_itself = False

    def inside(self, context: Context, *args: Any, options: dict[str, Any] | None = None, **kwargs: Any) -> Any:
        owner = [list(context.hospitals), context.vendor, context.side]
        return self.apply_async(args, {**kwargs, "wall": owner}, **(options or {}))

    def started_by(self, person: Person, *args: Any, **kwargs: Any) -> Any:
        return self.apply_async(args, {**kwargs, "person": [str(person.user_id), str(person.membership_id)]})

    def __call__(self, *args: Any, wall: Any = None, person: Any = None, **kwargs: Any) -> Any:
        if person is not None:
            with transaction.atomic():
                by = enter(UUID(person[0]), UUID(person[1]))
                return self.run(*args, by=by, **kwargs) if by else None
        if wall is not None:
            hospitals, vendor, side = wall
            context = Context(side, tuple(hospitals), tuple(hospitals), vendor)
            if self.opens_wall_itself:
                return self.run(*args, context=context, **kwargs)
            with opened(context):
                return self.run(*args, **kwargs)
        return self.run(*args, **kwargs)
