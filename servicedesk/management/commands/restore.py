from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from servicedesk.audit.anchors import Contradiction
from servicedesk.audit.services.restoring import settle_all_anchors
from servicedesk.backup import Unfit, restore, summary_of, verify
from servicedesk.backup.files import set_aside


def settle_trail() -> dict[str, int]:
    """The anchors here know what was sealed after the backup: how much is lost goes on record in the trail itself."""
    try:
        return settle_all_anchors(at=timezone.now(), set_aside=set_aside("anchors"))
    except Contradiction as reason:
        raise CommandError(
            f"Everything was restored, but the audit trail needs somebody to look: {reason}."
        ) from reason


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
        for chain, blocks in settle_trail().items() if yes else ():
            self.stdout.write(
                f"{chain}: {blocks} blocks of the audit trail were written after this backup and are lost."
            )
        done = "restored" if yes else "whole; say --yes to replace everything that is here by it"
        self.stdout.write(f"{source}: the backup of {found.at} is {done}.")
