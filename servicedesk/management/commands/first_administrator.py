from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from servicedesk.accounts.services.beginning import begin
from servicedesk.tenancy.refusals import Refused


class Command(BaseCommand):
    help = "Make the first security administrator of a new installation; everybody else comes by invitation."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("username")
        parser.add_argument("name", help="as people are to read it")

    def handle(self, *, username: str, name: str, **options: Any) -> None:
        password = f"{secrets.token_urlsafe(12)}-Aa1"
        try:
            begin(username=username, name=name, password=password, at=timezone.now())
        except (Refused, ValidationError) as reason:
            raise CommandError(str(getattr(reason, "sentence", reason))) from reason
        self.stdout.write(f"{settings.SITE_URL}  {username}  {password}")
        self.stdout.write("The password is shown this once, and is to be changed at the first sign-in.")
