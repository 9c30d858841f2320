"""Servers of the drill's own, a desk with one receiver, and deadlines whose every rung is reckoned beforehand."""

from __future__ import annotations

import os
import socket
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.clocks.desks import Place

PROJECT = Path(__file__).resolve().parents[2]
VAR = PROJECT / "var" / "drill"
BEFORE = timedelta(seconds=3)  # the first rung, when 95 % of a minute are gone
# When a telling was there for others to see: written as its transaction commits.
WITNESS = """
CREATE TABLE drill_committed (step uuid PRIMARY KEY, at timestamptz NOT NULL);
GRANT ALL ON drill_committed TO servicedesk_app, servicedesk_watch;
CREATE FUNCTION drill_witness() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN INSERT INTO drill_committed VALUES (NEW.step_id, clock_timestamp()) ON CONFLICT DO NOTHING; RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER drill_witness AFTER INSERT ON clocks_escalation DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION drill_witness();
"""


@dataclass
class Ground:
    place: Place
    servers: list[Any]
    port: int

    @property
    def postgres(self) -> Any:
        return next(server for server in self.servers if type(server).__name__ == "Postgres")

    @property
    def valkey(self) -> Any:
        return next(server for server in self.servers if type(server).__name__ == "Valkey")


@contextmanager
def prepared() -> Any:
    """Django is loaded only when the servers have addresses."""
    from servicedesk.embedded import passwords, remove, servers

    for given in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(given, None)  # servers are crashed here: only our own
    remove(VAR)
    with ExitStack() as stack:
        environment, running = stack.enter_context(servers(VAR))
        port = free_port()
        os.environ |= environment | {
            "STAGE": "demo",
            "SECRET_KEY": passwords(VAR)["secret_key"],
            "DATA_DIR": str(VAR / "data"),
            "LOCAL_TARGETS": f"127.0.0.1:{port}",
            "LOG_LEVEL": "ERROR",
            "DJANGO_SETTINGS_MODULE": "servicedesk.settings",
        }
        import django

        django.setup()
        yield Ground(_desk(port), running, port)


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def _desk(port: int) -> Place:
    from django.core.management import call_command
    from django.db import connections, transaction

    from servicedesk.notices.enums import Channel
    from servicedesk.notices.models import Receiver, Target
    from servicedesk.notices.sealing import seal
    from servicedesk.tenancy import wall
    from servicedesk.tenancy.wall import Context
    from tests.clocks.desks import make_place
    from tests.world import make_world

    call_command("migrate", database="owner", verbosity=0)
    with connections["owner"].cursor() as cursor:
        cursor.execute(WITNESS)
    with transaction.atomic():
        place = make_place(make_world())
        with wall.opened(Context.of_vendor(place.vendor.id)):
            Target.objects.create(vendor=place.vendor, host="127.0.0.1", port=port)
            Receiver.objects.create(
                vendor=place.vendor, name="drill", channel=Channel.WEBHOOK, shown="-",
                sealed=seal(f"http://127.0.0.1:{port}/", "secret"),
            )  # fmt: skip
    return place


Expected = dict[tuple[str, int], datetime]  # (clock, rung) → when


def plant(place: Place, due: list[datetime]) -> Expected:
    """Clocks of one minute that fall due at these moments, through the services; what must be told is worked out here,
    from the moments alone."""
    from django.db import transaction

    from servicedesk.clocks.models import Clock
    from servicedesk.clocks.services.clocks import start_clocks
    from servicedesk.sla.ladder import Anchor, Ladder, Recipient
    from servicedesk.sla.promise import Metric, Promise, Unit
    from servicedesk.tenancy.models import Matter
    from tests.clocks.desks import rung

    ladder = Ladder((rung(Anchor.SHARE, Recipient.ON_DUTY, percent=95), rung(Anchor.DUE, Recipient.PROJECT_MANAGER)))
    terms = place.terms(Promise(Metric.RESPOND, 1, Unit.ELAPSED_MINUTES, ladder=ladder))
    expected: Expected = {}
    parties = {"hospital_id": place.hospital.id, "vendor_id": place.vendor.id, "kind": "drill", "url": "/"}
    with transaction.atomic(), place.inside():
        matters = Matter.objects.bulk_create(Matter(label=f"M{n}", **parties) for n in range(len(due)))
        for matter, moment in zip(matters, due, strict=True):
            start_clocks(matter, terms=terms, by=None, at=moment - timedelta(minutes=1))
        found = dict(Clock.objects.filter(matter__in=[m.pk for m in matters]).values_list("matter_id", "pk"))
    for matter, moment in zip(matters, due, strict=True):
        expected[str(found[matter.pk]), 0] = moment - BEFORE
        expected[str(found[matter.pk]), 1] = moment
    return expected


def now() -> datetime:
    """PostgreSQL's."""
    from django.db import connections

    with connections["watch"].cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
        return moment
