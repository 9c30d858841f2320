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


def bare(status: int):
    """Whose row it is matters here; the pages that say no are looked at in the matrix itself."""
    return lambda request, exception=None: HttpResponse(status=status)


handler404, handler403, handler500 = bare(404), bare(403), bare(500)
