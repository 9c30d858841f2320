from django.apps import AppConfig


class ServicedeskConfig(AppConfig):
    name = "servicedesk"
    label = "servicedesk"

    def ready(self) -> None:
        import servicedesk.celery  # noqa: F401  the web process, too, must know which broker its tasks go to
