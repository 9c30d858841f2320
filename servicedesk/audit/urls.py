from django.urls import path

from servicedesk.audit.views.trail import export, show_record, show_trail

urlpatterns = [
    path("trail/", show_trail, name="audit_trail"),
    path("trail/export/", export, name="audit_export"),
    path("trail/<uuid:pk>/", show_record, name="audit_record"),
]
