"""What a page lets a person do with a ticket, a program may do as well, or it is said here why not. SMART-11."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import URLPattern

from tickets import api_urls as elsewhere_urls
from tickets import closing_urls, linked_urls, queue_urls, report_urls, urls
from tickets.api import acts, acts_linked
from tickets.api import urls as api_urls

# By another name there; an act of the ticket's page has its own.
ELSEWHERE = {
    "start_emergency": "start-emergency-service", "refuse": "refuse-solution", "call_visit": "call-for-visit",
    "drop_visit": "drop", "arrived": "arrive", "agree_call": "agree", "dispute_call": "dispute",
    "agree_to_call": "agree", "decide_severity": "decide",
    "decide_objection": "decide", "link_ticket": "link", "unlink_ticket": "remove", "merge_ticket": "merge",
    "split_ticket": "split", "put_under_outage": "put-under", "take_out_of_outage": "leave-outage",
    "say_to_children": "say-to-all", "resolve_children": "resolve-all", "end_outage": "end",
    "shared_fault": "say-turn", "update_incident": "update", "end_incident": "end", "review_incident": "review",
    "finish_measure": "finish", "tick_plan_step": "tick", "add_hospital_task": "add-task", "do_hospital_task": "do",
    "grant_remote": "grant", "refuse_remote": "refuse", "revoke_remote": "revoke", "start_remote": "start",
    "end_remote": "end", "make_signing_link": "signing-link", "say_recurrence": "say-same", "call_about": "log-call",
    "accept_tickets": "accept", "give_tickets": "give", "urge_tickets": "urge",
}  # fmt: skip
ADDRESSES = {  # not an act of a row that is there
    "say": "api_comments", "say_on_tickets": "api_comments", "add_ticket_files": "api_attachments",
    "report": "api_tickets", "new_call": "api_phoned", "ask_remote": "api_remote_accesses",
}  # fmt: skip
PEOPLES = {
    "a finger signs, no program": {"sign", "sign_here", "sign_by_link"},
    "one's own side's, and no program's": {"note", "draft"},
    "a person is hit, takes part, leads": {
        "me_too", "outage_me_too", "join_incident", "lead_incident", "name_in_incident", "take_name_back",
    },
    "a page's own convenience": {
        "add_macro", "macro", "remove_macro", "keep_queue_view", "drop_queue_view", "take_tickets_back",
        "take_urges_back", "export_records", "export_remote",
    },
    "paper and rules of the hospital": {
        "make_stickers", "print_stickers_anew", "revoke_sticker", "number_rule", "revise_plan",
    },
    "whoever stands before the device": {"scan", "scan_check_in", "scan_urge", "scan_me_too"},
}  # fmt: skip


def pages() -> Iterator[str]:
    for module in (urls, queue_urls, report_urls, closing_urls, linked_urls, elsewhere_urls):
        for pattern in module.urlpatterns:
            if "POST" in pattern.callback.rule.methods:
                yield pattern.name.removeprefix("ticket_")


def programs() -> set[str]:
    return {act.name for act in (*acts.ACTS, *acts_linked.ACTS)}


def test_every_page_that_changes_something_has_an_address_for_programs_or_a_reason() -> None:
    addresses = {pattern.name for pattern in api_urls.urlpatterns if isinstance(pattern, URLPattern)}
    assert set(ADDRESSES.values()) <= addresses
    peoples = set().union(*PEOPLES.values())
    left_out = {
        page for page in pages()
        if page not in ADDRESSES and page not in peoples
        and ELSEWHERE.get(page, page.replace("_", "-")) not in programs()
    }  # fmt: skip
    assert left_out == set()


def test_what_is_said_of_pages_is_said_of_pages_that_are_there() -> None:
    assert {*ELSEWHERE, *ADDRESSES, *set().union(*PEOPLES.values())} - set(pages()) == set()
