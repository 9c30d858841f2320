"""Drafts, stale answers, mentions, ready-made answers, and notes that the other side never sees."""

from __future__ import annotations

from datetime import timedelta
from html import unescape

import pytest
from django.core.cache import caches
from django.utils import timezone

from servicedesk.notices.models import InboxItem, Message
from servicedesk.tenancy.enums import Role
from tests.clocks.test_promise_pages import client_of
from tests.matrix.principals import make_principals
from tests.matrix.walk import knock
from tests.world import make_member
from tickets.models import Draft, Entry, Macro, Note
from tickets.services import working
from tickets.services.macros import keep_macro

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
CANARY = "雁过留声7391"


@pytest.fixture
def ticket(desk):
    return desk.accepted(at=timezone.now() - 10 * MINUTE)


def path(ticket, name="") -> str:
    return f"/tickets/{ticket.pk}/{name}"


def shown(response, status=200) -> str:
    assert response.status_code == status, response.status_code
    return unescape(response.content.decode())


def begun(desk) -> int:
    with desk.acting(desk.engineer) as person:
        return Draft.objects.visible_to(person).count()


# ── drafts ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_only_sending_removes_a_draft(desk, ticket):
    """A colleague acts, the page is loaded anew: what was begun is still there, and belongs to its writer alone."""
    mine, theirs = client_of(desk.engineer), client_of(desk.colleague)
    draft = {"kind": "reply", "text": "我已经查到一半了"}
    assert mine.post(path(ticket, "draft/"), draft).json() == {"kept": True}
    theirs.post(path(ticket, "say/"), {"text": "我来接着查"})
    assert "我已经查到一半了" in shown(mine.get(path(ticket)))
    assert "我已经查到一半了" not in shown(theirs.get(path(ticket)))
    version = desk.fresh(ticket).version
    assert begun(desk) == 1
    assert mine.post(path(ticket, "say/"), {"text": "查完了", "seen": version}).status_code == 302
    assert "我已经查到一半了" not in shown(mine.get(path(ticket)))
    assert begun(desk) == 0


def test_an_acts_form_is_kept_with_all_its_fields(desk, ticket):
    mine = client_of(desk.engineer)
    fields = {"kind": "resolve", "words": "重启了归档", "cause": "software", "remedy": "", "is_remote": "on"}
    mine.post(path(ticket, "draft/"), fields)
    page = shown(mine.get(path(ticket, "resolve/")))
    assert "重启了归档" in page
    assert '<option value="software" selected>' in page
    assert "begun" in shown(mine.get(path(ticket)))


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"kind": "reply", "text": "字" * 300_000}, 409),
        ({"kind": "nonsense", "text": "x"}, 400),
        ({}, 400),
        ({"kind": "reply", "text": "a\x00b"}, 200),
        ({"kind": "reply", "text": "  "}, 200),
        ({"kind": "reply", **{f"f{n}": "x" for n in range(50)}}, 409),
    ],
    ids=["a megabyte", "no such kind", "nothing", "NUL", "blank", "fifty fields"],
)
def test_odd_drafts(desk, ticket, fields, status):
    assert client_of(desk.engineer).post(path(ticket, "draft/"), fields).status_code == status


def test_the_other_side_has_no_way_to_a_draft(desk, ticket):
    client_of(desk.engineer).post(path(ticket, "draft/"), {"kind": "note", "text": CANARY})
    with desk.acting(desk.it) as person:
        assert not Draft.objects.exists()
        assert not Draft.objects.visible_to(person).exists()
    with desk.acting(desk.colleague) as person:
        assert not Draft.objects.visible_to(person).exists()


# ── two at once ──────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_stale_answer_is_stopped_once_and_kept(desk, ticket):
    mine, theirs = client_of(desk.engineer), client_of(desk.it)
    seen, since = desk.fresh(ticket).version, timezone.now().isoformat()
    theirs.post(path(ticket, "say/"), {"text": "又有两台打不开"})
    answer = {"text": "正在重启归档服务", "seen": seen, "since": since}
    page = shown(mine.post(path(ticket, "say/"), answer), 409)
    assert "正在重启归档服务" in page
    assert "又有两台打不开" in page
    assert "Send it all the same" in page
    with desk.inside():
        assert not Entry.objects.filter(text="正在重启归档服务").exists()
    again = answer | {"seen": desk.fresh(ticket).version}
    assert f'name="seen" value="{again["seen"]}"' in page
    assert mine.post(path(ticket, "say/"), again).status_code == 302
    assert mine.post(path(ticket, "say/"), again).status_code == 409  # pressed twice: one message
    with desk.inside():
        assert Entry.objects.filter(text="正在重启归档服务").count() == 1


