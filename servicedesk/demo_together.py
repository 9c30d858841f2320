"""What hangs together in the demo: plans for emergencies, stickers, a machine's token; today's outage with its
children, a fault of two vendors, and who comes in from afar."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from contracts.models import System
from contracts.services.keeping import keep_parts
from servicedesk.accounts.services.tokens import make_token
from servicedesk.demo_story import MINUTE, Desk
from servicedesk.sla.promise import Channel, Severity
from servicedesk.tenancy.enums import Side
from servicedesk.tenancy.models import Place
from servicedesk.tenancy.scopes import Scope
from tickets.models import RemoteAuthorisation, Ticket
from tickets.plans import Step
from tickets.services import remote
from tickets.services.emergencies import revise_plan
from tickets.services.outages import announce_outage, put_under
from tickets.services.remote import Wish
from tickets.services.reporting import Report, report_fault
from tickets.services.scanning import Tapped, hit_of, report_by_sticker, say_me_too
from tickets.services.siblings import open_sibling, say_turn
from tickets.services.signing import make_link
from tickets.services.stickers import About, make_stickers, revoke_sticker
from tickets.services.working import accept, say
from tickets.symptoms import Symptom

Words = Mapping[str, Any]
Plot = tuple[datetime, Callable[[], None]]
DAY = timedelta(days=1)


def _act(desk: Desk, service: Callable[..., Any], subject: Any, *, by: str, at: datetime, **more: Any) -> Any:
    return desk.stage.act(service, subject, by=by, at=at, **more)


# ── what was there before anything happened ──────────────────────────────────────────────────────────────────────────
def write_plans(desks: Mapping[str, Desk], words: Words, *, at: datetime) -> None:
    """Two versions of the hospital's plan: the second is what the disaster taught."""
    plans = {code: versions for code, versions in words["plans"].items() if code in desks}
    for code, versions in plans.items():
        for was, plan in enumerate(versions):
            steps = [Step(text, Side(side), minutes) for side, minutes, text in plan["steps"]]
            facts = {"title": plan["title"], "steps": steps, "why": plan.get("why", ""), "was": was}
            then = at - DAY * plan["days_ago"]
            _act(desks[code], revise_plan, desks[code].contract, by=desks[code].lead, at=then, **facts)


def furnish(desk: Desk, words: Words, *, at: datetime) -> None:
    """Stickers on the devices of one department, one of them torn off; a machine's token whose secret nobody kept; the
    register of interfaces."""
    desk.stage.enter(desk.it)
    place = Place.objects.filter(department=desk.departments["放射科"]).first()
    about = About(desk.contract, desk.systems[0], desk.departments["放射科"], place, phone="8105")
    made = _act(desk, make_stickers, about, by=desk.it, at=at - DAY * 90, labels=words["stickers"])
    _act(desk, revoke_sticker, made[-1].sticker, by=desk.it, at=at - DAY * 12)
    scopes = [Scope.READ_TICKETS, Scope.REPORT, Scope.READ_CONTRACTS]
    until = at + DAY * 200
    _act(desk, make_token, words["token"], by=desk.lead, at=at - DAY * 60, scopes=scopes, until_at=until)
    desk.stickers = [each.sticker for each in made]
    facts = [{"name": name, "interface_to": other} for name, other in words["interfaces"].items()]
    register = [System(part_of=desk.systems[0], **each) for each in facts]
    _act(desk, keep_parts, desk.contract, by="manager", at=at - DAY * 200, model=System, kept=register)


# ── today ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def plots_together(desks: Mapping[str, Desk], words: Words, at: datetime) -> Iterator[Plot]:
    """When something of it begins, and what: in time with everything else that is reported."""
    yield from _remote(desks, words["remote"], at)
    yield from _shared_fault(desks, words["shared"], at)
    yield from _outage(desks["pacs"], words["outage"], at)
    yield at - MINUTE * 40, lambda: _to_sign(desks["pacs"], at - MINUTE * 40)
    yield at - MINUTE * 9, lambda: _scanned(desks["pacs"], words["scan"], at - MINUTE * 9)


def _reported(desk: Desk, case: Words, at: datetime, *, by: str = "") -> Ticket:
    department = desk.departments[case["by"]]
    report = Report(
        contract=desk.contract,
        category="fault",
        title=case["title"],
        words=case["says"],
        channel=Channel.WEB,
        severity=Severity(case.get("level", "")),
        system=desk.systems[0],
        department=department,
        reporter_name=case["caller"],
        reporter_phone=department.phone,
    )
    return _act(desk, report_fault, report, by=by or desk.it, at=at)


