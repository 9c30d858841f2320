from servicedesk.notices.models.notice import InboxItem, Message, Notice
from servicedesk.notices.models.preference import Preference
from servicedesk.notices.models.target import Breaker, Receiver, Target

__all__ = ["Breaker", "InboxItem", "Message", "Notice", "Preference", "Receiver", "Target"]
