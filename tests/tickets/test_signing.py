"""The service feedback form: frozen as seen, signed by who had the problem, refused with consequences (PACS-8)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from servicedesk.notices.models import InboxItem
from servicedesk.sla.promise import Metric
from servicedesk.tenancy import wall
from servicedesk.tenancy.refusals import Forbidden, Refused
from servicedesk.tenancy.wall import Context
from tests.tickets.closing import HOUR, LATER, SOLVED, resolved, sign_handed, signature
from tickets.enums import State, Way
from tickets.feedback import holds
from tickets.models import FeedbackForm, SigningLink, Solution
from tickets.services import signing, solving, working
from tickets.signers import Signer

pytestmark = pytest.mark.django_db


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
