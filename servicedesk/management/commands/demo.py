from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command
from django.db import connections
from django.utils import timezone, translation

from servicedesk.demo import PASSWORD, current_code, is_begun, is_whole, make_demo_at_once, people, second_step

KEPT = ("django_migrations", "django_content_type", "auth_permission", "clocks_landyear")  # what migrations bring


class Command(BaseCommand):
    help = "Migrate, make the demo's data unless they are there, and say who may sign in."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--reset", action="store_true", help="throw all rows away first")
        parser.add_argument("--codes", action="store_true", help="print the second step's codes of this moment")

    def handle(self, *, reset: bool, codes: bool, **options: Any) -> None:
        if settings.IN_PRODUCTION:
            raise CommandError("Demo data have passwords that everybody knows. They are never made in production.")
        if codes:
            return self.print_codes()
        call_command("migrate", database="owner", verbosity=0, skip_checks=True)
        if reset or (is_begun() and not is_whole()):
            empty()
        if not is_begun():
            make_demo_at_once(at=timezone.now())
        self.print_sign_ins()

    def print_sign_ins(self) -> None:
        with translation.override("en"):
            for person in people():
                step = f"  second step: {second_step(person)}" if person.role.needs_second_factor else ""
                self.stdout.write(f"  {person.username:<12} {person.role.label:<26} {person.name} {person.where}{step}")
        self.stdout.write("\n  A machine's token: sign in as lead and make one at /tokens/; its secret is shown once.")
        self.stdout.write("  A sticker to scan: sign in as it, /stickers/, print one anew.")
        self.stdout.write(f"\n  Password for all: {PASSWORD}   Codes for the second step: make demo-codes\n")

    def print_codes(self) -> None:
        for person in people():
            if person.role.needs_second_factor:
                self.stdout.write(f"  {person.username:<12} {current_code(person)}")


def empty() -> None:
    """TRUNCATE is the owner's alone."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'")
        tables = [name for (name,) in cursor.fetchall() if name not in KEPT]
        cursor.execute(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE")
