"""What PostgreSQL itself says about the tables: asked of pg_class, never of the models."""

from __future__ import annotations

from typing import Any

from django.db import connection

# The closed list of tables outside the wall. A new table is behind the wall or argues for its place here.
GLOBAL = {
    "accounts_user": "signing in happens before anybody's tenant is known; holds a user name, no name or contact data",
    "accounts_pastpassword": "belongs to signing in, like the user row; hashes only",
    "accounts_tries": "guesses before anybody is signed in; keyed hashes only",
    "account_emailaddress": "allauth's; stays empty, mail addresses stand on memberships",
    "account_emailconfirmation": "allauth's; stays empty",
    "audit_pending": "ids of records that wait for their seal; the application's role may not even read it",
    "auth_group": "Django's; stays empty, roles stand on memberships",
    "auth_group_permissions": "Django's; stays empty",
    "auth_permission": "Django's; names of models",
    "clocks_landyear": "the statutory days off of the land, the same for everybody",
    "django_content_type": "Django's; names of models",
    "django_migrations": "Django's; which migrations ran",
    "django_session": "opaque keys, looked up before the membership is known",
    "mfa_authenticator": "the second factor is asked before the membership is entered",
    "servicedesk_heartbeat": "when the background last answered; holds no tenant's data",
    "notices_breaker": "how often a receiver failed lately; the mail server's rest is everybody's",
    "usersessions_usersession": "a person's own sessions, across the organisations they belong to",
}

# SECURITY DEFINER functions pass the wall; each is here with its reason.
DEFINERS = {
    "clocks_on_duty": "who answers at a desk that the caller can see; the roster itself is the vendor's alone",
    "contracts_who_decides": "whom to tell of new promises, by id, for a contract that the caller can see",
    "files_used": "one figure: how full the space of a hospital is that the caller may read, whosever files they are",
    "invitation_by_secret": "a link's own invitation, found by the hash of its secret",
    "notices_addressee_fits": "a trigger: a notice is addressed to somebody of the side it is meant for",
    "notices_people": "who is told, and how, when the other party's act tells them",
    "notices_receivers": "likewise an organisation's own receivers",
    "notices_subscribers": "which programs of the two parties want to know of an act the caller does",
    "organisation_is_led": "one bit: may the platform still invite a first lead",
    "own_memberships": "a signed-in person's own memberships, for switching",
    "person_is_member": "one bit: does ending this membership end the sign-in",
    "platform_role_stands_alone": "a trigger: who administers the platform sits in no organisation",
    "signing_link_by_secret": "a link's own ticket, found by the hash of its secret",
    "tickets_find": "no operator that finds words is leakproof: says the policies itself, and gives out ids alone",
    "audit_await_seal": "trigger: puts each new record among those that wait for their seal",
    "sticker_by_token": "which sticker a scanned token belongs to; it opens reporting and nothing else",
    "wall_enter_by_token": "verifies a machine's token before there is a context, and opens it by wall_enter",
    "wall_enter": "verifies a membership before there is a context, and opens it",
}


def rows(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def every_table() -> list[str]:
    found = rows(
        """SELECT relname FROM pg_class
            WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace ORDER BY 1"""
    )
    return [name for (name,) in found]


def walled_tables() -> list[str]:
    return [table for table in every_table() if table not in GLOBAL]
