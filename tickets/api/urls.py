from django.urls import path

from tickets.api import views
from tickets.api.acts import ACTS, OF_CALLS, OF_VISITS, OF_WISHES, address_of

urlpatterns = [
    path("tickets/", views.tickets, name="api_tickets"),
    path("tickets/phoned/", views.phoned, name="api_phoned"),
    path("tickets/<uuid:pk>/", views.one_ticket, name="api_ticket"),
    path("tickets/<uuid:pk>/comments/", views.comments, name="api_comments"),
    path("tickets/<uuid:pk>/acts/", views.acts, name="api_acts"),
    path("tickets/<uuid:pk>/clocks/", views.clocks, name="api_clocks"),
    path("tickets/<uuid:pk>/attachments/", views.attachments, name="api_attachments"),
    path("files/<uuid:pk>/", views.file_contents, name="api_file"),
    *(path(f"tickets/<uuid:pk>/{act.name}/", address_of(act), name=f"api_ticket_{act.name}") for act in ACTS),
    *(path(f"visits/<uuid:pk>/{act.name}/", address_of(act), name=f"api_visit_{act.name}") for act in OF_VISITS),
    *(path(f"calls/<uuid:pk>/{act.name}/", address_of(act), name=f"api_call_{act.name}") for act in OF_CALLS),
    *(
        path(f"severity-wishes/<uuid:pk>/{act.name}/", address_of(act), name=f"api_wish_{act.name}")
        for act in OF_WISHES
    ),
]
