"""Reading the queue's page."""

from __future__ import annotations

from html import unescape
from re import findall

from servicedesk.sla.promise import Channel, Severity
from tickets.models import Ticket
from tickets.services.calls import Phoned


def page(client, query: str = "") -> str:
    response = client.get(f"/tickets/?{query}")
    assert response.status_code == 200, response.status_code
    return unescape(response.content.decode())


def shown(text: str) -> list[str]:
    return findall(r'data-ticket="([0-9a-f-]{36})"', text)


def ids(*tickets: Ticket) -> list[str]:
    return [str(one.pk) for one in tickets]


def reported(desk, now, severity=Severity.B, **more):
    channel = Channel.PHONE if severity in (Severity.ONE, Severity.A) else Channel.WEB
    if channel is Channel.PHONE:
        more.setdefault("call", Phoned(called_at=more.get("at", now), caller="刘敏"))
    return desk.report(severity=severity, channel=channel, at=more.pop("at", now), **more)


def counts(text: str) -> dict[str, str]:
    return dict(findall(r'<a class="tab"[^>]*>([^<]+)<span class="count">([^<]+)</span>', text))
