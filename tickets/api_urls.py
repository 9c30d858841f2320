from django.urls import path

from tickets.views import elsewhere

urlpatterns = [
    path("tickets/<uuid:pk>/number-elsewhere/", elsewhere.number_elsewhere, name="number_elsewhere"),
]
