"""Text messages through the organisation's own HTTP gateway: a JSON POST with a bearer key, signed like the webhook."""

from __future__ import annotations

import json
import time

from servicedesk.notices.backoff import Outcome
from servicedesk.notices.channels.letter import Letter
from servicedesk.notices.channels.posting import JSON, post
from servicedesk.notices.channels.webhook import signature
from servicedesk.notices.wire import Patience


def send(letter: Letter, patience: Patience) -> Outcome:
    body = json.dumps({"id": letter.key, "phone": letter.address, "text": letter.text}, ensure_ascii=False).encode()
    timestamp = str(int(time.time()))
    headers = {
        **JSON,
        "Authorization": f"Bearer {letter.secret}",
        "Idempotency-Key": letter.key,
        "X-Servicedesk-Timestamp": timestamp,
        "X-Servicedesk-Signature": f"sha256={signature(letter.secret, timestamp, body)}",
    }
    return post(letter, patience, body, headers)[0]
