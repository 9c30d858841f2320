from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "servicedesk.files"
    label = "files"
