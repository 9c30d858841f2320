"""What programs may ask, a line each. Every address has an `api_door`; the schema at /api/ is made from it."""

from django.urls import include, path

from contracts.api import contracts, explain_contract, one_contract
from servicedesk.accounts.api import departments, people, places

urlpatterns = [
    path("v1/contracts/", contracts, name="api_contracts"),
    path("v1/contracts/<uuid:pk>/", one_contract, name="api_contract"),
    path("v1/contracts/<uuid:pk>/explain/", explain_contract, name="explain_contract"),
    path("v1/people/", people, name="api_people"),
    path("v1/departments/", departments, name="api_departments"),
    path("v1/places/", places, name="api_places"),
    path("v1/", include("tickets.api.urls")),
]
