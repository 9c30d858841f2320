from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from uuid import UUID

from django.apps import apps
from django.db.models import QuerySet

from servicedesk.notices.enums import NoticeKind
from servicedesk.notices.models import Breaker, InboxItem, Message, Preference, Receiver, Target
from servicedesk.notices.services.breaker import TRIPS_AT
from servicedesk.tenancy.models.base import Walled
from servicedesk.tenancy.wall import Person

PAGE = 30
MANY = 100


def inbox(person: Person, *, before: UUID | None = None, unread_only: bool = False) -> QuerySet[InboxItem]:
    """Newest first. `before` is the last id of the previous page: ids grow with time."""
    items = InboxItem.objects.visible_to(person)
    if unread_only:
        items = items.filter(read_at__isnull=True)
    return items.filter(id__lt=before) if before else items


def say_titles(items: Sequence[InboxItem], person: Person) -> None:
    """Which ticket it was, beside its number: as it is called now, and only to who may see it now. A notice holds none,
    for it goes out by mail and stays."""
    by_kind = defaultdict(set)
    for item in items:
        by_kind[item.subject_kind].add(item.subject_id)
    titles = {(kind, key): title for kind, keys in by_kind.items() for key, title in _titles(kind, keys, person)}
    for item in items:
        title = titles.get((item.subject_kind, item.subject_id), "")
        item.title = "" if title in item.text else title


def _titles(kind: str, keys: Collection[str], person: Person) -> Iterator[tuple[str, str]]:
    """Of a room above this one, which the row names."""
    try:
        model = apps.get_model(kind)
    except (LookupError, ValueError):  # an old notice of what is there no more
        return
    if not issubclass(model, Walled) or not hasattr(model, "title"):
        return
    for key, title in model.objects.visible_to(person).filter(pk__in=keys).values_list("pk", "title"):
        yield str(key), title


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
