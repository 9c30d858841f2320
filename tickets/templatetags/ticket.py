"""What a ticket's page says many times over, made by hand as the queue's rows are: acts, and lines of the stream."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import lru_cache
from html import escape
from secrets import token_hex
from typing import Any

from crispy_forms.templatetags.crispy_forms_filters import as_crispy_form
from django import template
from django.forms import Form
from django.template.defaultfilters import linebreaksbr
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from servicedesk.audit.enums import Act
from servicedesk.tenancy.enums import Side
from servicedesk.ui.templatetags.ui import icon
from tickets.acts import Button, Offer
from tickets.lines import Line
from tickets.paths import path_of

register = template.Library()


# ── acts ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
@register.simple_tag(takes_context=True)
def act_buttons(context: Any, offers: Sequence[Offer], are_next: bool = False) -> SafeString:
    """`{% act_buttons offers %}`: each pressed at once, opened as a form, or leading to its page. With `are_next` the
    first is the loud one."""
    found = (
        _button(context, offer, is_loud=are_next and place == 0 and not offer.button.is_quiet)
        for place, offer in enumerate(offers)
    )
    return mark_safe("\n".join(found))  # noqa: S308  each part is escaped


@register.simple_tag
def acts_not_now(offers: Sequence[Offer]) -> SafeString:
    """`{% acts_not_now not_now %}`: what is not possible, each with its reason."""
    return mark_safe("".join(map(_not_now, offers)))  # noqa: S308  each part is escaped


def _not_now(offer: Offer) -> str:
    why, face = escape(offer.why_not), _face(offer.button)
    return (
        f'<li><button class="btn offer" type="button" disabled title="{why}">{face}</button>'
        f'<span class="quiet">{why}</span></li>\n'
    )


def _button(context: Any, offer: Offer, *, is_loud: bool) -> str:
    button, href = offer.button, escape(offer.href)
    look = f'class="btn offer{" btn-primary" if is_loud else ""}"'
    if button.is_direct:
        return _pressed(context["csrf_token"], button, href, look)
    key, face = _key(button), _face(button)
    if button.is_page:
        return f'<a {look} href="{href}"{key}>{face}</a>'
    begun = _begun() if button.url_name in context.get("begun", ()) else ""
    return (
        f'<a {look} href="{href}" hx-get="{href}" hx-target="#act-form" hx-select="unset" hx-swap="innerHTML"{key}>'
        f"{face}{begun}</a>"
    )


def _pressed(token: Any, button: Button, href: str, look: str) -> str:
    asks = f' data-confirm="{escape(str(button.question))}"' if button.question else ""
    return (
        f'<form method="post" action="{href}"{asks}>'
        f'<input type="hidden" name="csrfmiddlewaretoken" value="{escape(str(token))}">'
        f'<button {look} type="submit"{_key(button)}>{_face(button)}</button></form>'
    )


def _face(button: Button) -> str:
    return f"{icon(button.icon)}{escape(str(button.verb))}"


def _key(button: Button) -> str:
    return f' data-key="{button.key}" data-key-words="{escape(str(button.verb))}"' if button.key else ""


def _begun() -> str:
    words = escape(_("begun"))
    return f'<span class="badge">{icon("edit", 16)}{words}</span>'


# ── the composer ─────────────────────────────────────────────────────────────────────────────────────────────────────
WRITTEN = f"@{token_hex(8)}@"


@register.simple_tag
def words_field(form: Form) -> SafeString:
    """`{% words_field reply %}`: an empty form is drawn once for a language, and what was begun is filled in."""
    if form.is_bound:
        return mark_safe(as_crispy_form(form))  # noqa: S308  a template escapes
    drawn = _drawn(type(form), form.auto_id, get_language())
    return mark_safe(drawn.replace(WRITTEN, escape(form.initial.get("text", ""))))  # noqa: S308  likewise


@lru_cache(maxsize=50)
def _drawn(of: type[Form], auto_id: str, language: str | None) -> str:
    return str(as_crispy_form(of(initial={"text": WRITTEN}, auto_id=auto_id)))


# ── the stream ───────────────────────────────────────────────────────────────────────────────────────────────────────
@register.simple_tag(takes_context=True)
def stream_lines(context: Any, lines: Collection[Line]) -> SafeString:
    """`{% stream_lines stream.lines %}`: the page's `ticket` and `person` tell whose a line is."""
    kinds = {"message": _message, "note": _note, "escalation": _escalation}
    return mark_safe("".join(kinds.get(line.kind, _act)(line, context) for line in lines))  # noqa: S308  escaped


