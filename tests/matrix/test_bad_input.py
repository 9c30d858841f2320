"""Whatever is sent to an address that takes a form, it is answered: never by a broken page (issue 4, 'Bad input').

Of six kinds of nonsense each form has two in turn, on a row of whoever is let in first; `make fuzz` sends all of them
by each side, to the other rooms' forms too. Which sentence stands beside which field, and that nothing typed is lost,
is the form's own test.
"""

from __future__ import annotations

import os

import pytest

from servicedesk.tenancy.enums import Side
from tests.examples import fill
from tests.matrix.conftest import Crowd
from tests.matrix.endpoints import Endpoint, endpoints
from tests.matrix.expectations import Answer, expected
from tests.matrix.test_writes_are_on_record import CHOSEN, FORM, SAID
from tests.matrix.walk import knock, relations, url_of
from tickets import api_urls as elsewhere_urls
from tickets import closing_urls, linked_urls, queue_urls, report_urls, urls

TEXTS = f"{SAID} text caller callee labels prefix query q note"
DATES = (
    "from_on to_on until_on on due_on starts_on ends_on planned_at wakes_at called_at time since from_at expected_at"
    " due_at until_at"
)
ROWS = (
    "to engineer ticket earlier parent into contract system department place item submission sticker metric member role"
)
NUMBERS = "minutes every_minutes digits was seen number port phone count days limit hue"


def all_of(names: str, value: str) -> dict[str, str]:
    return dict.fromkeys(names.split(), value)


ODD = {
    "letters": FORM | all_of(TEXTS, "<b>😱</b> مرحبا \u202e'; --"),
    "signs nobody sees": FORM | all_of(TEXTS, "卡\x00\x1b\x07") | dict.fromkeys(CHOSEN, "\x00"),
    "the ends of time": FORM | all_of(DATES, "0001-01-01T00:00"),
    "the other end": FORM | all_of(DATES, "9999-12-31T23:59") | all_of(NUMBERS, "9" * 30),
    "rows of nobody": FORM | all_of(ROWS, "0199aaaa-0000-7000-8000-000000000001") | all_of(NUMBERS, "-1"),
    "nothing": {"x": ""},
}
OURS = {
    pattern.name
    for module in (urls, queue_urls, report_urls, closing_urls, linked_urls, elsewhere_urls)
    for pattern in module.urlpatterns
}
WHOLE = "FUZZ" in os.environ
PRESSED = [one for one in endpoints() if one.rule and "POST" in one.rule.methods and not one.is_foreign
           and not one.route.startswith("api/v1") and (WHOLE or one.name in OURS)]  # fmt: skip


@pytest.fixture(scope="module")
def full(crowd: Crowd) -> Crowd:
    fill(crowd.world)
    return crowd


def broken(place: int, endpoint: Endpoint, full: Crowd) -> list[str]:
    found, sides = [], set()
    kinds = list(ODD) if WHOLE else [list(ODD)[(2 * place + n) % len(ODD)] for n in (0, 1)]
    for principal in full.principals:
        for _relation, example in relations(endpoint.rule.of, principal, full.world, far=False):
            if principal.side in sides or expected(endpoint.rule, "POST", principal, example) != Answer.LET_IN:
                continue
            sides |= {principal.side} if WHOLE else set(Side)
            url = url_of(endpoint, example and example.row, endpoint.rule)
            answers = {name: knock(principal, "POST", url, form=ODD[name]).status_code for name in kinds}
            found += [f"{endpoint} as {principal}: {name}" for name, status in answers.items() if status >= 500]
    return found


@pytest.mark.slow
def test_no_form_is_broken_by_what_is_sent(full: Crowd) -> None:
    assert len(PRESSED) > 90
    assert [fault for place, one in enumerate(PRESSED) for fault in broken(place, one, full)] == []
