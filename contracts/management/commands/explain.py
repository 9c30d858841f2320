from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from contracts.blueprint import Blueprint, Wrong, blueprint
from contracts.trying import (
    Offer,
    Report,
    answer,
    category_in,
    channel_from,
    clocks_of,
    moment_from,
    severity_in,
)
from servicedesk.clocks.words import METRICS, in_words
from servicedesk.sla.calendar import Impossible
from servicedesk.sla.promise import Channel


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
            offer = offer_of(blueprint(options["blueprint"]))
            said = answer(offer, clocks_of(offer.matrix, report_from(offer, options)))
        except Wrong as reason:
            raise CommandError(str(reason)) from reason
        except Impossible as reason:
            raise CommandError(in_words(reason)) from reason
        self.stdout.write(json.dumps(said, ensure_ascii=False, indent=2) if options["json"] else as_text(said))


def offer_of(source: Blueprint) -> Offer:
    names = {code: category.name for code, category in source.categories.items()}
    return Offer(source.code, source.name, names, tuple(source.levels), source.matrix)


def report_from(offer: Offer, options: dict[str, Any]) -> Report:
    return Report(
        category=category_in(offer, options["category"]),
        severity=severity_in(offer, options["severity"]),
        at=moment_from(options["at"]),
        channel=channel_from(options["reported_by"] or ""),
        emergency=options["emergency"],
    )


def as_text(answer: dict[str, Any]) -> str:
    lines = [answer["name"]]
    for clock in answer["clocks"]:
        lines += [
            "",
            f"{METRICS[clock['metric']]}: {clock['due_at'] or '—'}",
            *(f"  {line}" for line in clock["because"]),
        ]
    return "\n".join(lines if answer["clocks"] else [*lines, _("No times are agreed upon.")])
