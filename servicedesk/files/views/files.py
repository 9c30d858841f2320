from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from servicedesk.audit.enums import Act
from servicedesk.audit.record import record
from servicedesk.files import storage
from servicedesk.files.models import StoredFile
from servicedesk.files.permissions import ADD_FILES, SEE_FILES
from servicedesk.files.selectors import files_of
from servicedesk.files.services.uploads import add_file
from servicedesk.tenancy.doors import door
from servicedesk.tenancy.models import Matter
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import Person

# A file that a browser opens after all may run nothing and reach nobody.
SANDBOX = "default-src 'none'; sandbox"


@door(SEE_FILES, of=Matter)
def list_files(request: Any, matter: Matter) -> HttpResponse:
    files = files_of(matter, request.person)
    may_add = ADD_FILES.reach_of(request.person) is not None
    return render(request, "files/list.html", {"matter": matter, "files": files, "may_add": may_add})


@door(ADD_FILES, methods=("POST",), of=Matter)
def upload(request: Any, matter: Matter) -> HttpResponse:
    if not (files := request.FILES.getlist("file")):
        raise Refused(_("Choose a file first."), code="no_file")
    for file in files:
        add_file(matter, file, by=request.person, at=timezone.now())
    messages.success(request, _("Added: %(names)s") % {"names": _(", ").join(file.name for file in files)})
    return redirect("list_files", pk=matter.pk)


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
