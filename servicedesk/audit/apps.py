from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "servicedesk.audit"
    label = "audit"
