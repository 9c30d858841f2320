from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "servicedesk.ui"
    label = "ui"
