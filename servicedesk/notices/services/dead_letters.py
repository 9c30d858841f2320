from __future__ import annotations

from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from servicedesk.audit.enums import Act
from servicedesk.audit.record import record
from servicedesk.notices.enums import State
from servicedesk.notices.models import Message
from servicedesk.notices.nudge import nudge
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import Person


@transaction.atomic
def resend(message: Message, *, by: Person, at: datetime) -> None:
    """A dead letter gets a new day of tries under its old key: if it had arrived after all, the receiver can tell."""
    dead = Message.objects.visible_to(by).filter(id=message.id, state=State.DEAD)
    if not dead.update(**_anew(at)):
        raise Refused(_("Only a message that was not delivered can be sent again."))
    record(Act.MESSAGE_RESENT, message, by=by, at=at, words={"channel": message.channel})
    transaction.on_commit(partial(nudge, [message]), robust=True)


@transaction.atomic
def resend_all(*, by: Person, at: datetime) -> int:
    """After an outage. The sweeper hands them over, in portions."""
    count = Message.objects.visible_to(by).filter(state=State.DEAD).update(**_anew(at))
    record(Act.MESSAGES_RESENT, by=by, at=at, words={"count": count})
    return count


def _anew(at: datetime) -> dict[str, object]:
    return {
        "state": State.WAITING,
        "reason": "",
        "due_at": at,
        "failures": 0,
        "failing_since": None,
        "handed_at": None,
        "lease_until": None,
    }
