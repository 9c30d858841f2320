from servicedesk.audit.models.chain import Block, Link, Pending
from servicedesk.audit.models.record import Record

__all__ = ["Block", "Link", "Pending", "Record"]
