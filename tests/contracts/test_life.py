"""A contract's life: from a blueprint to a draft, into force, signed year by year, renewed, ended."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from contracts.blueprint import blueprint, names
from contracts.completeness import gaps
from contracts.enums import Status
from contracts.matrices import draft_of, matrix_at, matrix_of
from contracts.models import Contract, Deliverable, QuotaUse, Signing, StaffMember, System
from contracts.selectors import status, used_of
from contracts.services.activating import activate_contract
from contracts.services.keeping import change_contract, keep_parts
from contracts.services.promised import is_outside_contract, refuse_unless_promised
from contracts.services.promising import agree_solve_time
from contracts.services.quotas import decide_use, use_quota
from contracts.services.renewing import copied, next_term, renew_contract
from contracts.services.signing import end_contract, sign_year
from contracts.services.staffing import keep_staff, replace_staff, take_off
from contracts.terms import Stretch
from servicedesk.audit.models import Record
from servicedesk.clocks.models import Clock, Post
from servicedesk.sla.ladder import Recipient
from servicedesk.sla.promise import Metric, Severity, Unit
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.refusals import Refused
from tests.clocks.examples import AT, make_clock
from tests.contracts.people import START, in_force, make_complete, manager_of, started
from tests.examples import Owner
from tests.world import enter, make_member

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 2)


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize("code", names())
def test_a_draft_holds_everything_of_its_blueprint(world, code):
    """PACS-2, ICU-3, HRP-1, SMART-1, ALL-2, ALL-9: catalogue, systems, plans, documents, money, quotas, limits."""
    by = enter(manager_of(world.v1))
    contract = started(world.h1, world.v1, code, by=by)
    source = blueprint(code)
    assert [item.category for item in contract.catalogue.all()] == list(source.categories)
    assert [item.clause for item in contract.catalogue.all()] == [kind.clause for kind in source.categories.values()]
    assert [system.name for system in contract.systems.all()] == [item.name for item in source.owed.systems]
    assert [plan.times for plan in contract.plans.all()] == [plan.times for plan in source.owed.inspections]
    assert [paper.name for paper in contract.deliverables.all()] == [paper.name for paper in source.owed.deliverables]
    assert [int(payment.share) for payment in contract.payments.all()] == [p.share for p in source.owed.payments]
    assert [quota.amount for quota in contract.quotas.all()] == [quota.amount for quota in source.owed.quotas]
    assert [limit.words for limit in contract.limits.all()] == [limit.name for limit in source.owed.limits]
    assert matrix_of(draft_of(contract)).rows == source.matrix.rows
    assert status(contract, on=TODAY) == Status.DRAFT
    assert contract.ends_on == (date(2028, 2, 29) if source.owed.term.months == 24 else date(2027, 2, 28))


def test_only_registered_parties_make_a_contract(world):
    by = enter(manager_of(world.v1))
    with pytest.raises(Refused, match="not registered"):
        started(world.h3, world.v1, by=by)


def test_two_contracts_of_the_same_parties_keep_calendars_of_their_own(world):
    by = enter(manager_of(world.v1))
    first, second = (started(world.h1, world.v1, "smart", by=by, number=number) for number in ("1", "2"))
    assert draft_of(first).calendar.name != draft_of(second).calendar.name
    assert draft_of(first).calendar.replaced_at is None


def test_what_is_missing_is_named_and_refuses_activation(world):
    """ICU-17, ICU-19: number, hotline, people, and a time to solve faults in, or the word that there is none."""
    by = enter(manager_of(world.v1))
    contract = started(world.h1, world.v1, "icu", by=by, number="", starts_on=None)
    said = {gap.sentence for gap in gaps(contract, on=TODAY) if gap.blocks}
    assert {
        "The contract has no number.",
        "The term is not given.",
        "The hotline is not given; severe faults are reported by phone.",
        "No time is given to solve a fault in. Agree on one, or say that there is none.",
        "Nobody is named: Project manager.",
    } <= said
    with pytest.raises(Refused, match="The contract has no number"):
        activate_contract(contract, by=by, at=AT)
    assert Contract.objects.get(pk=contract.pk).activated_at is None


def test_a_role_that_ladders_tell_needs_somebody_with_an_account(world):
    by = enter(manager_of(world.v1))
    contract = started(world.h1, world.v1, by=by)
    parties = {"hospital": world.h1, "vendor": world.v1, "contract": contract, "from_on": START}
    keep_staff(StaffMember(**parties, role="product_team", name="产品组"), by=by, at=AT)
    said = [gap.sentence for gap in gaps(contract, on=TODAY)]
    assert "Product team is told of escalations, but nobody named for it has an account here." in said


def test_an_agreed_solve_time_becomes_a_promise(world):
    """ICU-19"""
    by = enter(manager_of(world.v1))
    contract = started(world.h1, world.v1, "icu", by=by)
    agree_solve_time(contract, target=24 * 60, unit=Unit.ELAPSED_MINUTES, by=by, at=AT)
    agree_solve_time(contract, target=2, unit=Unit.WORKING_DAYS, by=by, at=AT)  # the second word replaces the first
    terms = matrix_of(draft_of(contract)).terms("fault", Severity.NONE, AT)
    assert (terms[Metric.RESTORE].target, terms[Metric.RESTORE].unit) == (2, Unit.WORKING_DAYS)
    assert terms[Metric.RESPOND].target == 120
    channels = matrix_of(draft_of(contract)).channels_for("fault", Severity.NONE, AT)
    assert channels == blueprint("icu").matrix.channels_for("fault", Severity.NONE, AT)
    agree_solve_time(contract, target=None, unit=Unit.WORKING_DAYS, by=by, at=AT)
    assert Metric.RESTORE not in matrix_of(draft_of(contract)).terms("fault", Severity.NONE, AT)
    assert Contract.objects.get(pk=contract.pk).has_no_solve_time


def test_a_contract_in_force(world):
    """PACS-1: its first year is signed, its promises hold from the first day of the term."""
    contract, manager, _ = in_force(world.h1, world.v1)
    assert status(contract, on=TODAY) == Status.ACTIVE
    assert [(s.from_on, s.to_on) for s in contract.signings.all()] == [(START, date(2027, 2, 28))]
    first = datetime(2026, 2, 28, 16, tzinfo=UTC)  # midnight on the mainland
    assert matrix_at(contract, first) == matrix_at(contract, AT)
    assert matrix_at(contract, first - timedelta(seconds=1)) is None
    assert contract.desk.url == f"/contracts/{contract.pk}/"
    contract.desk.refresh_from_db()
    assert contract.desk.is_round_the_clock
    with pytest.raises(Refused, match="already"):
        activate_contract(contract, by=enter(manager), at=AT)


def test_the_next_year_is_signed_inside_the_term_and_beside_no_other(world):
    """PACS-1, HRP-1"""
    contract, manager, _ = in_force(world.h1, world.v1, "hrp")
    by = enter(manager)

    def sign(from_on, to_on):
        return sign_year(contract, from_on=from_on, to_on=to_on, by=by, at=AT)

    for from_on, to_on, sentence in [
        (date(2027, 2, 28), date(2028, 2, 29), "would overlap"),
        (date(2027, 3, 1), date(2028, 3, 1), "inside the term"),
        (date(2026, 2, 1), date(2026, 2, 27), "inside the term"),
        (date(2027, 5, 1), date(2027, 4, 1), "ends before it begins"),
        (date(1900, 1, 1), date(1900, 12, 31), "Nobody means a year"),
        (date(2027, 3, 1), date(9999, 12, 31), "Nobody means a year"),
    ]:
        with pytest.raises(Refused, match=sentence):
            sign(from_on, to_on)
    sign(date(2027, 3, 1), date(2028, 2, 29))
    assert status(contract, on=date(2027, 3, 1)) == Status.ACTIVE
    assert Signing.objects.filter(contract=contract).count() == 2


def test_a_term_that_ends_before_it_begins_is_refused_by_the_database_as_well(world):
    by = enter(manager_of(world.v1))
    contract = started(world.h1, world.v1, by=by)
    contract.ends_on = START - timedelta(days=1)
    with pytest.raises(IntegrityError, match="contract_ends_after_start"), transaction.atomic():
        contract.save()


def test_the_term_of_a_contract_in_force_stays(world):
    contract, manager, _ = in_force(world.h1, world.v1)
    contract.ends_on = date(2030, 1, 1)
    with pytest.raises(Refused, match="not rewritten"):
        change_contract(contract, hotline="1", by=enter(manager), at=AT)


def test_a_lapsed_contract_takes_no_new_work_and_says_whom_to_call(world):
    """PACS-1: hotline and account manager are named; a phoned emergency is outside the contract."""
    contract, manager, _ = in_force(world.h1, world.v1)
    enter(manager)
    late = datetime(2027, 3, 2, 2, tzinfo=UTC)
    refuse_unless_promised(contract, at=AT)
    assert not is_outside_contract(contract, at=AT)
    assert is_outside_contract(contract, at=late)
    with pytest.raises(Refused) as refused:
        refuse_unless_promised(contract, at=late)
    said = str(refused.value.sentence)
    assert "2027-02-28" in said
    assert "400-800-1234" in said
    assert "厂商account_manager" in said
    assert "13800000000" in said


@pytest.mark.parametrize(
    ("at", "sentence"),
    [
        (datetime(2026, 2, 1, tzinfo=UTC), "begins on 2026-03-01"),
        (datetime(2028, 3, 1, tzinfo=UTC), "ended on 2028-02-29"),
    ],
)
def test_before_and_after_the_term_nothing_is_promised(world, at, sentence):
    """PACS-1"""
    contract, manager, _ = in_force(world.h1, world.v1)
    enter(manager)
    with pytest.raises(Refused, match=sentence):
        refuse_unless_promised(contract, at=at)


def test_a_system_whose_own_term_is_over_takes_no_new_work(world):
    """SMART-1: and its modules with it; the other systems go on."""
    contract, manager, _ = in_force(world.h1, world.v1, "smart")
    enter(manager)
    over, other = contract.systems.all()[:2]
    over.ends_on = TODAY - timedelta(days=1)
    over.save()
    parties = {"hospital": world.h1, "vendor": world.v1, "contract": contract}
    module = System.objects.create(**parties, name="叫号模块", part_of=over)
    refuse_unless_promised(contract, at=AT, system=other)
    assert not is_outside_contract(contract, at=AT, system=other)
    for system in (over, module):
        assert is_outside_contract(contract, at=AT, system=system)
        with pytest.raises(Refused, match=system.name):
            refuse_unless_promised(contract, at=AT, system=system)


def test_a_draft_promises_nothing(world):
    contract = started(world.h1, world.v1, by=enter(manager_of(world.v1)))
    with pytest.raises(Refused, match="still being prepared"):
        refuse_unless_promised(contract, at=AT)


def test_open_clocks_run_on_when_a_contract_ends(world):
    """PACS-1"""
    contract, manager, _ = in_force(world.h1, world.v1)
    from servicedesk.tenancy.enums import Side

    clock = make_clock(Owner(Side.HOSPITAL, world.h1, world.v1))
    by = enter(manager)
    Clock.objects.filter(pk=clock.pk).update(desk=contract.desk)
    before = Clock.objects.filter(pk=clock.pk).values().get()
    end_contract(contract, reason="双方协商", by=by, at=AT)
    assert Clock.objects.filter(pk=clock.pk).values().get() == before
    assert status(Contract.objects.get(pk=contract.pk), on=TODAY) == Status.ENDED
    with pytest.raises(Refused, match="contract in force"):
        end_contract(contract, reason="again", by=by, at=AT)


def test_an_early_end_needs_its_reason(world):
    contract, manager, _ = in_force(world.h1, world.v1)
    with pytest.raises(Refused, match="reason"):
        end_contract(contract, reason=" ", by=enter(manager), at=AT)


# ── renewing ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_renewing_copies_all_that_the_preview_shows(world):
    """PACS-1: systems and their modules, catalogue, promises, people, quotas, plans, documents, payments."""
    contract, manager, _ = in_force(world.h1, world.v1, "smart")
    by = enter(manager)
    whole = contract.systems.first()
    parties = {"hospital": world.h1, "vendor": world.v1, "contract": contract}
    keep_parts(contract, System, kept=[System(**parties, name="叫号模块", part_of=whole)], by=by, at=AT)
    term = next_term(contract)
    assert term == Stretch(date(2027, 3, 1), date(2028, 2, 29))
    shown = {kind.model: len(kind.rows) for kind in copied(contract, on=TODAY)}
    following = renew_contract(contract, number="HT-2", starts_on=term.from_on, ends_on=term.to_on, by=by, at=AT)
    made = {model: model.objects.filter(contract=following).count() for model in shown}
    assert made == shown
    assert min(shown[model] for model in (System, Deliverable, StaffMember)) >= 5
    assert System.objects.get(contract=following, name="叫号模块").part_of.contract_id == following.pk
    assert matrix_at(following, datetime(2027, 3, 1, tzinfo=UTC)) == matrix_at(contract, AT)
    assert status(following, on=TODAY) == Status.COMING
    assert status(following, on=date(2027, 3, 1)) == Status.ACTIVE
    assert following.desk_id != contract.desk_id
    with pytest.raises(Refused, match="renewed already"):
        renew_contract(contract, number="HT-3", starts_on=term.from_on, ends_on=term.to_on, by=by, at=AT)


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "number", "sentence"),
    [
        (date(2028, 2, 1), date(2029, 1, 31), "HT-2", "begins after this one"),
        (date(2028, 3, 1), date(2028, 2, 1), "HT-2", "ends before it begins"),
        (date(2028, 3, 1), date(9999, 12, 31), "HT-2", "Nobody means a year"),
        (date(2028, 3, 1), date(2029, 2, 28), " ", "has no number"),
        (date(2028, 3, 1), date(2029, 2, 28), "HT-pacs-1", "already a contract of this number"),
    ],
)
def test_a_renewal_that_does_not_fit_is_refused(world, starts_on, ends_on, number, sentence):
    contract, manager, _ = in_force(world.h1, world.v1)
    with pytest.raises(Refused, match=sentence):
        renew_contract(contract, number=number, starts_on=starts_on, ends_on=ends_on, by=enter(manager), at=AT)


# ── people ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def posts(contract):
    return {(post.role, post.member_id) for post in Post.objects.filter(desk_id=contract.desk_id)}


def test_posts_follow_the_staff_list(world):
    """PACS-16: ladders find the product team, the senior manager and the account manager through the list."""
    contract, manager, lead = in_force(world.h1, world.v1)
    by = enter(manager)
    of_vendor = (
        Recipient.PROJECT_MANAGER,
        Recipient.PRODUCT_TEAM,
        Recipient.SENIOR_MANAGER,
        Recipient.ACCOUNT_MANAGER,
    )
    of_hospital = (Recipient.HOSPITAL_LEAD, Recipient.HOSPITAL_IT)
    assert posts(contract) == {(role.value, manager.pk) for role in of_vendor} | {
        (role.value, lead.pk) for role in of_hospital
    }
    product = StaffMember.objects.get(contract=contract, role="product_team")
    take_off(product, until_on=TODAY - timedelta(days=1), reason="调岗", by=by, at=AT)
    assert (Recipient.PRODUCT_TEAM.value, manager.pk) not in posts(contract)


def test_a_change_of_project_manager_is_kept_with_its_reason(world):
    """ICU-17"""
    contract, manager, _ = in_force(world.h1, world.v1, "icu")
    successor = make_member(Role.PROJECT_MANAGER, world.v1)
    by = enter(manager)
    old = StaffMember.objects.get(contract=contract, role="project_manager")
    new = StaffMember(name="李新", phone="139", of_vendor=successor)
    with pytest.raises(Refused, match="needs its reason"):
        replace_staff(old, new, from_on=TODAY, reason=" ", by=by, at=AT)
    replace_staff(old, new, from_on=TODAY, reason="原项目经理离职", by=by, at=AT)
    old.refresh_from_db()
    assert (old.until_on, old.reason) == (TODAY - timedelta(days=1), "原项目经理离职")
    assert (new.role, new.reason, new.from_on) == ("project_manager", "原项目经理离职", TODAY)
    assert (Recipient.PROJECT_MANAGER.value, successor.pk) in posts(contract)
    assert (Recipient.PROJECT_MANAGER.value, manager.pk) not in posts(contract)
    assert Record.objects.filter(act="contracts.staff_replaced", subject_id=str(contract.pk)).count() == 1


def test_there_is_one_project_manager_and_never_none(world):
    """ICU-17"""
    contract, manager, _ = in_force(world.h1, world.v1, "icu")
    by = enter(manager)
    parties = {"hospital": world.h1, "vendor": world.v1, "contract": contract, "from_on": START}
    with pytest.raises(Refused, match="already has a project manager"):
        keep_staff(StaffMember(**parties, role="project_manager", name="第二人"), by=by, at=AT)
    only = StaffMember.objects.get(contract=contract, role="project_manager")
    with pytest.raises(Refused, match="without a project manager"):
        take_off(only, until_on=TODAY, reason="离职", by=by, at=AT)


# ── what is owed ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_eleventh_report_waits_for_the_hospital(world):
    """ICU-3"""
    contract, manager, lead = in_force(world.h1, world.v1, "icu")
    by = enter(manager)
    quota = contract.quotas.get()
    for number in range(10):
        assert use_quota(quota, what=f"报表{number}", by=by, at=AT).is_beyond is False
    eleventh = use_quota(quota, what="第十一张", by=by, at=AT)
    assert eleventh.is_beyond
    assert (used_of(quota), eleventh.counts) == (10, False)
    with pytest.raises(Refused, match="inside the quota"):
        decide_use(QuotaUse.objects.filter(quota=quota, is_beyond=False).first(), is_granted=True, by=by, at=AT)
    by_lead = enter(lead)
    decided = decide_use(eleventh, is_granted=True, said="同意", by=by_lead, at=AT)
    assert (decided.counts, used_of(quota)) == (True, 11)
    with pytest.raises(Refused, match="decided this already"):
        decide_use(eleventh, is_granted=False, by=by_lead, at=AT)


def test_what_is_owed_is_not_the_vendors_to_rewrite(world):
    contract, manager, lead = in_force(world.h1, world.v1, "icu")
    paper = contract.deliverables.first()
    with pytest.raises(Refused, match="changed by the hospital only"):
        keep_parts(contract, Deliverable, kept=[], removed=[paper], by=enter(manager), at=AT)
    keep_parts(contract, Deliverable, kept=[], removed=[paper], by=enter(lead), at=AT)
    assert not Deliverable.objects.filter(pk=paper.pk).exists()


def test_an_ended_contract_is_kept_as_it_was(world):
    contract, manager, lead = in_force(world.h1, world.v1, "icu")
    by = enter(manager)
    end_contract(contract, reason="双方协商", by=by, at=AT)
    contract.refresh_from_db()
    with pytest.raises(Refused, match="is over"):
        make_complete(contract, manager, lead, by=by)


def test_a_page_left_open_undoes_no_activation(world):
    """Somebody saves an old form after a colleague has put the contract into force."""
    manager, lead = manager_of(world.v1), make_member(Role.IT_LEAD, world.h1)
    by = enter(manager)
    contract = started(world.h1, world.v1, by=by)
    stale = Contract.objects.get(pk=contract.pk)
    make_complete(contract, manager, lead, by=by)
    activate_contract(contract, by=by, at=AT)
    stale.name = "新名称"
    change_contract(stale, hotline="400", by=by, at=AT)
    contract.refresh_from_db()
    assert (contract.name, contract.activated_at) == ("新名称", AT)
