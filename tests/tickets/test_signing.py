"""The service feedback form: frozen as seen, signed by who had the problem, refused with consequences (PACS-8)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from servicedesk.audit.enums import Act
from servicedesk.audit.models import Record
from servicedesk.audit.record import record as write_down
from servicedesk.notices.models import InboxItem
from servicedesk.sla.promise import Metric
from servicedesk.tenancy import wall
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.refusals import Forbidden, Refused
from servicedesk.tenancy.wall import Context
from servicedesk.ui import strokes
from tests.clocks.examples import AT
from tests.tickets.closing import HOUR, SOLVED, closed, handed, resolved, seen, sign_handed, signature
from tests.tickets.examples_closing import DRAWN
from tests.tickets.people import make_desk
from tests.world import make_member, make_world
from tickets.enums import Ending, Satisfaction, State, Way
from tickets.feedback import columns_of, facts_of, holds, record_holds, sha256_of
from tickets.models import Entry, FeedbackForm, MaintenanceRecord, Objection, SigningLink, Solution, Ticket
from tickets.services import signing, solving, working
from tickets.signers import Signer

pytestmark = pytest.mark.django_db
LATER = AT + 2 * HOUR


# ── what is signed ───────────────────────────────────────────────────────────────────────────────────────────────────
def test_what_was_signed_is_frozen_with_its_evidence(desk):
    """PACS-8: who, when, over which way, from which device, who handed it over, and the hash of what was seen."""
    ticket = resolved(desk)
    before = seen(desk, ticket)
    form = sign_handed(desk, ticket, words="很快，谢谢")
    assert (form.form_sha256, form.way, form.name) == (before, Way.HANDED, "刘敏")
    assert (form.handed_by, form.handed_name, form.address) == (desk.engineer.pk, desk.engineer.name, "10.3.2.1")
    assert (form.person, form.link) == (None, None)
    assert desk.fresh(ticket).state == State.SIGNED
    assert form.facts["solutions"][0]["words"] == "重启归档服务，图像恢复"
    assert [each["metric"] for each in form.facts["clocks"]] == ["on_site", "respond"]
    with desk.inside():
        assert holds(FeedbackForm.objects.get())


def test_a_later_change_of_the_ticket_changes_nothing_of_what_was_signed(desk):
    ticket = resolved(desk)
    form = sign_handed(desk, ticket)
    with desk.inside():
        Ticket.objects.filter(pk=ticket.pk).update(title="另一个标题")
        kept = FeedbackForm.objects.get(pk=form.pk)
        assert kept.facts["title"] == "阅片工作站无法调图"
        assert holds(kept)
        assert sha256_of(facts_of(Ticket.objects.get(pk=ticket.pk))) != kept.form_sha256


def test_the_database_lets_nobody_change_a_signed_form_or_a_record(desk):
    closed(desk)
    for model in (FeedbackForm, MaintenanceRecord):
        with desk.inside(), pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
            model.objects.update(cycle=2) if model is FeedbackForm else model.objects.update(title="x")
        with desk.inside(), pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            model.objects.filter(pk__isnull=False)._raw_delete("default")


def test_nor_takes_it_away_to_put_in_another(desk):
    """SMART-10: neither the web nor the watch may; and who could, a trigger stops."""
    frozen = ("tickets_feedbackform", "tickets_maintenancerecord")
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'is_frozen' AND tgtype & 24 = 24")
        assert {row[0] for row in cursor.fetchall()} == set(frozen)
        for role in ("servicedesk_app", "servicedesk_watch"):
            for table in frozen:
                cursor.execute("SELECT has_table_privilege(%s, %s, 'DELETE')", [role, table])
                assert cursor.fetchone() == (False,)


@pytest.mark.parametrize(
    ("column", "value"),
    [("missed", 3), ("satisfaction", Satisfaction.DISSATISFIED), ("signer_name", "别人"), ("solved_at", AT),
     ("way", Way.LINK), ("facts", {"form": 1}), ("sha256", "0" * 64), ("solution", "换了硬盘")],
)  # fmt: skip
def test_a_record_whose_columns_are_not_its_facts_says_so(desk, column, value):
    """SMART-10: lists and spreadsheets show the columns."""
    ticket = closed(desk)
    with desk.inside():
        record = MaintenanceRecord.objects.get(ticket=ticket)
        assert record_holds(record)
        assert record.way == Way.HANDED
        setattr(record, column, value)
        assert not record_holds(record)


def test_a_record_exchanged_together_with_its_hash_is_not_on_the_trail(desk):
    """Nor is one of which the trail tells twice."""
    ticket = closed(desk)
    with desk.inside():
        record = MaintenanceRecord.objects.get(ticket=ticket)
        record.missed, true = 3, record.sha256
        record.facts = record.facts | {"columns": columns_of(record)}
        record.sha256 = sha256_of(record.facts)
        assert not record_holds(record)
        write_down(Act.RECORD_KEPT, ticket, by=None, at=LATER, words={"sha256": record.sha256})
        assert record.sha256 != true
        assert not record_holds(record)


@pytest.mark.parametrize(
    ("column", "value"), [("facts", {"form": 1}), ("strokes", "M1 1L2 2"), ("name", "别人"), ("address", "")]
)
def test_a_form_that_was_tampered_with_says_so(desk, column, value):
    form = sign_handed(desk, resolved(desk))
    setattr(form, column, value)
    with desk.inside():
        assert not holds(form)


def test_a_form_exchanged_together_with_its_hashes_is_not_on_the_trail(desk):
    """Who could rewrite the row and both its hashes would still have to rewrite the sealed trail."""
    from tickets.feedback import seal_of

    form = sign_handed(desk, resolved(desk))
    form.name = "别人"
    form.sha256 = seal_of(form)
    with desk.inside():
        assert not holds(form)
        assert Record.objects.filter(act="tickets.feedback_signed").count() == 1


def test_a_form_that_changed_since_it_was_opened_is_shown_anew(desk):
    ticket = resolved(desk)
    given = signature(desk, ticket)
    with desk.inside():
        Solution.objects.update(words="换了硬盘")
    with desk.acting(desk.engineer) as person, pytest.raises(Refused, match="changed") as refusal:
        signing.sign(ticket, given, signer=handed(person), at=LATER)
    assert refusal.value.code == "stale"
    assert desk.fresh(ticket).state == State.RESOLVED


# ── who signs ────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("name", ["", "   ", "engineer", "engineer wide", "colleague"])
def test_a_vendors_engineer_never_signs_as_themselves(desk, name):
    """Not by leaving the name empty, not under their own or a colleague's, however it is spelled."""
    names = {"engineer": desk.engineer.name, "colleague": desk.colleague.name}
    names["engineer wide"] = " ".join(desk.engineer.name).upper()
    ticket = resolved(desk)
    with pytest.raises(Refused) as refusal:
        sign_handed(desk, ticket, name=names.get(name, name))
    assert refusal.value.code == "name"
    assert desk.fresh(ticket).state == State.RESOLVED


