from servicedesk.audit.models.record import Record

__all__ = ["Record"]
