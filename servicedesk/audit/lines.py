"""A record as a line that a person reads. Names come from the memberships they may see; others are 'somebody of'."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from servicedesk.audit.enums import Act, Result
from servicedesk.audit.models import Record
from servicedesk.tenancy.enums import Role, Side
from servicedesk.tenancy.models import Hospital, Membership, Vendor
from servicedesk.tenancy.models.base import Walled
from servicedesk.tenancy.wall import Person

ACTS: dict[str, Any] = dict(Act.choices)
MEMBERSHIP = "tenancy.membership"
NAMES: dict[str, Promise] = {
    "code": gettext_lazy("Reason"),
    "method": gettext_lazy("Method"),
    "view": gettext_lazy("Page"),
    "rows": gettext_lazy("Rows"),
    "sha256": gettext_lazy("SHA-256 of the file"),
    "year": gettext_lazy("Year"),
    "version": gettext_lazy("Version"),
    "moved": gettext_lazy("Due times that moved"),
    "is_whole": gettext_lazy("Everything that was asked for"),
}
CODES: dict[str, Promise] = {
    "role": gettext_lazy("the role does not include it"),
    "reach": gettext_lazy("it belongs to somebody else"),
    "read_only": gettext_lazy("it may be read but no longer changed"),
    "handed_over": gettext_lazy("the device was in somebody's hands to sign on"),
    "not_found": gettext_lazy("it does not exist or is somebody else's"),
    "csrf": gettext_lazy("the page was too old or the request came from elsewhere"),
    "method": gettext_lazy("the page does not take this kind of request"),
    "not_allowed": gettext_lazy("it was not allowed"),
    "refused": gettext_lazy("the state of things forbade it"),
}


@cache
def kinds() -> dict[str, Any]:
    """What a record can be about, with the words for it."""
    models = [model for model in apps.get_models() if issubclass(model, Walled)]
    models.append(apps.get_model(settings.AUTH_USER_MODEL))
    return {model._meta.label_lower: model._meta.verbose_name for model in models}


@dataclass
class Names:
    """Everybody named on one page, in three questions however long it is."""

    members: dict[UUID, str] = field(default_factory=dict)
    hospitals: dict[int, str] = field(default_factory=dict)
    vendors: dict[int, str] = field(default_factory=dict)

    def of(self, record: Record) -> str:
        if record.by_membership in self.members:
            return self.members[record.by_membership]
        if record.by_user is None:
            return _("the product itself") if record.result == Result.DONE else _("somebody not signed in")
        side = Role(record.by_role).side if record.by_role in Role.values else Side.PLATFORM
        if side == Side.HOSPITAL:
            return self._somebody(self.hospitals.get(record.hospital_id), _("somebody of the hospital"))
        if side == Side.VENDOR:
            return self._somebody(self.vendors.get(record.vendor_id), _("somebody of the vendor"))
        return _("somebody of the platform")

    @staticmethod
    def _somebody(organisation: str | None, otherwise: str) -> str:
        return _("somebody of %(organisation)s") % {"organisation": organisation} if organisation else otherwise


def names_for(records: Iterable[Record], person: Person) -> Names:
    records = list(records)
    ids = {record.by_membership for record in records} | {
        UUID(record.subject_id) for record in records if record.subject_kind == MEMBERSHIP
    }
    members = Membership.objects.visible_to(person).filter(pk__in=ids - {None})
    hospitals = Hospital.objects.visible_to(person).filter(pk__in={record.hospital_id for record in records} - {None})
    vendors = Vendor.objects.visible_to(person).filter(pk__in={record.vendor_id for record in records} - {None})
    return Names(
        dict(members.values_list("pk", "name")),
        dict(hospitals.values_list("pk", "short_name")),
        dict(vendors.values_list("pk", "short_name")),
    )


@dataclass(frozen=True)
class Line:
    record: Record
    names: Names

    @property
    def who(self) -> str:
        return self.names.of(self.record)

    @property
    def role(self) -> str:
        return self.record.get_by_role_display()

    @property
    def act(self) -> str:
        return str(ACTS.get(self.record.act, self.record.act))

    @property
    def result(self) -> str:
        return self.record.get_result_display()

    @property
    def is_done(self) -> bool:
        return self.record.result == Result.DONE

    @property
    def kind(self) -> str:
        return str(kinds().get(self.record.subject_kind, self.record.subject_kind))

    @property
    def subject(self) -> str:
        """A person by name, anything else by its kind: what it was called may be gone by now."""
        if self.record.subject_kind == MEMBERSHIP:
            return self.names.members.get(UUID(self.record.subject_id), self.kind)
        return self.kind

    @property
    def words(self) -> list[tuple[str, Any]]:
        return [(str(NAMES.get(name, name)), self._word(name, value)) for name, value in self.record.words.items()]

    @staticmethod
    def _word(name: str, value: Any) -> Any:
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        return CODES.get(value, value) if name == "code" else value


def lines(records: Sequence[Record], person: Person) -> list[Line]:
    names = names_for(records, person)
    return [Line(record, names) for record in records]
