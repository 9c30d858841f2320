"""What a blueprint says beside its promises: term, systems, people, plans, documents, payments, quotas, limits."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Self, TypeVar

from django.db.models import TextChoices
from django.utils.translation import gettext as _

from contracts.enums import After, Condition, DayUnit, Per, StaffRole, Visit
from contracts.nodes import At

WITHIN = re.compile(r"([1-9]\d{0,2}) (working days|calendar days)")
TOGETHER = ("clause", "house")
MOST_MONTHS = 600


@dataclass(frozen=True)
class Term:
    months: int
    is_signed_yearly: bool
    clause: str


@dataclass(frozen=True)
class Hotline:
    hint: str
    clause: str


@dataclass(frozen=True)
class Item:
    """A system by its name, or a limit of the scope in its words."""

    name: str
    clause: str


@dataclass(frozen=True)
class Post:
    """A role that the contract wants filled; for residents, by how many."""

    role: StaffRole
    number: int
    clause: str


@dataclass(frozen=True)
class Within:
    """So many days. None: the contract gives no time."""

    number: int | None = None
    unit: DayUnit | None = None


@dataclass(frozen=True)
class Inspection:
    name: str
    kind: Visit
    times: int
    per: Per
    report: Within
    clause: str


@dataclass(frozen=True)
class Document:
    name: str
    after: After
    within: Within
    needs_approval: bool
    clause: str


@dataclass(frozen=True)
class Payment:
    name: str
    share: int
    conditions: tuple[Condition, ...]
    clause: str


@dataclass(frozen=True)
class Quota:
    name: str
    unit: str
    amount: int
    category: str
    clause: str


@dataclass(frozen=True)
class Owed:
    term: Term | None = None
    hotline: Hotline | None = None
    systems: tuple[Item, ...] = ()
    staff: tuple[Post, ...] = ()
    inspections: tuple[Inspection, ...] = ()
    deliverables: tuple[Document, ...] = ()
    payments: tuple[Payment, ...] = ()
    quotas: tuple[Quota, ...] = ()
    limits: tuple[Item, ...] = ()

    @classmethod
    def read(cls, found: Mapping[str, At], categories: frozenset[str]) -> Self:
        payments = _each(found, "payments", _payment)
        if payments and sum(payment.share for payment in payments) != 100:
            raise found["payments"].wrong(_("the shares of the payments add up to 100."))
        return cls(
            term=_term(found["term"]) if "term" in found else None,
            hotline=_hotline(found["hotline"]) if "hotline" in found else None,
            systems=_each(found, "systems", _item),
            staff=_each(found, "staff", _post),
            inspections=_each(found, "inspections", _inspection),
            deliverables=_each(found, "deliverables", _document),
            payments=payments,
            quotas=_each(found, "quotas", lambda at: _quota(at, categories)),
            limits=_each(found, "limits", _item),
        )

    @property
    def residents(self) -> int:
        return sum(post.number for post in self.staff if post.role is StaffRole.RESIDENT_ENGINEER)


SECTIONS = tuple(Owed.__dataclass_fields__)
Made = TypeVar("Made")
Choice = TypeVar("Choice", bound=TextChoices)


def _each(found: Mapping[str, At], section: str, make: Callable[[At], Made]) -> tuple[Made, ...]:
    return tuple(make(at) for at in found[section].items()) if section in found else ()


def _one_of(at: At, choices: type[Choice]) -> Choice:
    if at.text() not in choices.values:
        words = {"name": at.text(), "known": ", ".join(choices.values)}
        raise at.wrong(_("'%(name)s' is none of %(known)s.") % words)
    return choices(at.text())


def _term(at: At) -> Term:
    found = at.only("signed_yearly", *TOGETHER, needed=("months",))
    months = found["months"].number()
    if months > MOST_MONTHS:
        raise found["months"].wrong(_("a term has %(most)s months at the most.") % {"most": MOST_MONTHS})
    return Term(months, "signed_yearly" in found and found["signed_yearly"].is_true(), at.clause())


def _hotline(at: At) -> Hotline:
    return Hotline(at.only(*TOGETHER, needed=("hint",))["hint"].text(), at.clause())


def _item(at: At) -> Item:
    return Item(at.only(*TOGETHER, needed=("name",))["name"].text(), at.clause())


def _post(at: At) -> Post:
    found = at.only("number", *TOGETHER, needed=("role",))
    number = found["number"].number() if "number" in found else 1
    return Post(_one_of(found["role"], StaffRole), number, at.clause())


def _within(found: Mapping[str, At], name: str) -> Within:
    if name not in found:
        return Within()
    if not (said := WITHIN.fullmatch(found[name].text())):
        raise found[name].wrong(_("a time here is a number of working days or calendar days."))
    return Within(int(said[1]), DayUnit(said[2].replace(" ", "_")))


def _inspection(at: At) -> Inspection:
    found = at.only("report", *TOGETHER, needed=("name", "kind", "times", "per"))
    return Inspection(
        name=found["name"].text(),
        kind=_one_of(found["kind"], Visit),
        times=found["times"].number(),
        per=_one_of(found["per"], Per),
        report=_within(found, "report"),
        clause=at.clause(),
    )


def _document(at: At) -> Document:
    found = at.only("within", "approved", *TOGETHER, needed=("name", "after"))
    after = _one_of(found["after"], After)
    if after is After.ON_REQUEST and "within" in found:
        raise found["within"].wrong(_("what is handed in when it is needed has no time."))
    return Document(
        name=found["name"].text(),
        after=after,
        within=_within(found, "within"),
        needs_approval="approved" in found and found["approved"].is_true(),
        clause=at.clause(),
    )


def _payment(at: At) -> Payment:
    found = at.only(*TOGETHER, needed=("name", "share", "when"))
    conditions = tuple(_one_of(item, Condition) for item in found["when"].items())
    return Payment(found["name"].text(), found["share"].number(), conditions, at.clause())


def _quota(at: At, categories: frozenset[str]) -> Quota:
    found = at.only("category", *TOGETHER, needed=("name", "unit", "amount"))
    if "category" in found and found["category"].text() not in categories:
        words = {"name": found["category"].text()}
        raise found["category"].wrong(_("'%(name)s' is no category of this contract.") % words)
    return Quota(
        name=found["name"].text(),
        unit=found["unit"].text(),
        amount=found["amount"].number(),
        category=found["category"].text() if "category" in found else "",
        clause=at.clause(),
    )
