from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "servicedesk.notices"
    label = "notices"
