"""The rows of the queue, made by hand: as templates they cost a millisecond each, and a page has twenty-five."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from html import escape
from typing import Any

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from servicedesk.ui.templatetags.ui import countdown, may_move, organisation, severity
from tickets.enums import State
from tickets.models import Ticket
from tickets.paths import path_of
from tickets.queue.rows import Row

register = template.Library()
SEPARATOR = " · "


@register.simple_tag(takes_context=True)
def queue_rows(context: Any, rows: Sequence[Row]) -> SafeString:
    """`{% queue_rows rows %}`: two lines at most, 44 px; the link covers the row, the tick lies above it."""
    now, facts, may_act = context["now"], context["wanted"].facts, context["may_act"]
    return mark_safe("".join(_row(row, now, facts, may_act) for row in rows))  # noqa: S308  each part is escaped


def _row(row: Row, now: datetime, facts: tuple[str, ...], may_act: bool) -> str:
    ticket = row.ticket
    key = str(ticket.pk)
    return (
        f'<li class="queue-row{_urged(ticket)}" data-ticket="{key}" data-version="{ticket.version}">'
        f"{_tick(key, ticket.number) if may_act else '<span></span>'}"
        f'<span class="when">{_when(row, now)}<span class="under">{_clock_name(row)}{_dots(row)}</span></span>'
        f'{severity(ticket.severity)}<span class="what">'
        f'<a class="title" href="{path_of("ticket", key)}">{escape(ticket.title)}</a>'
        f'<span class="facts">{_facts(row, facts)}</span></span>'
        f'<span class="standing">{_state(ticket) if "state" in facts else ""}'
        f'<span class="quiet">{escape(_who(ticket))}</span></span></li>\n'
    )


def _urged(ticket: Ticket) -> str:
    return " is-urged" if ticket.urged_at and not State(ticket.state).is_over else ""


def _tick(key: str, number: str) -> str:
    words = escape(_("Tick %(number)s") % {"number": number})
    return (
        '<label class="tick"><input class="form-check-input" type="checkbox" form="queue-acts" name="ticket"'
        f' value="{key}" aria-label="{words}"></label>'
    )


def _who(ticket: Ticket) -> str:
    if ticket.state != State.WAITING:
        return ticket.assignee_name
    return _("%(what)s: %(value)s") % {"what": ticket.get_waits_on_display(), "value": ticket.waits_for}


def _when(row: Row, now: datetime) -> str:
    if row.ticket.closed_at:
        return f'<time class="quiet">{timezone.localtime(row.ticket.closed_at):%Y-%m-%d}</time>'
    chip = row.chip
    return countdown(chip.due_at, at=now, paused=chip.is_paused, since=chip.counts_from) if chip else ""


def _clock_name(row: Row) -> str:
    if row.ticket.closed_at:
        return ""
    words = str((row.chip.why or row.chip.metric) if row.chip else _("No clock runs"))
    if not row.chip or not row.chip.is_provisional:
        return f'<span class="clock-name">{escape(words)}</span>'
    title = escape(may_move())
    return f'<span class="clock-name" title="{title}">{escape(words + SEPARATOR + _("provisional"))}</span>'


def _dots(row: Row) -> str:
    if not row.dots:
        return ""
    dots = (f'<span class="clock-dot {dot.kind}" role="img" title="{escape(dot.words)}"></span>' for dot in row.dots)
    return f'<span class="clock-dots">{"".join(dots)}</span>'


def _facts(row: Row, facts: tuple[str, ...]) -> str:
    said = [escape(str(fact)) for fact in row.facts]
    if row.ticket.is_emergency:
        words = pgettext("queue", "emergency")
        said.insert(0, f"<strong>{words}</strong>")
    if row.asks:
        said.insert(0, f"<strong>{escape(str(row.asks))}</strong>")
    if "reported" in facts and row.ticket.reported_at:
        said.append(f"<time>{timezone.localtime(row.ticket.reported_at):%m-%d %H:%M}</time>")
    return f"{organisation(*row.who) if row.who else ''} {SEPARATOR.join(said)}"


def _state(ticket: Ticket) -> str:
    words = state_words(ticket.state, get_language())
    if ticket.cycle > 1:
        words += SEPARATOR + _("cycle %(cycle)s") % {"cycle": ticket.cycle}
    return f'<span class="state">{escape(words)}</span>'


@lru_cache(maxsize=100)
def state_words(state: str, language: str | None) -> str:
    return str(State(state).label)
