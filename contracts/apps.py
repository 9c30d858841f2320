from django.apps import AppConfig


class Contracts(AppConfig):
    name = "contracts"
