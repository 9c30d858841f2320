"""For who reported it: no clocks, but who does what by when, in sentences."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _

from servicedesk.sla.clock import State as ClockState
from servicedesk.sla.promise import Metric
from servicedesk.ui.due import left
from tickets.situation import Situation

SENTENCES: dict[Metric, Callable[[str, str], str]] = {
    Metric.RESPOND: lambda who, by: _("%(who)s calls you: %(by)s") % {"who": who, "by": by},
    Metric.EMERGENCY: lambda who, by: _("%(who)s starts the emergency service: %(by)s") % {"who": who, "by": by},
    Metric.ON_SITE: lambda who, by: _("%(who)s is with you: %(by)s") % {"who": who, "by": by},
    Metric.WORKAROUND: lambda who, by: _("You can work again, if need be with a detour: %(by)s") % {"by": by},
    Metric.RESTORE: lambda who, by: _("It works again: %(by)s") % {"by": by},
    Metric.DELIVER: lambda who, by: _("It is handed over: %(by)s") % {"by": by},
    Metric.CONFIRM: lambda who, by: _("Your hospital signs and confirms: %(by)s") % {"by": by},
    Metric.CALL: lambda who, by: _("Call the hotline: %(by)s") % {"by": by},
}


def due_words(now: Situation) -> list[str]:
    """What is still to come, nearest first."""
    found = [(metric, clock) for metric, clock in now.standing.items() if metric in SENTENCES and clock.is_open]
    return [SENTENCES[metric](_who(now, metric), _by(now, metric)) for metric, clock in found if clock.row.due_at]


def _who(now: Situation, metric: Metric) -> str:
    visit = now.visit or {}
    sent = visit.get("engineer_name") if metric is Metric.ON_SITE else ""
    return sent or now.ticket.assignee_name or now.ticket.vendor.short_name


def _by(now: Situation, metric: Metric) -> str:
    clock = now.standing[metric]
    if clock.state is ClockState.PAUSED:
        return left(clock.due_if_resumed, at=now.at, paused=True).words
    words = left(clock.row.due_at, at=now.at).words
    return _("%(time)s (provisional)") % {"time": words} if clock.row.is_provisional else words
