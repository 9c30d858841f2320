"""What programs may ask, a line each. Every address has an `api_door`; the schema at /api/ is made from it."""

from django.urls import path

from contracts.api import explain_contract

urlpatterns = [
    path("v1/contracts/<uuid:pk>/explain/", explain_contract, name="explain_contract"),
]
