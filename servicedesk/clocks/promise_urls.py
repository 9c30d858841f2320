from django.urls import path

from servicedesk.clocks.views import promises

urlpatterns = [
    path("escalations/", promises.escalations, name="escalations"),
    path("clocks/<uuid:pk>/", promises.show_clock, name="clock"),
    path("clocks/<uuid:pk>/acknowledge/", promises.acknowledge_clock, name="acknowledge_clock"),
    path("clocks/<uuid:pk>/pause/", promises.pause_clock, name="pause_clock"),
    path("clocks/<uuid:pk>/resume/", promises.resume_clock, name="resume_clock"),
    path("clocks/<uuid:pk>/waive/", promises.ask_to_waive, name="ask_to_waive"),
    path("waivers/<uuid:pk>/", promises.decide_waiver, name="decide_waiver"),
]
