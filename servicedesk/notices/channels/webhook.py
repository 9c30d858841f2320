"""Generic webhook: a signed JSON POST. docs/webhook.md tells the receiver's side how to check it."""

from __future__ import annotations

import hashlib
import hmac
import json
import time

from servicedesk.notices.backoff import Outcome
from servicedesk.notices.channels.letter import Letter
from servicedesk.notices.channels.posting import JSON, post
from servicedesk.notices.wire import Patience


def send(letter: Letter, patience: Patience) -> Outcome:
    body = body_of(letter)
    timestamp = str(int(time.time()))  # the receiver's protection against replays, so it is the moment of this try
    headers = {
        **JSON,
        "Idempotency-Key": letter.key,
        "X-Servicedesk-Timestamp": timestamp,
        "X-Servicedesk-Signature": f"sha256={signature(letter.secret, timestamp, body)}",
    }
    return post(letter, patience, body, headers)[0]


def body_of(letter: Letter) -> bytes:
    message = {
        "id": letter.key,
        "event": letter.event,
        "kind": letter.kind,
        "urgency": letter.urgency,
        "subject": {"kind": letter.subject_kind, "id": letter.subject_id},
        "at": letter.at.isoformat(),
        "text": letter.text,
        "url": letter.link,
    }
    if letter.data:
        message["data"] = dict(letter.data)
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()


def signature(secret: str, timestamp: str, body: bytes) -> str:
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
