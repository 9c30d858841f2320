"""Who had the problem signs the feedback form, or says that it is not solved (PACS-8).

Three ways: signed in; on the engineer's device, handed over; over a link that works once. Each leaves who, when, from
which device, and the hash of exactly what was shown.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, transaction
from django.utils.translation import gettext as _

from servicedesk.audit.enums import Act
from servicedesk.audit.record import record
from servicedesk.notices.enums import NoticeKind
from servicedesk.tenancy.bulk import insert_made, together
from servicedesk.tenancy.enums import Side
from servicedesk.tenancy.refusals import Forbidden, Refused
from servicedesk.tenancy.wall import Context, Person
from tickets.enums import Kind, Satisfaction, State, Way
from tickets.feedback import facts_of, seal_of, sha256_of
from tickets.models import FeedbackForm, Objection, SigningLink, Ticket
from tickets.objections import decide, refuse_while_open
from tickets.people import Told, told_of
from tickets.services.solving import refuse_solution
from tickets.signers import Signer, refuse_unfit
from tickets.states import Move, move, why_not
from tickets.stream import keep, locked, of, tell, write

GOOD_FOR = timedelta(days=7)


@dataclass(frozen=True)
class Signature:
    """What was given: one of `strokes` and `typed`. `seen` is the hash of the form as it was shown."""

    satisfaction: Satisfaction
    seen: str
    strokes: str = ""
    typed: str = ""
    words: str = ""


@dataclass(frozen=True)
class Found:
    id: UUID
    hospital_id: int

    @property
    def context(self) -> Context:
        return Context.of_hospital(self.hospital_id)


@transaction.atomic
def make_link(ticket: Ticket, *, by: Person, at: datetime, address: str = "") -> tuple[SigningLink, str]:
    """The link and its secret, which is shown once and kept nowhere. An earlier one opens nothing any more."""
    ticket = locked(ticket)
    _refuse_unless_to_sign(ticket, by.side)
    refuse_while_open(ticket)
    SigningLink.objects.filter(ticket=ticket, used_at=None, revoked_at=None).update(revoked_at=at)
    secret = secrets.token_urlsafe(24)
    link = SigningLink.objects.create(
        **of(ticket), cycle=ticket.cycle, secret_hash=hash_of(secret), made_at=at, made_by=by.membership_id,
        made_name=by.name, made_side=by.side, made_address=address[:45], until_at=at + GOOD_FOR,
    )  # fmt: skip
    record(Act.SIGNING_LINK_MADE, ticket, by=by, at=at, words={"link": str(link.pk)})
    write(ticket, Kind.ACT, act=Act.SIGNING_LINK_MADE, by=by, at=at)
    return link, secret


def hash_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def find_link(secret: str) -> Found | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM signing_link_by_secret(%s)", [hash_of(secret)])
        row = cursor.fetchone()
    return Found(*row) if row else None


def why_closed(link: SigningLink, *, at: datetime) -> str:
    """Empty: it opens its form. Whoever holds the secret may know why it does not."""
    if link.used_at:
        return _("This link has been used; what was said over it is on record.")
    if link.revoked_at or link.cycle != link.ticket.cycle:
        return _("A newer link took the place of this one. Ask whoever sent it to you.")
    if at >= link.until_at:
        return _("This link was good for seven days, which are over. Ask whoever sent it to you for a new one.")
    return why_not(link.ticket, Move.SIGN, None)


@transaction.atomic
def sign(ticket: Ticket, signature: Signature, *, signer: Signer, at: datetime) -> FeedbackForm:
    """Freezes the form as the signer saw it. Of two at once, the lock lets one through and tells the other."""
    ticket = locked(ticket)
    refuse_unfit(ticket, signer)
    refuse_while_open(ticket)
    _use(signer.link, at=at)
    move(ticket, Move.SIGN, by=signer.person)
    _refuse_odd(signature, signer)
    facts = facts_of(ticket)
    if sha256_of(facts) != signature.seen:
        raise Refused(_("The form has changed since you opened it. See what is new, then sign."), code="stale")
    form = FeedbackForm(
        **of(ticket), **signer.evidence, cycle=ticket.cycle, at=at, facts=facts, form_sha256=signature.seen,
        strokes=signature.strokes, typed=signature.typed, satisfaction=signature.satisfaction, words=signature.words,
    )  # fmt: skip
    form.sha256 = seal_of(form)
    told = told_of(ticket, Act.FEEDBACK_SIGNED, at=at)
    with together(using=DEFAULT_DB_ALIAS):
        insert_made([form], using=DEFAULT_DB_ALIAS)
        _put_on_record(ticket, form, signer, told, at)
        _tell_of_it(ticket, NoticeKind.DOCUMENT_SIGNED, told, by=signer.person, at=at)
    return form


@transaction.atomic
def refuse_to_sign(ticket: Ticket, *, why: str, signer: Signer, at: datetime) -> Objection | None:
    """'Not solved.' Of somebody signed in, the next cycle begins at once. Of a name without an account, it is a word
    that moves no promise by itself: the hospital's IT is told and decides; meanwhile nothing is signed or closed."""
    if signer.way is Way.ACCOUNT and signer.person:
        refuse_unfit(ticket, signer)
        refuse_solution(ticket, why=why, by=signer.person, at=at)
        return None
    ticket = locked(ticket)
    refuse_unfit(ticket, signer)
    _refuse_unless_to_sign(ticket, None)
    refuse_while_open(ticket)
    if not why.strip():
        raise Refused(_("Say what is not solved."), code="why")
    _use(signer.link, at=at)
    objection = Objection.objects.create(**of(ticket), **signer.evidence, cycle=ticket.cycle, at=at, why=why)
    told = told_of(ticket, Act.SIGNATURE_REFUSED, at=at)
    with together(using=DEFAULT_DB_ALIAS):
        keep(ticket, at=at)
        record(Act.SIGNATURE_REFUSED, ticket, by=signer.person, at=at, words={"way": signer.way.value})
        write(ticket, Kind.ACT, act=Act.SIGNATURE_REFUSED, by=None, at=at, name=signer.name, text=why,
              facts={"way": signer.way.value}, known=told.directory)  # fmt: skip
        _tell_of_it(ticket, NoticeKind.TICKET_ANSWERED, told, by=None, at=at)
    return objection


