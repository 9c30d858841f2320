"""A row of the queue, made by hand: as a template it cost a millisecond, and a page has twenty-five."""

from __future__ import annotations

from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from servicedesk.ui.templatetags.ui import countdown, organisation, severity
from tickets.enums import State
from tickets.models import Ticket
from tickets.queue.rows import Chip, Dot, Row

register = template.Library()
NOTHING = SafeString("")
SEPARATOR = mark_safe(" · ")
ROW = mark_safe(
    '<li class="queue-row{}" data-ticket="{}" data-version="{}">{}<span class="when">{}<span class="under">{}{}</span>'
    '</span>{}<span class="what"><a class="title" href="{}">{}</a><span class="facts">{}</span></span>'
    '<span class="standing">{}<span class="quiet">{}</span></span></li>\n'
)
DOT = '<span class="clock-dot {}" role="img" title="{}"></span>'
TICK = (
    '<label class="tick"><input class="form-check-input" type="checkbox" form="queue-acts" name="ticket" value="{}"'
    ' aria-label="{}"></label>'
)


@register.simple_tag(takes_context=True)
def queue_row(context: Any, row: Row) -> SafeString:
    """`{% queue_row row %}`: two lines at most, 44 px; the link covers the row, the tick lies above it."""
    ticket, facts = row.ticket, context["wanted"].facts
    is_open = not State(ticket.state).is_over
    return format_html(
        ROW,
        " is-urged" if ticket.urged_at and is_open else "",
        ticket.pk,
        ticket.version,
        _tick(ticket) if context["may_act"] else mark_safe("<span></span>"),
        _when(row, context["now"]),
        _clock_name(row),
        _dots(row.dots),
        severity(ticket.severity),
        page_of_ticket(ticket),
        ticket.title,
        _facts(row, facts),
        _state(ticket) if "state" in facts else NOTHING,
        ticket.waits_for if ticket.state == State.WAITING else ticket.assignee_name,
    )


def page_of_ticket(ticket: Ticket) -> str:
    return _pattern().replace("00000000-0000-0000-0000-000000000000", str(ticket.pk))


@cache
def _pattern() -> str:
    return reverse("ticket", args=["00000000-0000-0000-0000-000000000000"])


def _tick(ticket: Ticket) -> SafeString:
    return format_html(TICK, ticket.pk, _("Tick %(number)s") % {"number": ticket.number})


def _when(row: Row, now: Any) -> SafeString:
    if row.ticket.closed_at:
        return format_html('<time class="quiet">{}</time>', _local(row.ticket.closed_at, "%Y-%m-%d"))
    return _chip(row.chip, now) if row.chip else NOTHING


def _chip(chip: Chip, now: Any) -> SafeString:
    return countdown(chip.due_at, at=now, paused=chip.is_paused, since=chip.counts_from)


def _clock_name(row: Row) -> SafeString:
    if row.ticket.closed_at:
        return NOTHING
    words = (row.chip.why or row.chip.metric) if row.chip else _("No clock runs")
    return format_html('<span class="clock-name">{}</span>', words)


def _local(moment: datetime, pattern: str) -> str:
    return timezone.localtime(moment).strftime(pattern)


def _dots(dots: list[Dot]) -> SafeString:
    if not dots:
        return NOTHING
    drawn = format_html_join("", DOT, ((dot.kind, dot.words) for dot in dots))
    return format_html('<span class="clock-dots">{}</span>', drawn)


def _facts(row: Row, facts: tuple[str, ...]) -> SafeString:
    said = [conditional_escape(fact) for fact in row.facts]
    if row.ticket.is_emergency:
        said.insert(0, format_html("<strong>{}</strong>", pgettext("queue", "emergency")))
    if "reported" in facts and row.ticket.reported_at:
        said.append(format_html("<time>{}</time>", _local(row.ticket.reported_at, "%m-%d %H:%M")))
    tag = organisation(row.who.short_name, row.hue) if row.who else NOTHING
    return mark_safe(f"{tag} {SEPARATOR.join(said)}")  # noqa: S308  each is escaped


def _state(ticket: Ticket) -> SafeString:
    words = state_words(ticket.state, get_language())
    if ticket.cycle > 1:
        words = SEPARATOR.join([words, _("cycle %(cycle)s") % {"cycle": ticket.cycle}])
    return format_html('<span class="state">{}</span>', words)


@lru_cache(maxsize=100)
def state_words(state: str, language: str | None) -> str:
    return str(State(state).label)
