"""Which addresses a browser looks at, by their names in the URLconf: the rooms are built, and nothing is opened."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.db import transaction
from django.urls import Resolver404, resolve

from tests.browser import report_pages, ticket_pages
from tests.browser.agreement_pages import agreement_paths
from tests.browser.closing_pages import closing_room
from tests.browser.contract_pages import full_room
from tests.browser.linked_pages import linked_room
from tests.browser.pages import PAGES
from tests.browser.program_pages import program_room
from tests.browser.promise_pages import promises_room
from tests.browser.test_closing import (
    test_signed_with_a_finger_on_the_engineers_phone_then_confirmed,
    test_the_reporter_proves_who_they_are_and_signs,
)
from tests.browser.test_joining import test_every_page_before_the_door
from tests.browser.test_reporting import test_patients_under_way_go_by_telephone
from tests.browser.test_roster import test_a_full_roster
from tests.browser.test_second_step import test_a_lead_sets_up_the_codes_of_a_phone, test_a_lead_signs_in_by_finger
from tests.browser.walks import path_of
from tests.world import World, make_world

Room = Callable[[World], Iterable[str]]
# What is reached only on the way, by the test that goes it and looks there.
BY_HAND: dict[str, Callable[..., None]] = {
    "mfa_authenticate": test_a_lead_sets_up_the_codes_of_a_phone,
    "mfa_view_recovery_codes": test_a_lead_sets_up_the_codes_of_a_phone,
    "mfa_edit_webauthn": test_a_lead_signs_in_by_finger,
    "mfa_remove_webauthn": test_a_lead_signs_in_by_finger,
    "mfa_reauthenticate_webauthn": test_a_lead_signs_in_by_finger,
    "join": test_every_page_before_the_door,
    "no_membership": test_every_page_before_the_door,
    "scan_follow": test_patients_under_way_go_by_telephone,
    "sign": test_the_reporter_proves_who_they_are_and_signs,
    "sign_here": test_signed_with_a_finger_on_the_engineers_phone_then_confirmed,
    "ask_swap": test_a_full_roster,
    "change_team": test_a_full_roster,
    **{f"roster{part}": test_a_full_roster for part in ("", "_day", "_fill", "_clear", "_copy", "_import")},
}


def _reporting(world: World) -> Iterable[str]:
    room = report_pages.report_room(world)
    return report_pages.paths_of(room, report_pages.fill(room)).values()


def _closing(world: World) -> Iterable[str]:
    room = closing_room(world)
    return [f"/sign/{room.secret}/", *room.paths.values()]


ROOMS: tuple[Room, ...] = (
    lambda world: [path_of(walk, world) for walk in PAGES],
    lambda world: [path for path, _ in agreement_paths(world).values()],
    lambda world: [path for path, _ in ticket_pages.paths_of(ticket_pages.ticket_room(world)).values()],
    lambda world: full_room(world)[0].values(),
    lambda world: linked_room(world)[0].values(),
    lambda world: program_room(world)[0].values(),
    lambda world: promises_room(world)[0].values(),
    _closing,
    _reporting,
)


def names() -> set[str]:
    return {name for room in ROOMS for name in _names_in(room)} | set(BY_HAND)


def _names_in(room: Room) -> set[str]:
    """Each room in a world of its own, which is taken back."""
    with transaction.atomic():
        paths = list(room(make_world()))
        transaction.set_rollback(True)
    return {_name_of(path) for path in paths}


def _name_of(path: str) -> str:
    try:
        return resolve(path.partition("?")[0]).view_name
    except Resolver404:  # the page about a page that is missing
        return ""
