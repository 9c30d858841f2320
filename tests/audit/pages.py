"""Doors that say no in every way a door can."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.http import require_POST

from servicedesk.tenancy.doors import Audience, door
from servicedesk.tenancy.enums import Reach, Role
from servicedesk.tenancy.models import Department, Matter
from servicedesk.tenancy.permissions import SEE_MATTERS, Permission, everyone_in
from servicedesk.tenancy.refusals import Refused

LEADS = Permission("tests.audit_leads", "only leads", everyone_in(Role.IT_LEAD))
OWN = Permission("tests.audit_own", "one's department", {Role.IT_LEAD: Reach.DEPARTMENT})


@door(LEADS, methods=("GET", "POST"))
def leads(request: HttpRequest) -> HttpResponse:
    return HttpResponse("leads")


@door(OWN, methods=("GET", "POST"), of=Department)
def own(request: HttpRequest, department: Department) -> HttpResponse:
    return HttpResponse("own")


@door(SEE_MATTERS, methods=("GET", "POST"), of=Matter)
def matter(request: HttpRequest, row: Matter) -> HttpResponse:
    return HttpResponse("matter")


@door(Audience.MEMBER, methods=("POST",))
def refuses(request: HttpRequest) -> HttpResponse:
    Department.objects.create(hospital_id=request.person.hospital_id, name="新科室")
    raise Refused("not now")


@require_POST
def bare(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=403)


urlpatterns = [
    path("leads/", leads, name="leads"),
    path("own/<uuid:pk>/", own, name="own"),
    path("matter/<uuid:pk>/", matter, name="matter"),
    path("refuses/", refuses, name="refuses"),
    path("bare/", bare, name="bare page"),
    path("", include("servicedesk.urls")),
]
handler404 = "servicedesk.ui.views.errors.not_found"
handler403 = "servicedesk.ui.views.errors.forbidden"
handler500 = "servicedesk.ui.views.errors.server_error"
