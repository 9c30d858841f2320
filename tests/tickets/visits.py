"""Visiting what hangs together with a ticket, as its people do."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from servicedesk.tenancy.enums import Role
from tests.world import give_second_factor


def signed_in(member) -> Client:
    client = Client()
    if member.role in {Role.IT_LEAD, Role.PROJECT_MANAGER, Role.VENDOR_MANAGER}:
        give_second_factor(member.user)
    client.force_login(member.user)
    return client


def go(client, name, row, **post):
    return client.post(reverse(name, args=[row.pk]), post)