def test_the_vendor_does_not_sign_signed_in_or_over_a_link(desk):
    ticket = resolved(desk)
    given = signature(desk, ticket)
    link, _secret = desk.act(signing.make_link, ticket, by=desk.engineer, at=LATER)
    with desk.acting(desk.engineer) as person:
        for signer in (Signer(Way.ACCOUNT, person.name, person), Signer(Way.LINK, "刘敏", person, link)):
            with pytest.raises(Forbidden, match="does not sign"):
                signing.sign(ticket, given, signer=signer, at=LATER)


def test_the_hospital_signs_with_its_own_account_instead_of_a_handed_device(desk):
    ticket = resolved(desk)
    given = signature(desk, ticket)
    with desk.acting(desk.it) as person, pytest.raises(Forbidden, match="own account"):
        signing.sign(ticket, given, signer=Signer(Way.HANDED, "刘敏", person), at=LATER)


def test_the_reporter_signs_signed_in(desk):
    ticket = resolved(desk)
    given = signature(desk, ticket)
    with desk.acting(desk.ward) as person:
        form = signing.sign(ticket, given, signer=Signer(Way.ACCOUNT, person.name, person), at=LATER)
    assert (form.person, form.name, form.handed_by) == (desk.ward.pk, desk.ward.name, None)
    for member, kind in ((desk.engineer, "document_signed"), (desk.lead, "approval_asked")):
        with desk.acting(member) as person:
            assert kind in set(InboxItem.objects.visible_to(person).values_list("kind", flat=True))


def test_signed_once(desk):
    ticket = resolved(desk)
    sign_handed(desk, ticket)
    with pytest.raises(Refused, match="signed"):
        sign_handed(desk, ticket, name="王护士")
    with desk.inside():
        assert FeedbackForm.objects.count() == 1


