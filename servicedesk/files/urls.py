from django.urls import path

from servicedesk.files.views.files import download, list_files, upload

urlpatterns = [
    path("matters/<uuid:pk>/files/", list_files, name="list_files"),
    path("matters/<uuid:pk>/files/add/", upload, name="add_file"),
    path("files/<uuid:pk>/", download, name="download_file"),
]
