"""What templates say: `{% icon %}`, `{% capture %}` and the components that need more than an include.

Shown with their arguments at /ui-gallery/.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache, lru_cache
from html import escape
from secrets import token_hex
from typing import Any

from django import template
from django.core.serializers.json import DjangoJSONEncoder
from django.template.base import NodeList, Parser, Token
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import conditional_escape, format_html, json_script
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from servicedesk.ui import devices, due, icons, marking, words
from servicedesk.ui.tables import Page

register = template.Library()
HUES = 24
FRAME = mark_safe('viewBox="0 0 24 24" aria-hidden="true"')


@register.simple_tag
def icon(name: str, size: int = 20, words: str = "", extra: str = "", key: str = "") -> SafeString:
    """`{% icon "bell" %}` is decoration; `{% icon "bell" words=_("Inbox") %}` is read aloud. With `key`, the same page
    may draw it once more by `{% icon_again key %}`."""
    return _drawn(name, size, str(words), extra, key)


@register.simple_tag
def icon_again(key: str, size: int = 20) -> SafeString:
    """`{% icon_again "inbox" %}`: a drawing that stands on this page already, and weighs it down no second time."""
    return format_html('<svg class="icon" width="{0}" height="{0}" {1}><use href="#i-{2}"/></svg>', size, FRAME, key)


@lru_cache(maxsize=1000)  # a page has fifty, of one and the same few
def _drawn(name: str, size: int, words: str, extra: str, key: str) -> SafeString:
    shape = mark_safe(icons.shape(name))  # noqa: S308  from our own build
    return format_html(
        '<svg class="icon{}" width="{}" height="{}" {}>{}</svg>',
        f" {extra}" if extra else "",
        size,
        size,
        format_html('viewBox="0 0 24 24" role="img" aria-label="{}"', words) if words else FRAME,
        format_html('<g id="i-{}">{}</g>', key, shape) if key else shape,
    )


class CaptureNode(template.Node):
    def __init__(self, name: str, nodelist: NodeList) -> None:
        self.name, self.nodelist = name, nodelist

    def render(self, context: Any) -> str:
        context[self.name] = mark_safe(self.nodelist.render(context).strip())  # noqa: S308  rendered, thus escaped
        return ""


@register.tag
def capture(parser: Parser, token: Token) -> CaptureNode:
    """`{% capture name %}…{% endcapture %}`: a block that a page fills once and the frame shows twice."""
    _, name = token.split_contents()
    nodelist = parser.parse(("endcapture",))
    parser.delete_first_token()
    return CaptureNode(name, nodelist)


PARTS: dict[tuple[str, str | None, Any], str] = {}
PARTS_AT_MOST = 1000
BLANKS = {name: f"@{token_hex(8)}@" for name in ("csrf_token", "here")}  # what is filled in anew each time


@register.simple_tag(takes_context=True)
def kept(context: Any, pattern: str, key: Any, **filled: Any) -> SafeString:
    """`{% kept "ui/rail.html" shell.frame %}`: an include that is drawn once for a key. Nothing stands in it that key
    and language do not decide, but a form's token, the page's address, and what is named to be filled in as text:
    `{% kept "tickets/_queue_bar.html" bar address=address %}`. A frame cost as much as its page."""
    place, engine = (pattern, get_language(), key), context.template.engine
    part = PARTS.get(place)
    if part is None or engine.debug:
        with context.push(**BLANKS, **{name: _blank(name) for name in filled}):
            lines = map(str.strip, engine.get_template(pattern).render(context).splitlines())
            part = "\n".join(filter(None, lines))
        if len(PARTS) >= PARTS_AT_MOST:
            PARTS.clear()
        PARTS[place] = part
    for name, blank in BLANKS.items():
        if blank in part:
            part = part.replace(blank, escape(str(context.get(name, ""))))
    for name, text in filled.items():
        part = part.replace(_blank(name), escape(str(text)))
    return mark_safe(part)  # noqa: S308  a template escapes


@cache
def _blank(name: str) -> str:
    return f"@{token_hex(8)}@"


@register.simple_tag
def countdown(
    due_at: datetime | None, at: datetime | None = None, paused: bool = False, note: str = "",
    since: datetime | None = None,
) -> SafeString:  # fmt: skip
    """`{% countdown clock.due_at %}`; `note` says what the time alone does not: （第 2 个工作日）. With `since` it
    turns amber at the half of its own time and red in the last fifth. It counts on by itself under an hour."""
    at = at or timezone.now()
    left = due.left(due_at, at=at, paused=paused, since=since)
    whole = due.whole_of(due_at, since)
    moments = ""
    if due_at:
        share = f' data-whole="{whole}"' if whole else ""
        moments = f' data-due-at="{milliseconds(due_at)}" data-now="{milliseconds(at)}"{share} title="{left.exact}"'
    more = f'<span class="note">{conditional_escape(note)}</span>' if note else ""
    return mark_safe(  # noqa: S308  made by hand, for a list asks for many
        f'<span class="countdown" data-state="{left.state}"{moments}{" data-paused" if paused else ""}>'
        f'<span class="words">{escape(left.words)}</span>{more}</span>'
    )


@register.simple_tag
def severity(letter: str) -> SafeString:
    """`{% severity "A" %}`: a shape and a letter, because colour speaks of time."""
    return _kept("ui/severity.html", get_language(), letter=letter)


@register.inclusion_tag("ui/provisional.html")
def provisional(is_provisional: bool, years: str = "") -> Any:
    """`{% provisional clock.is_provisional %}`: the due time may move once the year is published; opens to say so."""
    if not is_provisional:
        return {"sentence": ""}
    if years:
        return {
            "sentence": _("The days off of %(years)s are not published yet; this time may move.") % {"years": years}
        }
    return {"sentence": may_move()}


def may_move() -> str:
    return _("This time rests on a year whose days off are not published yet; it may move.")


@register.simple_tag
def organisation(name: str, hue: int | None = None) -> SafeString:
    """`{% organisation hospital.short_name hospital.hue %}`: the tag by which nobody answers the wrong one."""
    shade = None if hue is None else int(hue) % 360 * HUES // 360
    return _kept("ui/organisation.html", get_language(), name=name, hue=shade)


@lru_cache(maxsize=2000)  # a list says the same few again and again, and a template takes its time
def _kept(pattern: str, language: str | None, **words: Any) -> SafeString:
    return mark_safe(render_to_string(pattern, words).strip())  # noqa: S308  a template escapes


@register.simple_tag
def hospital_tag(tags: dict[int, tuple[str, int]], key: int) -> Any:
    """`{% hospital_tag tags ticket.hospital_id %}`: the same, where names and hues were read once for all rows."""
    return organisation(*tags.get(key, ("", None)))


@register.inclusion_tag("ui/heading.html")
def heading(page: Page, name: str, label: str, number: bool = False) -> Any:
    """`{% heading page "at" _("When") %}`: a column's head that sorts by it."""
    is_current = page.sort.name == name
    direction = ("descending" if page.sort.descending else "ascending") if is_current else ""
    return {"label": label, "href": page.link_for(name), "direction": direction, "number": number}


@register.inclusion_tag("ui/pager.html")
def pager(page: Page, target: str = "") -> Any:
    """`{% pager page %}`; with `target="#list"` htmx swaps that part alone."""
    return {"page": page, "target": target}


@register.simple_tag
def words_for_scripts() -> SafeString:
    return _words_in(get_language())


@cache
def _words_in(language: str | None) -> SafeString:
    return json_script(words.for_scripts(), "words", encoder=_InItsOwnLetters)


class _InItsOwnLetters(DjangoJSONEncoder):
    """Spelled `\\u5269`, a Chinese letter weighs twice as much."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more | {"ensure_ascii": False})


@register.filter
def milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


@register.filter
def hour(moment: datetime, at: datetime) -> str:
    """`{{ visit.planned_at|hour:now }}`: 16:30, and of another day 11-21 16:30."""
    return due.hour_of(moment, at=at)


@register.filter
def device(user_agent: str) -> str:
    return devices.device_of(user_agent)


@register.filter
def marked(text: str, found: list[str]) -> SafeString:
    """`{{ ticket.title|marked:words }}`: what was searched for, where it stands."""
    return marking.marked(str(text), found)
