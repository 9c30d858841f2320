from django.urls import path

from tickets.views import many, queue, saved

urlpatterns = [
    path("tickets/", queue.queue, name="tickets"),
    path("tickets/pulse/", queue.pulse, name="queue_pulse"),
    path("tickets/filter/", queue.filter_queue, name="queue_filter"),
    path("tickets/next/", queue.open_next, name="next_ticket"),
    path("tickets/accept/", many.accept_many, name="accept_tickets"),
    path("tickets/give/", many.give_many, name="give_tickets"),
    path("tickets/give/undo/", many.take_back, name="take_tickets_back"),
    path("tickets/say/", many.say_many, name="say_on_tickets"),
    path("tickets/urge/", many.urge_many, name="urge_tickets"),
    path("tickets/urge/undo/", many.take_urges_back, name="take_urges_back"),
    path("tickets/views/keep/", saved.keep_view, name="keep_queue_view"),
    path("tickets/views/<uuid:pk>/drop/", saved.drop_view, name="drop_queue_view"),
]
