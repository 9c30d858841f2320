from servicedesk.clocks.models.agreement import TimeWish
from servicedesk.clocks.models.calendars import ExtraDay, LandYear, WorkCalendar
from servicedesk.clocks.models.clock import Clock, Span, Waiver
from servicedesk.clocks.models.desk import Desk, Post
from servicedesk.clocks.models.roster import Duty, Swap, Team
from servicedesk.clocks.models.step import Escalation, Step

__all__ = [
    "Clock",
    "Desk",
    "Duty",
    "Escalation",
    "ExtraDay",
    "LandYear",
    "Post",
    "Span",
    "Step",
    "Swap",
    "Team",
    "TimeWish",
    "Waiver",
    "WorkCalendar",
]
