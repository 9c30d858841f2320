"""The rows of a first page and of the board, made by hand as the queue's are: a page shows up to thirty."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from servicedesk.ui.templatetags.ui import countdown, icon, may_move, organisation
from tickets.at_home import Row, Tags
from tickets.templatetags.queue import state_words

register = template.Library()


@register.simple_tag(takes_context=True)
def home_rows(context: Any, rows: Sequence[Row], tags: Tags | None = None) -> SafeString:
    """`{% home_rows tickets.mine tickets.tags %}`: each a ticket as one line."""
    return mark_safe("".join(_row(row, tags or {}, context["now"]) for row in rows))  # noqa: S308  each is escaped


def _row(row: Row, tags: Tags, now: datetime) -> str:
    tag = organisation(*tags[row.hospital]) if row.hospital in tags else ""
    shape = (row.severity or "none").lower()
    return (
        f'<li><a class="ticket-row" href="{row.url}"><span class="severity severity-{shape}">'
        f'{escape(row.severity or "–")}</span><span class="words"><strong>{escape(row.title)}</strong>'
        f'<span class="quiet">{_words(row)}</span></span><span class="row-facts">{tag}{_when(row, now)}</span></a></li>'
    )


def _words(row: Row) -> str:
    what = f" · {escape(str(row.what))}" if row.what else ""
    words = f" · {escape(row.words)}" if row.words else ""
    assignee = f" · {escape(row.assignee)}" if row.assignee else ""
    return f'<span class="number">{escape(row.number)}</span>{what}{words}{assignee}'


def _when(row: Row, now: datetime) -> str:
    if row.due_at:
        return countdown(row.due_at, at=now, since=row.since) + (_provisional() if row.is_provisional else "")
    return f'<span class="badge">{escape(state_words(row.state, get_language()))}</span>'


def _provisional() -> str:
    title = escape(may_move())
    return f'<span class="badge outline" title="{title}">{icon("hourglass", 16)}{escape(_("provisional"))}</span>'
