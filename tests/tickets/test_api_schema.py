"""The schema that is checked in is the one the code makes: whoever built on it sees a change as a difference."""

import json
import os
from pathlib import Path

from django.utils import translation
from drf_spectacular.generators import SchemaGenerator

from tests.matrix.endpoints import endpoints

FILE = Path(__file__).resolve().parents[2] / "docs" / "openapi.json"


def made():
    with translation.override("en"):
        schema = SchemaGenerator().get_schema(public=True)
    return json.dumps(schema, ensure_ascii=False, indent=1, sort_keys=True, default=str) + "\n"


def test_the_schema_is_up_to_date():
    if os.environ.get("UPDATE_DOCS"):
        FILE.write_text(made())
    assert FILE.read_text() == made(), "run `make fix`"


def test_every_address_and_method_is_in_it():
    paths = json.loads(made())["paths"]
    for endpoint in endpoints():
        if endpoint.route.startswith("api/v1/"):
            said = paths["/" + endpoint.route.replace("<uuid:pk>", "{id}")]
            assert {method.upper() for method in said} == set(endpoint.rule.methods), endpoint


def test_every_operation_names_the_scopes_that_open_it():
    paths = json.loads(made())["paths"]
    assert paths["/api/v1/tickets/"]["post"]["x-scopes"] == ["tickets.report"]
    assert paths["/api/v1/tickets/{id}/link/"]["post"]["x-scopes"] == ["tickets.work", "tickets.decide"]
    by_hand = {path for path, item in paths.items() for said in item.values() if not said["x-scopes"]}
    assert {path.removeprefix("/api/v1/") for path in by_hand} == {
        "tickets/{id}/declare-incident/", "incidents/{id}/end/", "remote-accesses/{id}/grant/",
        "remote-accesses/{id}/refuse/", "remote-accesses/{id}/revoke/", "tickets/{id}/decide-waiver/",
    }  # fmt: skip


def test_every_operation_says_how_it_refuses():
    for path, item in json.loads(made())["paths"].items():
        for method, said in item.items():
            assert {"401", "403", "429"} <= set(said["responses"]), (path, method)
            assert said["security"], (path, method)
            assert said["summary"], (path, method)
            assert ("requestBody" not in said) or {"400", "415"} <= set(said["responses"]), (path, method)


def test_the_page_shows_each_of_them(world, client):
    from servicedesk.tenancy.enums import Role
    from tests.world import make_member

    client.force_login(make_member(Role.IT_ENGINEER, world.h1).user)
    page = client.get("/api/").content.decode()
    for path in json.loads(made())["paths"]:
        assert path in page
    assert "<code>wakes_at</code>" in page
