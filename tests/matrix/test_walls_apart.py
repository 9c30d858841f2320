"""Each wall holds without the other, and the matrix turns red when either loses a stone. ALL-1, PACS-18."""

from __future__ import annotations

import pytest

from tests.examples import walled_models
from tests.matrix.endpoints import endpoints
from tests.matrix.modes import differences, leaks, policy_off, seen_by_everybody, visible_to_off
from tests.matrix.principals import make_principals
from tests.matrix.walk import knock
from tests.world import make_world

PAGES = "tests.matrix.pages"
SHOWN = [endpoint for endpoint in endpoints(PAGES) if endpoint.name.startswith("show ")]


@pytest.fixture(autouse=True)
def pages(settings):
    settings.ROOT_URLCONF = PAGES


@pytest.fixture
def principals(world):
    return make_principals(world)


def page_of(model):
    return next(endpoint for endpoint in SHOWN if endpoint.rule.of is model)


@pytest.mark.django_db
@pytest.mark.parametrize("endpoint", SHOWN, ids=str)
def test_every_kind_of_row_keeps_to_the_matrix(endpoint, principals, world):
    assert list(differences(endpoint, principals, world)) == []


@pytest.mark.django_db
@pytest.mark.parametrize("endpoint", SHOWN, ids=str)
def test_the_policies_hold_alone(endpoint, principals, world, monkeypatch):
    with visible_to_off(monkeypatch):
        assert list(leaks(endpoint, principals, world)) == []


@pytest.mark.django_db
def test_a_list_shows_what_its_pages_show(principals, world):
    """Detail and list go through one door: the list holds a row exactly when its own page opens."""
    from tests.matrix.walk import relations, url_of

    for endpoint in SHOWN:
        model = endpoint.rule.of
        for principal in principals[1:]:
            for _relation, example in relations(model, principal, world):
                shown = knock(principal, "GET", url_of(endpoint, example.row, endpoint.rule)).status_code == 200
                listed = knock(principal, "GET", f"/{model._meta.label_lower}/")
                ids = listed.content.decode().split() if listed.status_code == 200 else []
                assert (str(example.row.pk) in ids) == shown, (model, principal)


@pytest.mark.django_db(transaction=True, databases=["default", "owner", "watch"])
def test_a_removed_policy_turns_the_matrix_red(monkeypatch):
    """For every kind of row; one world serves them all, or this alone would take minutes."""
    world = make_world()
    principals, green = make_principals(world), []
    for model in walled_models():
        with policy_off(model), visible_to_off(monkeypatch):
            if not any(leaks(page_of(model), principals, world)):
                green.append(model)
    assert green == []


@pytest.mark.django_db(transaction=True, databases=["default", "owner", "watch"])
def test_a_removed_visible_to_turns_the_matrix_red(monkeypatch):
    from tests.matrix.modes import as_role

    with as_role("watch"):
        world = make_world()
        principals, alone, green = make_principals(world), {}, []
        for model in walled_models():
            alone[model] = list(differences(page_of(model), principals, world))
            with seen_by_everybody(monkeypatch, model):
                if not any(differences(page_of(model), principals, world)):
                    green.append(model)
        assert {model: cells for model, cells in alone.items() if cells} == {}, "visible_to holds alone"
        assert green == []
