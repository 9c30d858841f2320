"""A DingTalk (钉钉) group robot, signed when it has a key. A repeat may show twice."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from urllib.parse import urlencode

from servicedesk.notices.backoff import Outcome
from servicedesk.notices.channels.letter import Letter
from servicedesk.notices.channels.posting import post_to_robot
from servicedesk.notices.wire import Patience

TOO_OFTEN = {-1, 130101, 410100}


def send(letter: Letter, patience: Patience) -> Outcome:
    message = {"msgtype": "text", "text": {"content": letter.text_with_link}}
    return post_to_robot(letter, patience, message, field="errcode", busy=TOO_OFTEN, url=_signed(letter))


def _signed(letter: Letter) -> str:
    if not letter.secret:
        return letter.url
    timestamp = str(int(time.time() * 1000))
    digest = hmac.new(letter.secret.encode(), f"{timestamp}\n{letter.secret}".encode(), hashlib.sha256).digest()
    query = urlencode({"timestamp": timestamp, "sign": base64.b64encode(digest).decode()})
    return f"{letter.url}{'&' if '?' in letter.url else '?'}{query}"
