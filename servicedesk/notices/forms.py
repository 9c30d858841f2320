from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from servicedesk.notices.acts import TOLD
from servicedesk.notices.enums import PERSONAL, Channel, NoticeKind, Urgency, Wants
from servicedesk.notices.models import Preference
from servicedesk.notices.wire import is_host

SHORTEST_SECRET = 16
LONGEST_REPLAY = timedelta(days=31)
NEEDS_SECRET = (Channel.WEBHOOK, Channel.SMS)
WEEKDAYS = [
    (0, gettext_lazy("Monday")),
    (1, gettext_lazy("Tuesday")),
    (2, gettext_lazy("Wednesday")),
    (3, gettext_lazy("Thursday")),
    (4, gettext_lazy("Friday")),
    (5, gettext_lazy("Saturday")),
    (6, gettext_lazy("Sunday")),
]


class TargetForm(forms.Form):
    host = forms.CharField(label=gettext_lazy("Host"), max_length=253)
    port = forms.IntegerField(label=gettext_lazy("Port"), validators=[MinValueValidator(1), MaxValueValidator(65535)])

    def clean_host(self) -> str:
        host = self.cleaned_data["host"].lower().strip("[]")
        if not is_host(host):
            raise forms.ValidationError(_("Give a plain host name or address, without http://, port or path."))
        return host


class ReceiverForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    channel = forms.ChoiceField(
        label=gettext_lazy("Channel"),
        choices=[(channel.value, channel.label) for channel in Channel if channel not in (Channel.INBOX, Channel.MAIL)],
    )
    url = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=500,
        help_text="https://…",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    secret = forms.CharField(
        label=gettext_lazy("Key"),
        max_length=200,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("Both sides know it; each message is signed with it. It is never shown again."),
    )
    wants = forms.ChoiceField(label=gettext_lazy("What to send"), choices=Wants.choices)
    events = forms.MultipleChoiceField(
        label=gettext_lazy("Which acts"),
        required=False,
        choices=[(act.value, act.label) for act in TOLD],
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Where every act is wanted; none chosen: all of them. Internal notes are never sent."),
    )

    def __init__(self, *args: Any, is_change: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_change = is_change
        if is_change:
            self.fields["channel"].disabled = True
            self.fields["url"].required = False
            for name in ("url", "secret"):
                self.fields[name].help_text = _("Leave it empty to keep the present one.")

    def clean(self) -> dict[str, Any]:
        words = super().clean() or {}
        secret = words.get("secret", "")
        needs_one = words.get("channel") in NEEDS_SECRET and not self.is_change
        if (needs_one or (secret and words.get("channel") in NEEDS_SECRET)) and len(secret) < SHORTEST_SECRET:
            self.add_error("secret", _("Use a key of at least 16 characters."))
        if words.get("wants") == Wants.ACTS and words.get("channel", Channel.WEBHOOK) != Channel.WEBHOOK:
            self.add_error("wants", _("Only a webhook can be told of every act."))
        return words


class ReplayForm(forms.Form):
    since = forms.DateTimeField(
        label=gettext_lazy("Everything since"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def clean_since(self) -> datetime:
        since: datetime = self.cleaned_data["since"]
        if not timezone.now() - LONGEST_REPLAY <= since <= timezone.now():
            raise forms.ValidationError(_("Choose a moment within the last 31 days."))
        return since


class PreferenceForm(forms.Form):
    quiet_from = forms.TimeField(label=gettext_lazy("Quiet from"), required=False)
    quiet_to = forms.TimeField(label=gettext_lazy("Quiet until"), required=False)
    quiet_days = forms.TypedMultipleChoiceField(
        label=gettext_lazy("On these days"),
        choices=WEEKDAYS,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("The day the quiet hours begin."),
    )

    def __init__(self, *args: Any, preference: Preference, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        time = forms.TimeInput(format="%H:%M", attrs={"type": "time"})
        self.fields["quiet_from"].widget = self.fields["quiet_to"].widget = time
        self.initial |= {
            "quiet_from": preference.quiet_from,
            "quiet_to": preference.quiet_to,
            "quiet_days": preference.quiet_days or [day for day, _name in WEEKDAYS],
        }
        for kind in choosable():
            field = forms.MultipleChoiceField(
                label=kind.label,
                choices=[(channel.value, channel.label) for channel in PERSONAL],
                required=False,
                widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
            )
            self.fields[kind.value] = field
            self.initial[kind.value] = preference.channels_for(kind)

    @property
    def kinds(self) -> list[forms.BoundField]:
        return [self[kind.value] for kind in choosable()]

    @property
    def choices(self) -> dict[str, list[str]]:
        return {kind.value: self.cleaned_data[kind.value] for kind in choosable()}

    def clean(self) -> dict[str, Any]:
        words = super().clean() or {}
        start, end, days = words.get("quiet_from"), words.get("quiet_to"), words.get("quiet_days")
        if (start is None) != (end is None):
            self.add_error("quiet_to", _("Quiet hours need a beginning and an end. Leave both empty for none."))
        elif start is not None and not days:
            self.add_error("quiet_days", _("Choose at least one day."))
        elif start is not None and start == end and len(days) == len(WEEKDAYS):
            self.add_error("quiet_to", _("That would be quiet for ever. Choose other hours or fewer days."))
        words["quiet"] = (start, end) if start is not None and end is not None else None
        return words


def choosable() -> list[NoticeKind]:
    """What there is to choose a channel for."""
    routine = [kind for kind in NoticeKind if kind.urgency == Urgency.ROUTINE and not kind.stays_inside]
    return [kind for kind in routine if kind not in (NoticeKind.TRIAL, NoticeKind.TICKET_ACT)]
