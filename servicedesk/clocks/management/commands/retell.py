from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from servicedesk.clocks.watch.setting_aside import bring_back


class Command(BaseCommand):
    help = "Once the fault is mended: lets the watch tell what it had set aside."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{bring_back()} escalations will be told at the next look.")