def test_a_stale_act_is_stopped_once_and_kept(desk, ticket):
    mine = client_of(desk.engineer)
    seen, since = desk.fresh(ticket).version, timezone.now().isoformat()
    desk.act(working.say, ticket, by=desk.it, at=timezone.now(), text="又坏了")
    form = {"words": "重启了归档", "cause": "software", "remedy": "restarted", "seen": seen, "since": since}
    page = shown(mine.post(path(ticket, "resolve/"), form), 409)
    assert "重启了归档" in page
    assert "又坏了" in page
    assert "Send it all the same" in page
    assert mine.post(path(ticket, "resolve/"), form | {"seen": desk.fresh(ticket).version}).status_code == 302
    assert desk.fresh(ticket).state == "resolved"


def test_the_second_to_accept_is_told_who_was_first(desk):
    ticket = desk.report(at=timezone.now() - 2 * MINUTE)
    client_of(desk.engineer).post(path(ticket, "accept/"))
    page = shown(client_of(desk.colleague).post(path(ticket, "accept/"), follow=True))
    assert f"{desk.engineer.name} accepted it at" in page


def test_a_form_of_another_membership_is_refused(desk, ticket):
    """Signed in as somebody else in another tab: nothing is sent in the wrong name, and the words stay."""
    form = {"text": "给一院的话", "as": str(desk.it.pk)}
    page = shown(client_of(desk.engineer).post(path(ticket, "say/"), form), 409)
    assert "给一院的话" in page
    assert "signed in as somebody else" in page


def test_who_else_is_here_is_told_to_ones_own_side_only(desk, ticket):
    caches["presence"].clear()
    mine, theirs, hospital = (client_of(one) for one in (desk.engineer, desk.colleague, desk.it))
    assert mine.get(path(ticket, "pulse/?typing=1")).json()["here"] == []
    assert theirs.get(path(ticket, "pulse/")).json()["here"] == [{"name": desk.engineer.name, "typing": True}]
    assert hospital.get(path(ticket, "pulse/")).json()["here"] == []
    caches["presence"].clear()  # wiped at any moment: nothing is lost, and with the next word everybody is back
    assert theirs.get(path(ticket, "pulse/")).json()["here"] == []
    mine.get(path(ticket, "pulse/"))
    assert [one["name"] for one in theirs.get(path(ticket, "pulse/")).json()["here"]] == [desk.engineer.name]


# ── @ ────────────────────────────────────────────────────────────────────────────────────────────────────────────────
def told(desk, member, kind="mentioned") -> int:
    with desk.acting(member):
        return InboxItem.objects.filter(kind=kind, membership=member).count()


def test_a_note_mentions_colleagues_and_nobody_else(desk, ticket):
    client_of(desk.engineer).post(path(ticket, "note/"), {"text": f"@{desk.colleague.name} 看下网关 @{desk.it.name}"})
    assert (told(desk, desk.colleague), told(desk, desk.it)) == (1, 0)
    names = client_of(desk.engineer).get(path(ticket, "names/?inside=1")).json()["names"]
    assert desk.colleague.name in names
    assert desk.it.name not in names


def test_a_message_mentions_whoever_has_to_do_with_it(desk, ticket):
    text = f"@{desk.ward.name} 请重启一下 @{desk.colleague.name} 请跟进"
    client_of(desk.engineer).post(path(ticket, "say/"), {"text": text})
    assert (told(desk, desk.ward), told(desk, desk.colleague), told(desk, desk.engineer)) == (1, 1, 0)


def test_a_name_within_a_longer_one_is_not_meant():
    from tickets.services.mentions import mentioned

    assert mentioned("@王小明 请看", {"王小": {1}, "王小明": {2}}) == {2}


# ── ready-made answers ───────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def macro(desk):
    with desk.acting(desk.engineer) as by:
        facts = {"leads_to": "resolve", "cause": "software", "remedy": "restarted"}
        made = Macro(name="重启归档", words="{reporter}您好，{number} 已重启。{me}{x}", **facts)
        return keep_macro(made, by=by, at=timezone.now())


def test_a_ready_made_answer_fills_its_form(desk, ticket, macro):
    mine = client_of(desk.engineer)
    assert "重启归档" in shown(mine.get(path(ticket, "answers/")))
    page = shown(mine.get(path(ticket, f"resolve/?macro={macro.pk}")))
    assert f"{desk.ward.name}您好，{ticket.number} 已重启。{desk.engineer.name}{{x}}" in page
    assert '<option value="software" selected>' in page
    assert '<option value="restarted" selected>' in page
    theirs = client_of(desk.it)
    assert "重启归档" not in shown(theirs.get("/macros/"))
    assert theirs.get(f"/macros/{macro.pk}/").status_code == 404


def test_what_was_begun_goes_before_a_ready_made_answer(desk, ticket, macro):
    mine = client_of(desk.engineer)
    mine.post(path(ticket, "draft/"), {"kind": "resolve", "words": "自己写的", "cause": "data"})
    page = shown(mine.get(path(ticket, f"resolve/?macro={macro.pk}")))
    assert "自己写的" in page
    assert '<option value="data" selected>' in page


