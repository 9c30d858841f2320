from django.urls import path

from tickets.views import page

urlpatterns = [
    path("tickets/<uuid:pk>/", page.show_ticket, name="ticket"),
]
