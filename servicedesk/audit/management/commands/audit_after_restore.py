"""For a database that was put back by other means than our `restore`, which does this itself. Before workers start."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from servicedesk.audit.anchors import Contradiction
from servicedesk.audit.services.restoring import settle_all_anchors


class Command(BaseCommand):
    help = "After a restore: cut the anchors of the audit trail to the restored database, keeping a copy beside them."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            lost = settle_all_anchors(at=timezone.now())
        except Contradiction as error:
            raise CommandError(_("Not a restored backup: %(reason)s.") % {"reason": error}) from error
        for name, blocks in lost.items():
            self.stdout.write(
                _("%(chain)s: blocks lost with the restore: %(blocks)s.") % {"chain": name, "blocks": blocks}
            )
