from django.apps import AppConfig


class ServicedeskConfig(AppConfig):
    name = "servicedesk"
    label = "servicedesk"

    def ready(self) -> None:
        from servicedesk import celery  # noqa: F401 (so that every process sends its tasks to our broker)
        from servicedesk.checks import refuse_to_start

        refuse_to_start()