def _tell_of_it(ticket: Ticket, kind: NoticeKind, told: Told, *, by: Person | None, at: datetime) -> None:
    """The hospital's IT is asked for the next step, the others hear of this one."""
    known, others = told.directory, told.vendor_and_reporter(ticket) - told.hospital_it(ticket)
    tell(ticket, NoticeKind.APPROVAL_ASKED, to=told.hospital_it(ticket), by=by, at=at, known=known)
    tell(ticket, kind, to=others, by=by, at=at, known=known)


@transaction.atomic
def decide_objection(objection: Objection, *, is_upheld: bool, said: str = "", by: Person, at: datetime) -> Ticket:
    """Upheld, the next cycle begins now: from the hospital's word on, not from an unproven name's. Set aside, the form
    may be signed again; the reason is read by all."""
    ticket = locked(objection.ticket)
    objection = Objection.objects.get(pk=objection.pk)
    if by.side is not Side.HOSPITAL:
        raise Forbidden(_("Whether it is solved is the hospital's decision."))
    if objection.decided_at:
        raise Refused(_("Somebody has decided this already."))
    if is_upheld:  # refusing the solution decides the objection with it
        return refuse_solution(ticket, why=objection.why, by=by, at=at)
    if not said.strip():
        raise Refused(_("Say why the solution stands all the same."), code="said")
    decide(objection, is_upheld=False, said=said, by=by, at=at)
    told = told_of(ticket, Act.OBJECTION_DECIDED, at=at)
    with together(using=DEFAULT_DB_ALIAS):
        keep(ticket, at=at)
        record(Act.OBJECTION_DECIDED, ticket, by=by, at=at, words={"upheld": False})
        write(ticket, Kind.ACT, act=Act.OBJECTION_DECIDED, by=by, at=at, text=said, known=told.directory)
        to, known = told.vendor_and_reporter(ticket), told.directory
        tell(ticket, NoticeKind.TICKET_ANSWERED, to=to, by=by, at=at, known=known)
    return ticket


def _use(link: SigningLink | None, *, at: datetime) -> None:
    if link is None:
        return
    held = SigningLink.objects.select_for_update(no_key=True, of=("self",)).select_related("ticket").get(pk=link.pk)
    if sentence := why_closed(held, at=at):
        raise Refused(sentence, code="link")
    held.used_at = at
    held.save(update_fields=["used_at"])


def _refuse_unless_to_sign(ticket: Ticket, side: Side | None) -> None:
    if sentence := why_not(ticket, Move.SIGN, side):
        raise Refused(sentence, code="not_now")


def _refuse_odd(signature: Signature, signer: Signer) -> None:
    if bool(signature.strokes) == bool(signature.typed):
        raise Refused(_("Sign in the field, or type your full name instead."), code="signature")
    if signature.typed and signature.typed != signer.name:
        raise Refused(_("Type the same name as above."), code="signature")


def _put_on_record(ticket: Ticket, form: FeedbackForm, signer: Signer, told: Told, at: datetime) -> None:
    """The hash goes into the trail as well, whose blocks are anchored outside: a form cannot be exchanged with it."""
    assert ticket.state == State.SIGNED
    keep(ticket, at=at)
    words = {"way": signer.way.value, "sha256": form.sha256, "form": str(form.pk)}
    record(Act.FEEDBACK_SIGNED, ticket, by=signer.person, at=at, words=words)
    oneself = signer.person if signer.way is Way.ACCOUNT else None
    facts = {"way": signer.way.value, "satisfaction": str(form.satisfaction), "handed": form.handed_name}
    write(ticket, Kind.ACT, act=Act.FEEDBACK_SIGNED, by=oneself, at=at, name=signer.name, text=form.words,
          facts=facts, known=told.directory)  # fmt: skip
