"""A call, as either side writes it down while it lasts; and what the other side says of it later."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core import signing
from django.utils import timezone
from django.utils.translation import gettext_lazy

from servicedesk.tenancy.enums import Role, Side
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.wall import Person
from tickets.forms.texts import GuardsPatientData, PlainText
from tickets.models import TermsWish, Ticket
from tickets.services.calls import Phoned

SALT = "tickets.call.opened"
# A form that lay open longer than a call lasts proves nothing of the moment any more.
OPEN_AT_MOST = timedelta(minutes=10)


NOW = "now"  # pressed the moment somebody answers: nothing is typed, and no moment asked for


class CallForm(GuardsPatientData):
    """Opened during the call: the moment it was opened is the call's, unless another one is typed. Who is writing, and
    about what, says most of the rest."""

    phones_too = ("said",)

    called_at = forms.DateTimeField(
        label=gettext_lazy("When was the call"),
        widget=forms.DateTimeInput(
            attrs={"type": "datetime-local", "step": "1", "data-moment": ""}, format="%Y-%m-%dT%H:%M:%S"
        ),
        help_text=gettext_lazy("Now, unless you write it down later; then the other side is asked to confirm it."),
    )
    caller = PlainText(label=gettext_lazy("Who called"), max_length=60)
    callee = PlainText(label=gettext_lazy("Who answered"), max_length=60, required=False)
    number = PlainText(
        label=gettext_lazy("Number of the caller"), max_length=30, required=False,
        widget=forms.TextInput({"inputmode": "tel"}),
    )  # fmt: skip
    said = PlainText(
        label=gettext_lazy("What was said"), max_length=500, required=False, widget=forms.Textarea({"rows": 2})
    )
    opened = forms.CharField(widget=forms.HiddenInput({"data-moment": ""}), required=False)

    def __init__(
        self, *args: Any, at: datetime, person: Person, ticket: Ticket | None = None,
        raised: TermsWish | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.moment = at
        self.fields["called_at"].initial = timezone.localtime(at).replace(microsecond=0)
        self.fields["opened"].initial = signing.dumps(at.timestamp(), salt=SALT)
        if self.data.get("when") == NOW:
            self.fields["called_at"].initial, self.fields["called_at"].disabled = at, True
        for name, known in _known(person, ticket, raised).items():
            self.fields[name].initial = known

    def clean_called_at(self) -> datetime:
        moment: datetime = self.cleaned_data["called_at"]
        if moment > self.moment:
            raise forms.ValidationError(gettext_lazy("This moment has not come yet."))
        if moment < self.moment - timedelta(days=31):
            raise forms.ValidationError(gettext_lazy("This moment is more than a month ago."))
        return moment

    def phoned(self) -> Phoned:
        given = self.cleaned_data
        return Phoned(
            called_at=given["called_at"], caller=given["caller"], callee=given["callee"], number=given["number"],
            words=given["said"], noted_from=self._opened_at(),
        )  # fmt: skip

    def _opened_at(self) -> datetime | None:
        try:
            stamp = signing.loads(self.cleaned_data["opened"], salt=SALT, max_age=OPEN_AT_MOST)
        except signing.BadSignature:
            return None
        return datetime.fromtimestamp(stamp, tz=self.moment.tzinfo)


def _known(person: Person, ticket: Ticket | None, raised: TermsWish | None) -> dict[str, str]:
    """A nurse writes down her own call, as does the hospital's IT when it raises; anybody else that of whoever
    reported it, or raised it."""
    if person.role is Role.WARD_REPORTER:
        member = Membership.objects.select_related("department").get(pk=person.membership_id)
        phone = member.phone or (member.department.phone if member.department else "")
        return {"caller": person.name, "number": phone[:30]}
    called = {"caller": ticket.reporter_name, "number": ticket.reporter_phone} if ticket else {}
    if raised and (person.side is Side.HOSPITAL or raised.asked_by == raised.decided_by):
        called = {"caller": person.name if person.side is Side.HOSPITAL else raised.asked_name}
    return called | ({"callee": person.name} if person.side is Side.VENDOR else {})


class DisputeForm(GuardsPatientData):
    why = PlainText(
        label=gettext_lazy("What is wrong with the time of the call"), max_length=300,
        widget=forms.Textarea({"rows": 2}),
    )  # fmt: skip
