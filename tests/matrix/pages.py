"""A page for every kind of row behind the wall, whether the product has one yet or not: show it, list it."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from servicedesk.tenancy.doors import door
from tests.examples import walled_models


def _pages(model):
    @door(model.see, of=model)
    def show(request: HttpRequest, row) -> HttpResponse:
        return HttpResponse(str(row.pk))

    @door(model.see)
    def listed(request: HttpRequest) -> HttpResponse:
        return HttpResponse(" ".join(str(row.pk) for row in model.objects.visible_to(request.person)))

    converter = "uuid" if model._meta.pk.get_internal_type() == "UUIDField" else "int"
    base = model._meta.label_lower
    return [path(f"{base}/<{converter}:pk>/", show, name=f"show {base}"), path(f"{base}/", listed, name=f"list {base}")]


urlpatterns = [
    *(pattern for model in walled_models() for pattern in _pages(model)),
    path("", include("servicedesk.urls")),
]

handler404 = "servicedesk.ui.views.errors.not_found"
handler403 = "servicedesk.ui.views.errors.forbidden"
handler500 = "servicedesk.ui.views.errors.server_error"