@pytest.mark.parametrize("more", [{"strokes": ""}, {"typed": "别人", "strokes": ""}, {"typed": "刘敏"}])
def test_one_signature_drawn_or_typed_as_the_same_name(desk, more):
    with pytest.raises(Refused) as refusal:
        sign_handed(desk, resolved(desk), **more)
    assert refusal.value.code == "signature"


def test_a_typed_name_serves_who_cannot_draw(desk):
    form = sign_handed(desk, resolved(desk), typed="刘敏", strokes="")
    assert (form.typed, form.strokes) == ("刘敏", "")


# ── the link ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def _by_link(desk, ticket, link, *, at=LATER, **more):
    given = signature(desk, ticket, **more)
    with desk.inside():
        return signing.sign(ticket, given, signer=Signer(Way.LINK, "刘敏", link=link, address="10.9.9.9"), at=at)


def test_a_link_works_once_and_keeps_no_secret(desk):
    ticket = resolved(desk)
    link, secret = desk.act(signing.make_link, ticket, by=desk.engineer, at=LATER, address="10.1.1.1")
    with desk.inside():
        assert secret not in str(list(SigningLink.objects.values()))
    found = signing.find_link(secret)
    assert (found.id, found.hospital_id) == (link.pk, desk.world.h1.id)
    form = _by_link(desk, ticket, link)
    assert (form.link_id, form.person, form.way) == (link.pk, None, Way.LINK)
    with pytest.raises(Refused, match="used"):
        _by_link(desk, ticket, link)
    assert signing.find_link("guessed") is None


def test_an_expired_a_replaced_and_an_old_cycles_link_say_why(desk):
    ticket = resolved(desk)
    old, _secret = desk.act(signing.make_link, ticket, by=desk.engineer, at=LATER)
    new, _secret = desk.act(signing.make_link, ticket, by=desk.it, at=LATER)
    for link, at, words in ((old, LATER, "newer link"), (new, LATER + timedelta(days=7), "seven days")):
        with pytest.raises(Refused, match=words):
            _by_link(desk, ticket, link, at=at)
    desk.act(solving.refuse_solution, ticket, by=desk.it, at=LATER, why="又黑屏")
    with desk.inside():
        assert "newer" in signing.why_closed(SigningLink.objects.get(pk=new.pk), at=LATER)


def test_who_made_the_link_for_the_vendor_does_not_sign_over_it(desk):
    ticket = resolved(desk)
    link, _secret = desk.act(signing.make_link, ticket, by=desk.colleague, at=LATER)
    given = signature(desk, ticket)
    with desk.inside(), pytest.raises(Refused, match="somebody of the vendor"):
        signing.sign(ticket, given, signer=Signer(Way.LINK, desk.colleague.name, link=link), at=LATER)


def test_there_is_a_link_only_while_a_signature_is_waited_for(desk):
    ticket = desk.accepted()
    with pytest.raises(Refused, match="in work"):
        desk.act(signing.make_link, ticket, by=desk.engineer, at=LATER)


def test_the_look_up_is_the_only_thing_past_the_wall(desk):
    """ALL-1: without the secret there is no context, and without a context there are no rows."""
    ticket = resolved(desk)
    _link, secret = desk.act(signing.make_link, ticket, by=desk.engineer, at=LATER)
    with wall.opened(Context()):
        assert SigningLink.objects.count() == 0
        assert signing.find_link(secret) is not None
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM signing_link_by_secret(%s)", [signing.hash_of(secret)])
        assert [column.name for column in cursor.description] == ["id", "hospital_id"]


# ── not solved ───────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_reporters_no_begins_the_next_cycle_at_once(desk):
    ticket = resolved(desk)
    with desk.acting(desk.ward) as person:
        signer = Signer(Way.ACCOUNT, person.name, person)
        with pytest.raises(Refused, match="not solved"):
            signing.refuse_to_sign(ticket, why=" ", signer=signer, at=LATER)
        assert signing.refuse_to_sign(ticket, why="又黑屏", signer=signer, at=LATER) is None
    fresh = desk.fresh(ticket)
    assert (fresh.state, fresh.cycle) == (State.REPORTED, 2)
    assert desk.clock(ticket, Metric.RESPOND).due_at == LATER + HOUR


def _objected(desk):
    ticket = resolved(desk)
    link, _secret = desk.act(signing.make_link, ticket, by=desk.engineer, at=LATER)
    with desk.inside():
        signer = Signer(Way.LINK, "刘敏", link=link, address="10.9.9.9")
        return ticket, signing.refuse_to_sign(ticket, why="还是黑屏", signer=signer, at=LATER)


