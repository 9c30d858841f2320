"""Visiting the room of notices with a browser, and what it left on record."""

from allauth.mfa.models import Authenticator
from django.test import Client

from servicedesk.audit.models import Record
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.wall import opened
from tests.notices.conftest import context_of


def signed_in(membership) -> Client:
    if Role(membership.role).needs_second_factor:
        Authenticator.objects.create(user=membership.user, type=Authenticator.Type.TOTP, data={"secret": "x"})
    membership.user.language = "en"
    membership.user.save()
    client = Client()
    client.force_login(membership.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def acts(organisation) -> list[str]:
    with opened(context_of(organisation)):
        found = Record.objects.filter(act__startswith="notices.").order_by("id")
        return list(found.values_list("act", flat=True))
