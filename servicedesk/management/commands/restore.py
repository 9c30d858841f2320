from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError

from servicedesk.backup import Unfit, restore, summary_of, verify


class Command(BaseCommand):
    help = "Check a backup; with --yes, replace everything that is here by it."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("source", type=Path)
        parser.add_argument("--yes", action="store_true", help="throw away what is here and take the backup's")

    def handle(self, *, source: Path, yes: bool, **options: Any) -> None:
        try:
            found = restore(source) if yes else summary_of(verify(source))
        except Unfit as reason:
            raise CommandError(str(reason)) from reason
        done = "restored" if yes else "whole; say --yes to replace everything that is here by it"
        self.stdout.write(f"{source}: the backup of {found.at} is {done}.")
