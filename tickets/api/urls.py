from django.urls import path

from tickets.api import acts, acts_linked, views, views_linked
from tickets.api.acting import Act, address_of, route_of


def _path(act: Act) -> object:
    route, name = route_of(act)
    return path(route, address_of(act), name=name)


urlpatterns = [
    path("tickets/", views.tickets, name="api_tickets"),
    path("tickets/phoned/", views.phoned, name="api_phoned"),
    path("tickets/<uuid:pk>/", views.one_ticket, name="api_ticket"),
    path("tickets/<uuid:pk>/comments/", views.comments, name="api_comments"),
    path("tickets/<uuid:pk>/acts/", views.acts, name="api_acts"),
    path("tickets/<uuid:pk>/clocks/", views.clocks, name="api_clocks"),
    path("tickets/<uuid:pk>/attachments/", views.attachments, name="api_attachments"),
    path("files/<uuid:pk>/", views.file_contents, name="api_file"),
    path("incidents/", views_linked.incidents, name="api_incidents"),
    path("incidents/<uuid:pk>/", views_linked.one_incident, name="api_incident"),
    path("remote-accesses/", views_linked.accesses, name="api_remote_accesses"),
    path("remote-accesses/<uuid:pk>/", views_linked.one_access, name="api_remote_access"),
    *(_path(act) for act in (*acts.ACTS, *acts_linked.ACTS)),
]
