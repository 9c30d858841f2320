"""The page about the API says what its schema says."""

from servicedesk.openapi import groups_of

SCHEMA = {
    "paths": {
        "/api/tickets/": {
            "get": {
                "tags": ["tickets"],
                "description": "Tickets one may see.\nNewest first.",
                "parameters": [
                    {"name": "state", "in": "query", "schema": {"type": "string"}, "description": "One state."}
                ],
                "responses": {"200": {"description": "All of them"}, "403": {}},
            },
            "post": {"tags": ["tickets"], "summary": "Report a fault", "responses": {}},
        },
        "/api/version/": {"get": {"operationId": "version", "responses": {}}},
    }
}


def test_operations_stand_in_their_groups_with_all_they_take_and_give() -> None:
    groups = groups_of(SCHEMA)
    assert {name: [(one.method, one.path, one.title) for one in of] for name, of in groups.items()} == {
        "tickets": [("GET", "/api/tickets/", "Tickets one may see."), ("POST", "/api/tickets/", "Report a fault")],
        "api": [("GET", "/api/version/", "version")],
    }
    listing = groups["tickets"][0]
    assert listing.parameters == [
        {"name": "state", "place": "query", "kind": "string", "required": False, "words": "One state."}
    ]
    assert listing.answers == [("200", "All of them"), ("403", "")]


def test_an_empty_schema_has_no_groups() -> None:
    assert groups_of({"paths": {}}) == {}
