"""Verify the audit trail: `manage.py audit_verify [--chain hospital-1] [--anchors /mnt/copy/anchors]`."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from itertools import chain as joined
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from servicedesk.audit.chain import Chain
from servicedesk.audit.findings import Finding
from servicedesk.audit.verifying import (
    WATCH,
    chain_names,
    gone_before_sealing,
    never_sealed,
    verify_chain,
    waiting_since,
)


class Command(BaseCommand):
    help = "Follow every chain of the audit trail beside its anchors; name the first bad row and end with 1."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--chain", help="only this one: hospital-<number>, vendor-<number> or platform")
        parser.add_argument(
            "--anchors", type=Path, help="a copy of the anchors kept elsewhere (default: DATA_DIR/anchors)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if WATCH not in settings.DATABASES:
            raise CommandError(_("Set DATABASE_WATCH_URL: only the watch role reads every chain."))
        findings = list(self._findings(options["chain"], options["anchors"]))
        if oldest := waiting_since(options["chain"]):
            self.stdout.write(_("Records wait for their seal since %(at)s.") % {"at": oldest.isoformat()})
        for finding in findings[1:]:
            self.stderr.write(finding.sentence)
        if findings:
            raise CommandError(findings[0].sentence)

    def _findings(self, name: str | None, place: Path | None) -> Iterator[Finding]:
        for chain in [self._known(name)] if name else chain_names(place):
            walk, bad = verify_chain(chain, place)
            for sentence in walk.note_sentences():
                self.stdout.write(sentence)
            if bad:
                yield bad
            else:
                facts = {"chain": chain, "records": walk.position, "blocks": walk.number}
                self.stdout.write(_("%(chain)s: unbroken; records: %(records)s, blocks: %(blocks)s.") % facts)
        yield from joined(never_sealed(name), gone_before_sealing(name))

    def _known(self, name: str) -> str:
        try:
            return Chain.named(name).name
        except ValueError as error:
            raise CommandError(str(error)) from error
