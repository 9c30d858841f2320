from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "servicedesk.accounts"
    label = "accounts"

    def ready(self) -> None:
        from servicedesk.accounts import receivers

        receivers.connect()