def _message(line: Line, context: Any) -> str:
    ticket = context["ticket"]
    ours = " is-ours" if line.by_side == context["person"].side else ""
    sides = {Side.HOSPITAL: ticket.hospital, Side.VENDOR: ticket.vendor}
    side = escape(sides[Side(line.by_side)].short_name) if line.by_side in sides else ""
    name = line.by_name or _("Somebody")
    head = f'<strong>{escape(name)}</strong><span class="quiet">{side}</span>'
    return _line(line, f"said{ours}", "", head + _when(line.at))


def _note(line: Line, context: Any) -> str:
    words = escape(_("Internal note"))
    badge = f'<span class="badge">{icon("lock", 16)}{words}</span>'
    return _line(line, "is-note", "", f"{badge}<strong>{escape(line.by_name)}</strong>{_when(line.at)}")


def _escalation(line: Line, context: Any) -> str:
    words = escape(_("Escalated: %(metric)s") % {"metric": line.metric})
    often = nobody = link = since = ""
    if line.times > 1:
        said = ngettext("%(count)s time", "%(count)s times", line.times) % {"count": line.times}
        often = f'<span class="badge">{escape(said)}</span>'
    if line.nobody:
        said = _("nobody found: %(roles)s") % {"roles": _(", ").join(map(str, line.nobody))}
        nobody = f'<span class="badge outline">{icon("alert-triangle", 16)}{escape(said)}</span>'
    if context.get("may_see_clocks"):
        asked = escape(_("Who was told"))
        link = f'<a href="{path_of("clock", line.facts["clock"])}">{asked}</a>'
    if line.first_at and _minute(line.first_at) != _minute(line.at):
        said = _("since %(at)s") % {"at": _minute(line.first_at)}
        since = f'<span class="quiet">{escape(said)}</span>'
    head = f"<span>{words}</span>{often}{nobody}{link}{since}{_when(line.at)}"
    return _line(line, "is-act is-told", "bell-ringing", head)


def _act(line: Line, context: Any) -> str:
    metrics = "".join(f'<span class="badge">{icon("clock", 16)}{escape(metric)}</span>' for metric in line.promises)
    head = f"<strong>{escape(_who(line, context['ticket']))}</strong><span>{escape(line.said)}</span>{metrics}"
    return _line(line, "is-act", "circle-dashed", head + _when(line.at))


def _who(line: Line, ticket: Any) -> str:
    if line.by_name:
        return line.by_name
    if line.act == Act.TICKET_REPORTED:
        return ticket.department.name if ticket.department else _("Somebody")
    return _("The product")


def _line(line: Line, kind: str, dot: str, head: str) -> str:
    drawn = f'<span class="dot">{icon(dot, 16)}</span>' if dot else ""
    text = f'<div class="line-text">{linebreaksbr(line.text)}</div>' if line.text else ""
    return f'<li class="line {kind}" id="line-{line.id}">{drawn}<div class="line-head">{head}</div>{text}</li>\n'


def _when(at: datetime) -> str:
    """Short; the second is one hover away."""
    here = timezone.localtime(at)
    return f'<time datetime="{here.isoformat()}" title="{here:%Y-%m-%d %H:%M:%S}">{_minute(at)}</time>'


def _minute(at: datetime) -> str:
    return f"{timezone.localtime(at):%m-%d %H:%M}"