def _outage(desk: Desk, words: Words, at: datetime) -> Iterator[Plot]:
    """One outage, said once to the wards; what else is reported stands under it."""
    parents: list[Ticket] = []

    def begun() -> None:
        parents.append(_reported(desk, words["parent"], at - MINUTE * 58))
        _act(desk, accept, parents[0], by="manager", at=at - MINUTE * 52)

    def reported_too(case: Words, then: datetime) -> None:
        child = _reported(desk, case, then)
        _act(desk, put_under, child, by="manager", at=then + MINUTE * 2, parent=parents[0])

    yield at - MINUTE * 58, begun
    for number, case in enumerate(words["children"]):
        then = at - MINUTE * (48 - 6 * number)
        yield then, partial(reported_too, case, then)
    yield at - MINUTE * 32, lambda: _announced(desk, words, parents[0], at)


def _announced(desk: Desk, words: Words, parent: Ticket, at: datetime) -> None:
    facts = {"title": words["title"], "words": words["words"], "expected_at": at + MINUTE * 75}
    _act(desk, announce_outage, parent, by=desk.it, at=at - MINUTE * 30, **facts)
    person = desk.stage.enter("ward")
    say_me_too(parent, hit_of(person), by=person, at=at - MINUTE * 21)
    _act(desk, say, parent, by="manager", at=at - MINUTE * 12, text=words["said"])


def _shared_fault(desks: Mapping[str, Desk], words: Words, at: datetime) -> Iterator[Plot]:
    """ALL-17: two vendors, one fault, and the hospital says whose turn it is."""
    first, second = desks["icu"], desks["pacs"]
    tickets: list[Ticket] = []

    def begun() -> None:
        tickets.append(_reported(first, words["first"], at - MINUTE * 150))
        _act(first, accept, tickets[0], by="engineer2", at=at - MINUTE * 141)
        _act(first, say, tickets[0], by="engineer2", at=at - MINUTE * 118, text=words["said"])

    def joined() -> None:
        facts = {**words["second"], "contract": second.contract, "category": "fault", "severity": Severity.B}
        facts["system"] = second.systems[0]
        sibling = _act(first, open_sibling, tickets[0], by=first.it, at=at - MINUTE * 105, **facts)
        _act(second, accept, sibling, by="engineer", at=at - MINUTE * 96)
        turn = {"number": sibling.number, "words": words["turn"]}
        _act(first, say_turn, tickets[0], by=first.it, at=at - MINUTE * 88, **turn)

    yield at - MINUTE * 150, begun
    yield at - MINUTE * 105, joined


def _remote(desks: Mapping[str, Desk], rows: list[Words], at: datetime) -> Iterator[Plot]:
    """Asked for now, under way, ended, run out with somebody inside, refused."""
    for one in rows:
        begun = at - MINUTE * one["ago"]
        yield begun, partial(_came_from_afar, desks[one["code"]], one, begun)


def _came_from_afar(desk: Desk, one: Words, at: datetime) -> None:
    wish = Wish(desk.contract, one["what"], one["why"], one["minutes"], system=desk.systems[0])
    row = _act(desk, remote.ask_remote, wish, by=one["by"], at=at)
    if one["end"] == "refused":
        _act(desk, remote.refuse_remote, row, by=desk.it, at=at + MINUTE * 6, said=one["said"])
    elif one["end"] != "asked":
        _used(desk, row, one, at + MINUTE * 5)


def _used(desk: Desk, row: RemoteAuthorisation, one: Words, at: datetime) -> None:
    row = _act(desk, remote.grant_remote, row, by=desk.it, at=at, minutes=one["minutes"])
    row = _act(desk, remote.start_remote, row, by=one["by"], at=at + MINUTE * 4)
    if one["end"] == "ended":
        _act(desk, remote.end_remote, row, by=one["by"], at=at + MINUTE * one["took"], work=one["work"])
    if one["end"] == "ran_out":
        remote.tell_ran_out(row.pk, at=at + MINUTE * (one["minutes"] + 1))


def _scanned(desk: Desk, words: Words, at: datetime) -> None:
    """What a phone before the device sends; nobody is signed in there."""
    desk.stage.enter(desk.it)
    submission = UUID(int=int(date(2026, 1, 1).strftime("%Y%m%d")))
    tapped = Tapped(Symptom.NO_IMAGES, submission, words=words["says"], name=words["caller"])
    report_by_sticker(desk.stickers[1], tapped, at=at)


def _to_sign(desk: Desk, at: datetime) -> None:
    """The oldest solution that waits: its reporter has the link on their phone."""
    person = desk.stage.enter("engineer")
    waiting = Ticket.objects.filter(contract=desk.contract, state="resolved").order_by("reported_at").first()
    assert waiting, "one of the open tickets waits for its signature"
    make_link(waiting, by=person, at=at)
