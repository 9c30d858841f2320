"""The ways out, one file each: `send(letter, patience)` gives an Outcome and touches no database."""

from __future__ import annotations

from collections.abc import Callable

from servicedesk.notices.backoff import Outcome
from servicedesk.notices.channels import dingtalk, feishu, mail, sms, webhook, wecom
from servicedesk.notices.channels.letter import Letter
from servicedesk.notices.enums import Channel
from servicedesk.notices.wire import Patience

SEND: dict[Channel, Callable[[Letter, Patience], Outcome]] = {
    Channel.MAIL: mail.send,
    Channel.SMS: sms.send,
    Channel.WEBHOOK: webhook.send,
    Channel.WECOM: wecom.send,
    Channel.DINGTALK: dingtalk.send,
    Channel.FEISHU: feishu.send,
}