def test_keeping_ready_made_answers(desk, macro):
    mine = client_of(desk.engineer)
    form = {"name": "请稍候", "leads_to": "ask_back", "words": "已收到", "cause": "data", "waits_hours": "4"}
    assert mine.post("/macros/new/", form).status_code == 302
    with desk.acting(desk.engineer):
        kept = Macro.objects.get(name="请稍候")
    assert (kept.waits_hours, kept.cause, kept.vendor_id) == (4, "", desk.world.v1.id)
    assert "of this name already" in shown(mine.post("/macros/new/", form))
    assert mine.post(f"/macros/{kept.pk}/", form | {"words": "已收到，请稍候"}).status_code == 302
    with desk.acting(desk.engineer):
        assert kept.history.count() == 2
    assert mine.post(f"/macros/{kept.pk}/remove/").status_code == 302
    with desk.acting(desk.engineer):
        assert not Macro.objects.filter(pk=kept.pk).exists()


@pytest.mark.parametrize("broken", ["x", "0", "../..", "00000000-0000-0000-0000-000000000000"])
def test_a_broken_answer_in_the_address_is_none(desk, ticket, broken):
    shown(client_of(desk.engineer).get(path(ticket, f"?macro={broken}")))


# ── notes are one side's ─────────────────────────────────────────────────────────────────────────────────────────────
READS = ("", "?show=notes", "?show=acts", "history/", "pulse/", "names/", "names/?inside=1", "answers/", "say/",
         "resolve/", "ask-back/", "pause/", "change-severity/", "call-visit/", "withdraw/", "refuse/")  # fmt: skip
ELSEWHERE = ("/", "/inbox/", "/trail/", "/escalations/", "/notices/deliveries/", "/macros/", "/contracts/")


@pytest.mark.slow
@pytest.mark.parametrize("writer", ["engineer", "it"])
def test_no_page_of_the_other_side_holds_a_word_of_a_note(desk, world, ticket, writer):
    """Every role of the other side, every page that knows the ticket, with a mention and a draft besides."""
    author = getattr(desk, writer)
    client = client_of(author)
    assert client.post(path(ticket, "note/"), {"text": f"{CANARY} @{desk.colleague.name}"}).status_code == 302
    client.post(path(ticket, "draft/"), {"kind": "note", "text": CANARY})
    assert CANARY in shown(client.get(path(ticket)))
    met = 0
    for principal in make_principals(world):
        if principal.role and Role(principal.role).side == Role(author.role).side:
            continue
        for url in [*(path(ticket, name) for name in READS), *ELSEWHERE]:
            response = knock(principal, "GET", url)
            met += response.status_code == 200 and ticket.number in response.content.decode(errors="replace")
            assert CANARY not in response.content.decode(errors="replace"), (url, principal)
    assert met > 5, "the ticket was met nowhere: the walk proves nothing"


@pytest.mark.parametrize("writer", ["engineer", "it"])
def test_neither_rows_nor_notices_of_the_other_side_hold_it(desk, ticket, writer):
    author, other = (desk.engineer, desk.it) if writer == "engineer" else (desk.it, desk.engineer)
    before = desk.fresh(ticket).version
    client_of(author).post(path(ticket, "note/"), {"text": f"{CANARY} @{desk.colleague.name} @{desk.it.name}"})
    assert desk.fresh(ticket).version == before
    with desk.acting(other) as person:
        assert not Note.objects.exists()
        assert not Note.objects.visible_to(person).exists()
        assert not InboxItem.objects.filter(kind="mentioned").exists()
        assert not Message.objects.filter(kind="mentioned").exists()


def test_a_ward_reporter_reads_no_notes_of_their_own_hospital(desk, ticket):
    client_of(desk.it).post(path(ticket, "note/"), {"text": CANARY})
    ward = client_of(desk.ward)
    for name in ("", "?show=notes", "names/"):
        assert CANARY not in shown(ward.get(path(ticket, name)))
    assert ward.get(path(ticket, "history/")).status_code == 403
    assert ward.post(path(ticket, "note/"), {"text": "x"}).status_code == 403


def test_what_is_odd_is_refused_beside_its_field(desk, ticket):
    mine = client_of(desk.engineer)
    for text, sentence in (("", "nothing written"), ("a\x07b", "cannot be shown"), ("字" * 20_001, "20000")):
        page = shown(mine.post(path(ticket, "say/"), {"text": text}), 400)
        assert sentence in page
    for text in ("<script>alert(1)</script>", "👩‍⚕️ مرحبا \u202e abc", "x" * 20_000):
        assert mine.post(path(ticket, "say/"), {"text": text}).status_code == 302
    assert "<script>alert(1)" not in mine.get(path(ticket)).content.decode()


def test_a_stranger_finds_no_ticket(desk, world, ticket):
    for member in (make_member(Role.VENDOR_ENGINEER, world.v2), make_member(Role.IT_ENGINEER, world.h2)):
        for name in ("", "pulse/", "history/", "resolve/", "call-visit/"):
            assert client_of(member).get(path(ticket, name)).status_code in (403, 404)
        assert client_of(member).post(path(ticket, "draft/"), {"kind": "reply", "text": "x"}).status_code == 404
