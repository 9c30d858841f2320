from django.urls import path

from tickets.views import acts, files, macros, page, writing

urlpatterns = [
    path("tickets/<uuid:pk>/", page.show_ticket, name="ticket"),
    path("tickets/<uuid:pk>/history/", page.show_history, name="ticket_history"),
    path("tickets/<uuid:pk>/around/", page.show_around, name="ticket_around"),
    path("tickets/<uuid:pk>/checklists/", page.show_checklists, name="ticket_checklists"),
    path("tickets/<uuid:pk>/files/", files.list_files, name="ticket_files"),
    path("tickets/<uuid:pk>/files/add/", files.add_files, name="add_ticket_files"),
    path("tickets/<uuid:pk>/say/", writing.say, name="ticket_say"),
    path("tickets/<uuid:pk>/note/", writing.note, name="ticket_note"),
    path("tickets/<uuid:pk>/draft/", writing.save_draft, name="ticket_draft"),
    path("tickets/<uuid:pk>/pulse/", writing.pulse, name="ticket_pulse"),
    path("tickets/<uuid:pk>/answers/", macros.choose_macro, name="ticket_macros"),
    path("tickets/<uuid:pk>/names/", writing.mentionable, name="ticket_names"),
    *(
        path(f"tickets/<uuid:pk>/{act.name.replace('_', '-')}/", acts.view_of(act), name=act.url_name)
        for act in acts.ACTS
    ),
    path("macros/", macros.list_macros, name="macros"),
    path("macros/new/", macros.add_macro, name="add_macro"),
    path("macros/<uuid:pk>/", macros.change_macro, name="macro"),
    path("macros/<uuid:pk>/remove/", macros.remove_macro, name="remove_macro"),
]
