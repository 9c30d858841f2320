"""Mail through the installation's own server (EMAIL_HOST). The operator chose it, so no organisation has to list it."""

from __future__ import annotations

import smtplib
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from servicedesk.notices.backoff import SENT, Outcome
from servicedesk.notices.channels.letter import Letter
from servicedesk.notices.enums import Reason
from servicedesk.notices.wire import Patience, Watchdog


def send(letter: Letter, patience: Patience) -> Outcome:
    if not letter.address or not settings.EMAIL_HOST:
        return Outcome(Reason.NO_ADDRESS, is_final=True)
    server = EmailBackend(timeout=patience.connect)
    try:
        server.open()
        server.connection.sock.settimeout(patience.total + 1)  # the watchdog comes first, and is told from a cut line
        with Watchdog(server.connection.sock, patience.total) as watchdog:
            return _handed_in(server, letter, watchdog)
    except smtplib.SMTPDataError as error:
        return _by_code(error.smtp_code)
    except smtplib.SMTPResponseException:
        return Outcome(Reason.BROKEN)  # it does not greet us, know us or take our sender: no fault of this message
    except TimeoutError:
        return Outcome(Reason.TIMEOUT)
    except (OSError, smtplib.SMTPException):
        return Outcome(Reason.UNREACHABLE)
    finally:
        _hang_up(server)


def _handed_in(server: EmailBackend, letter: Letter, watchdog: Watchdog) -> Outcome:
    try:
        server.send_messages([_message(letter)])
    except smtplib.SMTPRecipientsRefused as error:
        return _by_code(next(iter(error.recipients.values()))[0])
    except (OSError, smtplib.SMTPException):
        if not watchdog.has_bitten:
            raise
    return Outcome(Reason.TIMEOUT) if watchdog.has_bitten else SENT


def _hang_up(server: EmailBackend) -> None:
    """Without a QUIT, whose answer a hanging server would owe us too."""
    if server.connection:
        server.connection.close()
        server.connection = None


def _message(letter: Letter) -> EmailMessage:
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    return EmailMessage(
        subject=" ".join(letter.text.split())[:120],
        body=f"{letter.text_with_link}\n",
        to=[letter.address],
        headers={
            "Message-ID": f"<{letter.key}@{host}>",  # the same on every repeat, so a mailbox can tell
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
        },
    )


def _by_code(code: int) -> Outcome:
    return Outcome(Reason.REFUSED, is_refused=True) if 500 <= code < 600 else Outcome(Reason.BUSY)