def test_a_no_without_an_account_moves_no_promise_until_the_hospital_decides(desk):
    """Anybody can type a name: the hospital's IT is told, and decides; nothing is signed or closed meanwhile."""
    ticket, objection = _objected(desk)
    assert desk.fresh(ticket).state == State.RESOLVED
    assert desk.clocks(ticket)["respond"] == "met"
    assert (objection.name, objection.address, objection.way) == ("刘敏", "10.9.9.9", Way.LINK)
    with desk.acting(desk.lead) as person:
        assert "approval_asked" in set(InboxItem.objects.visible_to(person).values_list("kind", flat=True))
    with pytest.raises(Refused, match="decides about that first"):
        sign_handed(desk, ticket)
    with pytest.raises(Refused, match="decides about that first"):
        desk.act(solving.close_unsigned, ticket, by=desk.it, at=LATER, why="报修人已离岗")
    with pytest.raises(Refused, match="decides about that first"):
        desk.act(signing.make_link, ticket, by=desk.engineer, at=LATER)


def test_upheld_the_next_cycle_counts_from_the_hospitals_word(desk):
    ticket, objection = _objected(desk)
    with pytest.raises(Forbidden):
        desk.act(signing.decide_objection, objection, by=desk.engineer, at=LATER, is_upheld=False, said="已好")
    desk.act(signing.decide_objection, objection, by=desk.it, at=LATER + HOUR, is_upheld=True)
    fresh, decided = desk.fresh(ticket), desk.fresh(objection)
    assert (fresh.state, fresh.cycle) == (State.REPORTED, 2)
    assert (decided.is_upheld, decided.decided_name) == (True, desk.it.name)
    assert desk.clock(ticket, Metric.RESPOND).due_at == LATER + 2 * HOUR
    with desk.inside():
        assert Solution.objects.get(cycle=1).refused_why == "还是黑屏"
    with pytest.raises(Refused, match="decided"):
        desk.act(signing.decide_objection, objection, by=desk.lead, at=LATER + HOUR, is_upheld=True)


def test_set_aside_with_a_reason_the_form_may_be_signed_again(desk):
    ticket, objection = _objected(desk)
    with pytest.raises(Refused, match="stands"):
        desk.act(signing.decide_objection, objection, by=desk.it, at=LATER, is_upheld=False, said=" ")
    desk.act(signing.decide_objection, objection, by=desk.it, at=LATER, is_upheld=False, said="是另一台机器")
    sign_handed(desk, ticket)
    assert desk.fresh(ticket).state == State.SIGNED


def test_cycle_two_is_signed_on_a_form_of_its_own(desk):
    ticket = resolved(desk)
    sign_handed(desk, ticket)
    desk.act(solving.refuse_solution, ticket, by=desk.it, at=LATER + HOUR, why="又黑屏")
    desk.act(working.accept, ticket, by=desk.engineer, at=LATER + HOUR)
    desk.act(solving.resolve, ticket, by=desk.engineer, at=LATER + 2 * HOUR, **SOLVED)
    second = sign_handed(desk, ticket, at=LATER + 3 * HOUR)
    with desk.inside():
        first = FeedbackForm.objects.get(cycle=1)
        assert holds(first)
    assert [each["refused_why"] for each in second.facts["solutions"]] == ["又黑屏", ""]
    assert {each["cycle"] for each in second.facts["clocks"]} >= {1, 2}


# ── what is left of it ───────────────────────────────────────────────────────────────────────────────────────────────
def test_both_sides_word_makes_the_maintenance_record(desk):
    """HRP-6, SMART-10: every closed ticket leaves one, with facts, times, satisfaction, cycles, and who confirmed."""
    ticket = closed(desk)
    with desk.inside():
        record = MaintenanceRecord.objects.get(ticket=ticket)
    assert (record.ending, record.signer_name, record.closed_name) == (Ending.BOTH, "刘敏", desk.it.name)
    assert (record.cause, record.remedy, record.satisfaction) == ("software", "restarted", Satisfaction.SATISFIED)
    assert (record.reported_at, record.solved_at, record.closed_at) == (AT, AT + HOUR, AT + 3 * HOUR)
    assert (record.cycles, record.is_recurring, record.missed) == (1, False, 0)
    assert record.sha256 == sha256_of(record.facts)


