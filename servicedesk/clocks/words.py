"""Sentences for what `sla.explain` gives as facts, and for metrics and units: said once, for page, API and command."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.functional import Promise as Text
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from servicedesk.sla.calendar import Impossible
from servicedesk.sla.clock import Outcome
from servicedesk.sla.explain import Because, Reason
from servicedesk.sla.ladder import Recipient
from servicedesk.sla.promise import Channel, Metric, Unit, Window

METRICS: dict[Metric, str | Text] = {
    Metric.RESPOND: gettext_lazy("Response"),
    Metric.EMERGENCY: gettext_lazy("Emergency service started"),
    Metric.ON_SITE: gettext_lazy("On site"),
    Metric.WORKAROUND: gettext_lazy("Workaround"),
    Metric.RESTORE: gettext_lazy("Restored"),
    Metric.DELIVER: gettext_lazy("Delivered"),
    Metric.REPORT: gettext_lazy("Report handed in"),
    Metric.CONFIRM: gettext_lazy("Confirmed"),
    Metric.CALL: gettext_lazy("First call"),
    Metric.UPDATE: gettext_lazy("Next word to the hospital"),
}


CHANNELS: dict[Channel, str | Text] = {
    Channel.PHONE: gettext_lazy("phone"),
    Channel.WEB: gettext_lazy("web page"),
    Channel.MAIL: gettext_lazy("mail"),
    Channel.REMOTE: gettext_lazy("remote session"),
    Channel.QQ: gettext_lazy("QQ"),
    Channel.ON_SITE: gettext_lazy("on site, in person"),
    Channel.PLATFORM: gettext_lazy("the hospital's own platform"),
}


OUTCOMES: dict[Outcome, str | Text] = {
    Outcome.MET: gettext_lazy("kept"),
    Outcome.MISSED: gettext_lazy("missed"),
    Outcome.WAIVED: gettext_lazy("waived"),
    Outcome.SUPERSEDED: gettext_lazy("no longer applies"),
}
RECIPIENTS: dict[Recipient, str | Text] = {
    Recipient.ASSIGNEE: gettext_lazy("whoever works on it"),
    Recipient.ON_DUTY: gettext_lazy("first line on duty"),
    Recipient.SECOND_LINE: gettext_lazy("second line on duty"),
    Recipient.PROJECT_MANAGER: gettext_lazy("project manager"),
    Recipient.PRODUCT_TEAM: gettext_lazy("product team"),
    Recipient.SENIOR_MANAGER: gettext_lazy("the vendor's senior manager"),
    Recipient.ACCOUNT_MANAGER: gettext_lazy("account manager"),
    Recipient.HOSPITAL_IT: gettext_lazy("the hospital's IT department"),
    Recipient.HOSPITAL_LEAD: gettext_lazy("the hospital's lead"),
}


def target(amount: int, unit: Unit) -> str:
    """30 minutes, 4 hours, 2 working days."""
    if unit is Unit.WORKING_DAYS:
        return ngettext("%(count)s working day", "%(count)s working days", amount) % {"count": amount}
    if unit is Unit.CALENDAR_DAYS:
        return ngettext("%(count)s calendar day", "%(count)s calendar days", amount) % {"count": amount}
    hours, minutes = divmod(amount, 60)
    if unit is Unit.WORKING_MINUTES:
        if minutes:
            return ngettext("%(count)s working minute", "%(count)s working minutes", amount) % {"count": amount}
        return ngettext("%(count)s working hour", "%(count)s working hours", hours) % {"count": hours}
    if minutes:
        return ngettext("%(count)s minute", "%(count)s minutes", amount) % {"count": amount}
    return ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours}


def in_words(reason: Impossible) -> str:
    """What the core refuses, in the person's language."""
    return _(reason.sentence) % reason.words if reason.words else _(reason.sentence)


def sentences(steps: list[Because], zone: str) -> list[str]:
    return [_SAY[step.reason](_Facts(step.facts, ZoneInfo(zone))) for step in steps]


class _Facts:
    """The facts of one step, in words of the place."""

    def __init__(self, facts: dict[str, Any], zone: ZoneInfo) -> None:
        self.facts, self.zone = facts, zone

    def __getitem__(self, name: str) -> Any:
        return self.facts[name]

    def at(self, name: str = "at") -> dict[str, str]:
        moment: datetime = self.facts[name]
        return {"at": moment.astimezone(self.zone).strftime("%Y-%m-%d %H:%M")}

    def days(self) -> dict[str, str]:
        days: list[date] = self.facts["days"]
        return {"days": _(", ").join(_stretches(days))}


