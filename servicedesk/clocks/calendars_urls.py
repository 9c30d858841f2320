from django.urls import path

from servicedesk.clocks.views import calendars, years

urlpatterns = [
    path("calendars/", calendars.show_calendars, name="calendars"),
    path("calendars/days/new/", calendars.add_extra_day, name="add_extra_day"),
    path("calendars/days/<uuid:pk>/", calendars.change_extra_day, name="change_extra_day"),
    path("calendars/days/<uuid:pk>/remove/", calendars.remove_extra_day, name="remove_extra_day"),
    path("calendars/take-over/", calendars.take_over_years, name="take_over_years"),
    path("calendars/<uuid:pk>/hours/", calendars.change_hours, name="change_hours"),
    path("years/", years.list_years, name="years"),
    path("years/enter/", years.enter_year, name="enter_year"),
]
