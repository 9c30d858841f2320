"""What all channels over HTTP share: post, and read the answer's status as an outcome."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

from servicedesk.notices import wire
from servicedesk.notices.backoff import SENT, Outcome
from servicedesk.notices.channels.letter import Letter
from servicedesk.notices.enums import Reason

ASKS_TO_COME_BACK = {408, 425, 429}
JSON = {"Content-Type": "application/json; charset=utf-8"}
CANNOT_HELP = {Reason.NOT_ALLOWED, Reason.FORBIDDEN_ADDRESS}


def post(
    letter: Letter, patience: wire.Patience, body: bytes, headers: Mapping[str, str], *, url: str = ""
) -> tuple[Outcome, bytes]:
    """The outcome by status, and the body for those receivers that say 200 and mean no."""
    if not letter.url:
        return Outcome(Reason.NO_ADDRESS, is_final=True), b""
    try:
        answer = wire.post(url or letter.url, body, headers, allowed=letter.allowed, patience=patience)
    except wire.NotSent as failure:
        return Outcome(failure.reason, is_final=failure.reason in CANNOT_HELP), b""
    return by_status(answer), answer.body


def by_status(answer: wire.Answer) -> Outcome:
    if 200 <= answer.status < 300:
        return SENT
    if answer.status in ASKS_TO_COME_BACK:
        return Outcome(Reason.BUSY, after=_asked_to_wait(answer.headers))
    if answer.status >= 500:
        return Outcome(Reason.BROKEN, after=_asked_to_wait(answer.headers))
    return Outcome(Reason.REDIRECTED if answer.status < 400 else Reason.REFUSED, is_refused=True)


def _asked_to_wait(headers: Mapping[str, str]) -> timedelta:
    """Retry-After in seconds; as a date it is ignored, our own delay is patient enough."""
    value = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    return timedelta(seconds=int(value)) if value.isascii() and value.isdecimal() and len(value) < 7 else timedelta()


def post_to_robot(
    letter: Letter,
    patience: wire.Patience,
    message: dict[str, Any],
    *,
    field: str,
    busy: Collection[int],
    url: str = "",
) -> Outcome:
    """Robots answer 200 and put a number into the body: 0 means taken, some others 'too often'."""
    body = json.dumps(message, ensure_ascii=False).encode()
    outcome, answer = post(letter, patience, body, JSON, url=url)
    if not outcome.is_sent:
        return outcome
    code = _code(answer, field)
    if code in busy or code is None:
        return Outcome(Reason.BROKEN if code is None else Reason.BUSY)
    return SENT if code == 0 else Outcome(Reason.REFUSED, is_refused=True)


def _code(answer: bytes, field: str) -> int | None:
    try:
        code = json.loads(answer)[field]
    except (ValueError, KeyError, TypeError):
        return None
    return code if isinstance(code, int) else None
