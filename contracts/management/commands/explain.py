from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from contracts.blueprint import Blueprint, Wrong, blueprint
from contracts.trying import Report, clocks_of, described
from servicedesk.clocks.words import METRICS, in_words
from servicedesk.sla.calendar import Impossible
from servicedesk.sla.promise import Channel, Severity


class Command(BaseCommand):
    help = "What a report would promise under a blueprint: every clock, and why it is due when. Needs no server."
    requires_system_checks = []  # no database is asked

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--blueprint", required=True)
        parser.add_argument("--category", required=True)
        parser.add_argument("--severity", default="", help="1, A, B or C, where the contract has levels")
        parser.add_argument("--at", required=True, help="when it is reported, like 2026-10-01T09:00+08:00")
        parser.add_argument("--reported-by", choices=[channel.value for channel in Channel])
        parser.add_argument("--emergency", action="store_true", help="marked an emergency (系统紧急事件)")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            contract = blueprint(options["blueprint"])
            zone = contract.matrix.calendar.zone
            report = report_from(contract, options)
            clocks = [described(clock, zone) for clock in clocks_of(contract.matrix, report)]
        except Wrong as reason:
            raise CommandError(str(reason)) from reason
        except Impossible as reason:
            raise CommandError(in_words(reason)) from reason
        answer = {"contract": contract.code, "name": contract.name, "clocks": clocks}
        self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2) if options["json"] else as_text(answer))


def report_from(contract: Blueprint, options: dict[str, Any]) -> Report:
    if options["category"] not in contract.categories:
        known = ", ".join(contract.categories)
        words = {"category": options["category"], "contract": contract.name, "known": known}
        raise Impossible("%(contract)s has no category '%(category)s'. It has: %(known)s.", **words)
    return Report(
        category=options["category"],
        severity=severity_from(contract, options["severity"]),
        at=moment_from(options["at"]),
        channel=Channel(options["reported_by"]) if options["reported_by"] else None,
        emergency=options["emergency"],
    )


def severity_from(contract: Blueprint, text: str) -> Severity:
    known = [severity for severity in Severity if severity in (contract.levels or Severity)]
    if text not in known:
        severities = ", ".join(filter(None, known))
        raise Impossible("A severity is needed, one of %(severities)s.", severities=severities)
    return Severity(text) if contract.levels else Severity.NONE  # without levels any report is taken alike


def moment_from(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Impossible("'%(text)s' is no moment. Write it like 2026-10-01T09:00+08:00.", text=text) from None
    if moment.tzinfo is None:
        raise Impossible("'%(text)s' says no time zone. Write it like 2026-10-01T09:00+08:00.", text=text)
    return moment


def as_text(answer: dict[str, Any]) -> str:
    lines = [answer["name"]]
    for clock in answer["clocks"]:
        lines += [
            "",
            f"{METRICS[clock['metric']]}: {clock['due_at'] or '—'}",
            *(f"  {line}" for line in clock["because"]),
        ]
    return "\n".join(lines if answer["clocks"] else [*lines, _("No times are agreed upon.")])
