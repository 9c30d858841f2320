"""A browser's name for itself, in words a person knows."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

# Order matters: most browsers also claim to be Chrome or Safari.
BROWSERS = (
    ("MicroMessenger", _("WeChat")), ("wxwork", _("WeCom")), ("DingTalk", _("DingTalk")), ("QIHU", "360"),
    ("360SE", "360"), ("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
SYSTEMS = (
    ("Windows", "Windows"), ("HarmonyOS", "HarmonyOS"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"),
    ("Mac OS", "macOS"), ("UOS", "UOS"), ("Kylin", "Kylin"), ("Linux", "Linux"),
)  # fmt: skip


def device_of(user_agent: str) -> str:
    parts = [next((str(name) for mark, name in table if mark in user_agent), "") for table in (BROWSERS, SYSTEMS)]
    return " · ".join(part for part in parts if part) or gettext("Unknown browser")