def _stretches(days: list[date]) -> list[str]:
    """10-01 to 10-07 rather than seven days one by one."""
    found: list[list[date]] = []
    for day in days:
        if found and (day - found[-1][-1]).days == 1:
            found[-1].append(day)
        else:
            found.append([day])
    return [_stretch(stretch) for stretch in found]


def _stretch(days: list[date]) -> str:
    if len(days) == 1:
        return f"{days[0]:%m-%d}"
    return _("%(first)s to %(last)s") % {"first": f"{days[0]:%m-%d}", "last": f"{days[-1]:%m-%d}"}


def _promised(facts: _Facts) -> str:
    words = {"target": target(facts["target"], facts["unit"]), "clause": facts["clause"]}
    if facts["is_default"] and not words["clause"]:
        return _("Within %(target)s: a house default, not from the contract.") % words
    if facts["is_default"]:
        return _("Within %(target)s: a house default, not from the contract (%(clause)s).") % words
    if not words["clause"]:
        return _("Promised within %(target)s.") % words
    return _("Promised within %(target)s (%(clause)s).") % words


def _paused(facts: _Facts) -> str:
    start, why = facts.at("start")["at"], facts["why"] or _("no reason given")
    if facts["end"] is None:
        return _("Paused since %(start)s: %(why)s.") % {"start": start, "why": why}
    words = {"start": start, "end": facts.at("end")["at"], "why": why}
    return _("Paused from %(start)s to %(end)s: %(why)s.") % words


def _last_day(facts: _Facts) -> str:
    words = {"day": f"{facts['day']:%Y-%m-%d}", "number": facts["number"]}
    return _("Day %(number)s is %(day)s.") % words


def _day(facts: _Facts) -> dict[str, str]:
    return {"day": f"{facts['day']:%Y-%m-%d}"}


_SAY: dict[Reason, Callable[[_Facts], str]] = {
    Reason.PROMISED: _promised,
    Reason.IN_WINDOW: lambda facts: (
        _("Reported in working hours.") if facts["window"] is Window.WORKING else _("Reported outside working hours.")
    ),
    Reason.REOPENED: lambda facts: (
        _("Cycle %(cycle)s: promised anew; earlier results stay.") % {"cycle": facts["cycle"]}
    ),
    Reason.WAITS_FOR_CALL: lambda facts: (
        _("Runs once a visit is called for, and then counts from %(at)s.") % facts.at("counts_from")
    ),
    Reason.COUNTED_FROM: lambda facts: _("Counted from %(at)s.") % facts.at(),
    Reason.CALLED_LATER: lambda facts: _("The visit was called for at %(at)s; that moves no time.") % facts.at(),
    Reason.RUNS_DAY_AND_NIGHT: lambda facts: (
        _("Runs day and night: a house default, the contract does not say.")
        if facts["is_default"]
        else _("Runs day and night, on all days.")
    ),
    Reason.RUNS_IN_HOURS: lambda facts: _("Runs in working hours only."),
    Reason.FIRST_DAY_NOT_COUNTED: lambda facts: _("The first day, %(day)s, does not count.") % _day(facts),
    Reason.DAYS_OFF: lambda facts: _("Days off: %(days)s.") % facts.days(),
    Reason.MADE_UP: lambda facts: _("Worked weekend days: %(days)s.") % facts.days(),
    Reason.PAUSED: _paused,
    Reason.LAST_DAY: _last_day,
    Reason.MOVED_TO_WORKING_DAY: lambda facts: _("That is no working day; the next one is %(day)s.") % _day(facts),
    Reason.ENDS_WITH_HOURS: lambda facts: _("The last day ends with the working hours that the contract names."),
    Reason.ENDS_AT_MIDNIGHT: lambda facts: _("The last day ends at 24:00."),
    Reason.AGREED: lambda facts: _("Agreed upon: %(at)s.") % facts.at("time"),
    Reason.AGREED_TOO_LATE: lambda facts: (
        _("Agreed upon: %(at)s; the contract allows no later time than this.") % facts.at("time")
    ),
    Reason.AT_THE_LATEST: lambda facts: _("No time is agreed upon yet, so the latest one holds."),
    Reason.PAUSED_NOW: lambda facts: _("Paused now: it cannot become due before it goes on."),
    Reason.PROVISIONAL: lambda facts: (
        _("The days off of %(years)s are not published yet; this time may move.")
        % {"years": _(", ").join(map(str, facts["years"]))}
    ),
    Reason.DUE: lambda facts: _("Due %(at)s.") % facts.at(),
}
assert set(_SAY) == set(Reason)
