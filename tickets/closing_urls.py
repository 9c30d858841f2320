from django.urls import path

from tickets.views import closing, records, signing

urlpatterns = [
    path("tickets/<uuid:pk>/form/", signing.show_form, name="feedback_form"),
    path("tickets/<uuid:pk>/sign/", signing.sign_as_oneself, name="sign"),
    path("tickets/<uuid:pk>/sign/here/", signing.sign_here, name="sign_here"),
    path("tickets/<uuid:pk>/sign/link/", signing.make_link, name="make_signing_link"),
    path("tickets/<uuid:pk>/recurs/", closing.say_recurrence, name="say_recurrence"),
    path("feedback/<uuid:pk>/", signing.show_feedback, name="feedback"),
    path("objections/<uuid:pk>/", closing.decide_objection, name="decide_objection"),
    path("device/back/", signing.take_back, name="take_device_back"),
    path("sign/<str:token>/", signing.sign_by_link, name="sign_by_link"),
    path("records/", records.list_records, name="records"),
    path("records/export/", records.export, name="export_records"),
    path("records/<uuid:pk>/", records.show_record, name="record"),
]
