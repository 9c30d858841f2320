"""`Idempotency-Key`: the same key and body again is the same answer, and nothing is done a second time.

The key is claimed by a row inside the act's own transaction, so a refused act gives its key back. Who comes while the
first is still at it is told so at once; a worker that waited for it would be lost to everybody else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.db import connection, transaction
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter

from servicedesk.tenancy.api_doors import invalid, problem
from servicedesk.tenancy.api_parts import BODY
from servicedesk.tenancy.ids import uuid7
from tickets.models import KeptAnswer

KEPT_FOR = timedelta(days=3)
LONGEST = 200
REPLAYED = "Idempotency-Replayed"
KEPT_HEADERS = ("ETag", "Location")
IDEMPOTENCY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": "^[!-~]+$"},
    OpenApiParameter.HEADER,
    description="A name of your own for this request. Sent again with the same body within three days it is answered "
    "as the first time, and nothing is done twice; with another body it is refused (422), and while the first is still "
    "running too (409)",
)
# One statement: whoever holds the lock may take the key, unless it is taken and still good.
CLAIM = """
INSERT INTO tickets_keptanswer
       (id, hospital_id, vendor_id, membership_id, key, fingerprint, at, until_at, headers, body)
SELECT %(id)s, %(hospital)s::int, %(vendor)s::int, %(member)s, %(key)s, %(fingerprint)s, %(at)s, %(until)s, '{}', ''
 WHERE pg_try_advisory_xact_lock(hashtextextended(%(lock)s, 0))
    ON CONFLICT (hospital_id, vendor_id, membership_id, key) DO UPDATE
   SET id = excluded.id, fingerprint = excluded.fingerprint, at = excluded.at, until_at = excluded.until_at,
       status = NULL, headers = '{}', body = ''
 WHERE tickets_keptanswer.until_at <= excluded.at
RETURNING id
"""

View = Callable[..., HttpResponse]


def once(view: View) -> View:
    """Around an address that changes something and answers with JSON."""

    @wraps(view)
    def come(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        key = request.headers.get("Idempotency-Key")
        if key is None or request.method != "POST" or _is_too_large(request):
            return view(request, *args, **kwargs)
        if not 0 < len(key) <= LONGEST or not key.isascii() or not key.isprintable():
            return invalid({"Idempotency-Key": _("Between 1 and 200 characters of plain Latin, digits and signs.")})
        mark = hashlib.sha256(f"{request.method} {request.path}\n".encode() + request.body).hexdigest()
        claimed = _claim(request.person, key, mark)
        if claimed is None:
            return _said_before(request.person, key, mark)
        response = view(request, *args, **kwargs)
        return _keep(claimed, response)

    return come


def _is_too_large(request: Any) -> bool:
    """Its parser refuses it without reading it whole."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return not length.isdecimal() or int(length) > BODY


def _claim(person: Any, key: str, mark: str) -> Any:
    at = timezone.now()
    facts = {
        "id": uuid7(), "hospital": person.hospital_id, "vendor": person.vendor_id, "member": person.membership_id,
        "key": key, "fingerprint": mark, "at": at, "until": at + KEPT_FOR, "lock": f"{person.membership_id}:{key}",
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, facts)
        row = cursor.fetchone()
    return row[0] if row else None


def _said_before(person: Any, key: str, mark: str) -> HttpResponse:
    kept = KeptAnswer.objects.filter(membership_id=person.membership_id, key=key).first()
    if kept is None or kept.status is None:
        return problem(409, _("The first request with this key is still running; ask again in a moment."))
    if kept.fingerprint != mark:
        return problem(422, _("This key was used for another request. Take a new one, or send the same body."))
    headers = {**kept.headers, REPLAYED: "true"}
    return HttpResponse(kept.body, status=kept.status, headers=headers, content_type="application/json")


def _keep(claimed: Any, response: Any) -> HttpResponse:
    """What was refused is undone with its claim by the door; the next try under this key is a first one."""
    response.render() if hasattr(response, "render") else None
    if response.status_code < 400 and not transaction.get_connection().needs_rollback:
        headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
        body = response.content.decode()
        KeptAnswer.objects.filter(pk=claimed).update(status=response.status_code, headers=headers, body=body)
    return response  # type: ignore[no-any-return]
