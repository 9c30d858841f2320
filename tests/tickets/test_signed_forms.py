"""What is signed is frozen with its evidence, and says so when anybody changed it (PACS-8, SMART-10)."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from servicedesk.audit.enums import Act
from servicedesk.audit.models import Record
from servicedesk.audit.record import record as write_down
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.refusals import Refused
from servicedesk.ui import strokes
from tests.clocks.examples import AT
from tests.tickets.closing import HOUR, LATER, closed, handed, resolved, seen, sign_handed, signature
from tests.tickets.examples_closing import DRAWN
from tests.world import make_member
from tickets.enums import Ending, Satisfaction, State, Way
from tickets.feedback import columns_of, facts_of, holds, record_holds, sha256_of
from tickets.models import Entry, FeedbackForm, MaintenanceRecord, Objection, SigningLink, Solution, Ticket
from tickets.services import signing, solving, working

pytestmark = pytest.mark.django_db


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
