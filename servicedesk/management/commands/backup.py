from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from servicedesk.backup import Unfit, make_backup


class Command(BaseCommand):
    help = "Write the database, the files and the anchors of the trail into a new folder, with the hash of each."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("target", type=Path)

    def handle(self, *, target: Path, **options: Any) -> None:
        try:
            made = make_backup(target, at=timezone.now())
        except Unfit as reason:
            raise CommandError(str(reason)) from reason
        self.stdout.write(f"{target}: {made.size} bytes, {made.tables_behind_the_wall} tables behind the wall.")