def test_closed_without_a_signature_the_record_says_why_and_by_whom(desk):
    """PACS-8: only with a recorded reason."""
    ticket = resolved(desk)
    desk.act(solving.close_unsigned, ticket, by=desk.it, at=LATER, why="报修人已离岗，电话确认")
    with desk.inside():
        record = MaintenanceRecord.objects.get()
    assert (record.ending, record.closed_why, record.feedback) == (Ending.HOSPITAL, "报修人已离岗，电话确认", None)


def test_what_was_handed_over_and_closed_by_the_hospital_is_kept_as_well(desk):
    """HRP-6: every closed ticket; where there is no solution, the record says nothing of one."""
    ticket = desk.accepted()
    desk.act(working.hand_over, ticket, by=desk.engineer, at=LATER, why="交换机故障，属网络")
    desk.act(solving.close_unsigned, ticket, by=desk.it, at=LATER + HOUR, why="网络组已修复")
    with desk.inside():
        record = MaintenanceRecord.objects.get()
    assert (record.ending, record.cause, record.solved_at) == (Ending.HOSPITAL, "", None)
    assert (record.engineer_name, record.closed_why) == (desk.engineer.name, "网络组已修复")


def test_the_stream_says_who_signed_and_over_which_way(desk):
    from tickets.words import sentence

    ticket = resolved(desk)
    sign_handed(desk, ticket, words="很快")
    with desk.inside():
        line = Entry.objects.get(ticket=ticket, act="tickets.feedback_signed")
    assert (line.by, line.by_name, line.text) == (None, "刘敏", "很快")
    assert sentence(line) == "signed the feedback form: Satisfied (on the engineer's device, handed over)"


def test_foreign_people_see_none_of_it(desk, world):
    closed(desk)
    for stranger in (make_member(Role.VENDOR_ENGINEER, world.v2), make_member(Role.IT_LEAD, world.h2)):
        with desk.acting(stranger) as person:
            for model in (FeedbackForm, MaintenanceRecord, SigningLink, Objection):
                assert not model.objects.visible_to(person).exists()


# ── the drawing ──────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_drawing_is_read_number_by_number_and_written_the_same():
    assert strokes.path(strokes.read(DRAWN)) == DRAWN


@pytest.mark.parametrize(
    "text",
    ["M1 1", "M300 100", "M1 1L2 2L3 3", "M300 100L301 100L302 100L303 100L304 100L305 100L306 100L307 100L308 100"],
)
def test_a_dot_or_a_tick_is_no_signature(text):
    with pytest.raises(strokes.TooLittle):
        strokes.read(text)


@pytest.mark.parametrize(
    "text",
    [
        "<svg onload=alert(1)>", "M1 1\"/><script>", "M1,1L2,2", "M-1 1L2 2", "M1.5 1L2 2", "M1e9 1L2 2", "M9999 1L1 1",
        "L1 1L2 2", "m1 1l2 2", "M601 1L2 2", "M1 241L2 2", DRAWN + "Z",
        DRAWN + "\n", "M١ ١L٢ ٢", "M1 1" * 40_000, "乱",
    ],
)  # fmt: skip
def test_whatever_is_not_a_drawing_is_unreadable(text):
    with pytest.raises((strokes.Unreadable, strokes.TooLittle)) as refusal:
        strokes.read(text)
    assert refusal.type is strokes.Unreadable


# ── at the same moment ───────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.django_db(transaction=True, databases=["default", "owner", "watch"])
def test_six_sign_at_the_same_moment_and_one_did():
    """Two tabs, two devices, a link and a handed phone: one form, and the others are told."""
    with wall.opened(Context()):
        desk = make_desk(make_world())
    ticket = resolved(desk)
    link, _secret = desk.act(signing.make_link, ticket, by=desk.engineer, at=LATER)
    given, gate = signature(desk, ticket), Barrier(6)

    def sign_now(place):
        try:
            gate.wait(timeout=20)
            with desk.acting(desk.engineer) if place % 2 else desk.inside() as person:
                signer = handed(person) if place % 2 else Signer(Way.LINK, "刘敏", link=link)
                signing.sign(ticket, given, signer=signer, at=LATER)
            return "signed"
        except Refused as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        told = sorted(pool.map(sign_now, range(6)))
    assert told.count("signed") == 1
    assert set(told) <= {"signed", "not_now", "link"}
    with desk.inside():
        assert FeedbackForm.objects.count() == 1
