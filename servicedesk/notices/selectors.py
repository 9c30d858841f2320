from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from servicedesk.notices.enums import NoticeKind
from servicedesk.notices.models import Breaker, InboxItem, Message, Preference, Receiver, Target
from servicedesk.notices.services.breaker import TRIPS_AT
from servicedesk.tenancy.wall import Person

PAGE = 30
MANY = 100


def inbox(person: Person, *, before: UUID | None = None, unread_only: bool = False) -> QuerySet[InboxItem]:
    """Newest first. `before` is the last id of the previous page: ids grow with time."""
    items = InboxItem.objects.visible_to(person)
    if unread_only:
        items = items.filter(read_at__isnull=True)
    return items.filter(id__lt=before) if before else items


def unread_count(person: Person) -> int:
    """Up to MANY, so that the bell costs the same for whoever comes back from a long leave."""
    return InboxItem.objects.visible_to(person).filter(read_at__isnull=True).order_by()[:MANY].count()


def deliveries(person: Person, *, before: UUID | None = None, state: str = "") -> QuerySet[Message]:
    # Not joined: each joined table brings its policies, and planning those cost more than the query itself.
    messages = Message.objects.visible_to(person).prefetch_related("membership", "receiver")
    if state:
        messages = messages.filter(state=state)
    return messages.filter(id__lt=before) if before else messages


def acts_told(receiver: Receiver, person: Person, *, before: UUID | None = None) -> QuerySet[Message]:
    return deliveries(person, before=before).filter(receiver=receiver, kind=NoticeKind.TICKET_ACT)


def preference(person: Person) -> Preference:
    """The person's own, or what holds for whoever has said nothing."""
    found = Preference.objects.visible_to(person).first()
    return found or Preference(
        hospital_id=person.hospital_id, vendor_id=person.vendor_id, membership_id=person.membership_id
    )


def targets(person: Person) -> QuerySet[Target]:
    return _own(Target, person)


def receivers(person: Person) -> list[Receiver]:
    """With `rests_until` where a receiver failed so often that it is left alone."""
    found = list(_own(Receiver, person))
    keys = [str(receiver.id) for receiver in found]
    resting = Breaker.objects.filter(key__in=keys, failures__gte=TRIPS_AT).values_list("key", "rests_until")
    rests = dict(resting)
    for receiver in found:
        receiver.rests_until = rests.get(str(receiver.id))
    return found


def _own(model: type[Target] | type[Receiver], person: Person) -> QuerySet:
    """The organisation's own only: an operator in a support session does not see a hospital's."""
    return model.objects.visible_to(person).filter(hospital_id=person.hospital_id, vendor_id=person.vendor_id)
