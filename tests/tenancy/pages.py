"""Pages that misbehave in every way a page can."""

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import include, path

from servicedesk.audit.enums import Act
from servicedesk.audit.record import record
from servicedesk.tenancy.doors import Audience, door
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.models import Department, Matter
from servicedesk.tenancy.permissions import SEE_MATTERS, Permission, everyone_in
from servicedesk.tenancy.refusals import Refused

ONLY_LEADS = Permission("tests.only_leads", "only leads", everyone_in(Role.IT_LEAD))


def write(request) -> None:
    department = Department.objects.create(hospital_id=request.person.hospital_id, name="新科室")
    record(Act.DENIED, department, by=request.person, at=department.history.get().history_date)


@door(Audience.MEMBER, methods=("GET", "POST"))
def breaks(request: HttpRequest) -> HttpResponse:
    write(request)
    raise ZeroDivisionError


@door(Audience.MEMBER, methods=("POST",))
def refuses(request: HttpRequest) -> HttpResponse:
    write(request)
    raise Refused("这个科室还有未关闭的报修")


def unhung(request: HttpRequest) -> HttpResponse:
    write(request)
    raise ZeroDivisionError


@door(Audience.MEMBER)
def streams(request: HttpRequest) -> StreamingHttpResponse:
    names = (department.name + "\n" for department in Department.objects.order_by("name"))
    return StreamingHttpResponse(names)


@door(ONLY_LEADS)
def leads(request: HttpRequest) -> HttpResponse:
    return HttpResponse("leads")


@door(SEE_MATTERS, methods=("POST",), of=Matter)
def rename(request: HttpRequest, matter: Matter) -> HttpResponse:
    matter.label = "renamed"
    matter.save()
    return HttpResponse("renamed")


urlpatterns = [
    path("breaks/", breaks),
    path("refuses/", refuses),
    path("unhung/", unhung),
    path("streams/", streams),
    path("leads/", leads),
    path("matters/<uuid:pk>/", rename),
    path("", include("servicedesk.urls")),
]
handler404 = "servicedesk.ui.views.errors.not_found"
handler500 = "servicedesk.ui.views.errors.server_error"
