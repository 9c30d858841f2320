"""A Feishu (飞书) group robot, signed when it has a key. A repeat may show twice."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from typing import Any

from servicedesk.notices.backoff import Outcome
from servicedesk.notices.channels.letter import Letter
from servicedesk.notices.channels.posting import post_to_robot
from servicedesk.notices.wire import Patience

TOO_OFTEN = {9499, 11232, 11233}


def send(letter: Letter, patience: Patience) -> Outcome:
    message = {"msg_type": "text", "content": {"text": letter.text_with_link}, **_signature(letter.secret)}
    return post_to_robot(letter, patience, message, field="code", busy=TOO_OFTEN)


def _signature(secret: str) -> dict[str, Any]:
    if not secret:
        return {}
    timestamp = str(int(time.time()))
    # Feishu's way: timestamp and key together are the HMAC's key, and there is no message.
    digest = hmac.new(f"{timestamp}\n{secret}".encode(), b"", hashlib.sha256).digest()
    return {"timestamp": timestamp, "sign": base64.b64encode(digest).decode()}
