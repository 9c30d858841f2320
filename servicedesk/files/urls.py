from django.urls import path

from servicedesk.files.views.files import download

urlpatterns = [path("files/<uuid:pk>/", download, name="download_file")]
