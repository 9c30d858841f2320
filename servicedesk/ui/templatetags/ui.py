"""What templates say: `{% icon %}`, `{% capture %}` and the components that need more than an include."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.base import NodeList, Parser, Token
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from servicedesk.ui import icons

register = template.Library()


@register.simple_tag
def icon(name: str, size: int = 20, words: str = "", extra: str = "") -> SafeString:
    """`{% icon "bell" %}` is decoration; `{% icon "bell" words=_("Inbox") %}` is read aloud."""
    spoken = format_html('role="img" aria-label="{}"', words) if words else mark_safe('aria-hidden="true"')  # noqa: S308
    return format_html(
        '<svg class="icon {}" width="{}" height="{}" viewBox="0 0 24 24" fill="none" stroke="currentColor" '
        'stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" focusable="false" {}>{}</svg>',
        extra,
        size,
        size,
        spoken,
        mark_safe(icons.shape(name)),  # noqa: S308  from our own build
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
