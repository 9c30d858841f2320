"""A WeCom (企业微信) group robot. Its address carries its key. A repeat may show twice: it knows no key for it."""

from __future__ import annotations

from servicedesk.notices.backoff import Outcome
from servicedesk.notices.channels.letter import Letter
from servicedesk.notices.channels.posting import post_to_robot
from servicedesk.notices.wire import Patience

TOO_OFTEN = {-1, 45009, 45033}  # -1: the system is busy


def send(letter: Letter, patience: Patience) -> Outcome:
    message = {"msgtype": "text", "text": {"content": letter.text_with_link}}
    return post_to_robot(letter, patience, message, field="errcode", busy=TOO_OFTEN)
