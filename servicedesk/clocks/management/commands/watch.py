from __future__ import annotations

import signal
from typing import Any

from django.core.management.base import BaseCommand

from servicedesk.clocks.watch.loop import Watch


class Command(BaseCommand):
    help = "Tells every deadline the second it is due. Any number of copies may run; any may be killed."

    def handle(self, *args: Any, **options: Any) -> None:
        watch = Watch()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, watch.stop)
        watch.run()
