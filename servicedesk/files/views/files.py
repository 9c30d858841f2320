"""What is kept is read here; each room adds files to what is its own, with a line in its own stream."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, Http404
from django.http.response import HttpResponseBase
from django.utils import timezone

from servicedesk.audit.enums import Act
from servicedesk.audit.record import record
from servicedesk.files import storage
from servicedesk.files.models import StoredFile
from servicedesk.files.permissions import SEE_FILES
from servicedesk.tenancy.doors import door
from servicedesk.tenancy.wall import Person

# A file that a browser opens after all may run nothing and reach nobody.
SANDBOX = "default-src 'none'; sandbox"


@door(SEE_FILES, of=StoredFile)
def download(request: Any, stored: StoredFile) -> HttpResponseBase:
    return contents_of(stored, by=request.person)


def contents_of(stored: StoredFile, *, by: Person) -> HttpResponseBase:
    path = storage.path_of(stored.hospital_id, stored.sha256)
    if not path.exists():
        raise Http404
    record(Act.FILE_READ, stored, by=by, at=timezone.now())
    response = FileResponse(path.open("rb"), as_attachment=True, filename=stored.name, content_type=stored.media_type)
    response["Content-Security-Policy"] = SANDBOX
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
