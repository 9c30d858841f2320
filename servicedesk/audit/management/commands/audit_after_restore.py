"""Run once after a backup was put back, before the workers start: the anchors then end where the database ends."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from servicedesk.audit.anchors import Contradiction
from servicedesk.audit.chain import Chain
from servicedesk.audit.services.restoring import settle_anchors
from servicedesk.audit.verifying import chain_names


class Command(BaseCommand):
    help = "After a restore: cut the anchors of the audit trail to the restored database, keeping a copy beside them."

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        try:
            lost = {name: settle_anchors(Chain.named(name), at=now) for name in chain_names()}
        except Contradiction as error:
            raise CommandError(_("Not a restored backup: %(reason)s.") % {"reason": error}) from error
        for name, blocks in lost.items():
            if blocks:
                self.stdout.write(
                    _("%(chain)s: blocks lost with the restore: %(blocks)s.") % {"chain": name, "blocks": blocks}
                )
