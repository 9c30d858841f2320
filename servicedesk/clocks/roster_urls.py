from django.urls import path

from servicedesk.clocks.views import on_duty, plans, roster, swaps, teams

urlpatterns = [
    path("on-duty/", on_duty.on_duty, name="on_duty"),
    path("roster/", teams.list_teams, name="teams"),
    path("roster/teams/new/", teams.add_team, name="add_team"),
    path("roster/swaps/", swaps.list_swaps, name="swaps"),
    path("roster/swaps/<uuid:pk>/grant/", swaps.grant_swap, name="grant_swap"),
    path("roster/swaps/<uuid:pk>/refuse/", swaps.refuse_swap, name="refuse_swap"),
    path("roster/swaps/<uuid:pk>/withdraw/", swaps.withdraw_swap, name="withdraw_swap"),
    path("roster/duties/<uuid:pk>/swap/", swaps.ask_swap, name="ask_swap"),
    path("roster/<uuid:pk>/", roster.show_month, name="roster"),
    path("roster/<uuid:pk>/team/", teams.change_team, name="change_team"),
    path("roster/<uuid:pk>/day/", roster.plan_day, name="roster_day"),
    path("roster/<uuid:pk>/fill/", plans.fill, name="roster_fill"),
    path("roster/<uuid:pk>/clear/", plans.clear, name="roster_clear"),
    path("roster/<uuid:pk>/copy/", plans.copy, name="roster_copy"),
    path("roster/<uuid:pk>/import/", plans.import_sheet, name="roster_import"),
    path("roster/<uuid:pk>/plan/", plans.carry_out, name="roster_plan"),
    path("roster/<uuid:pk>/export/", roster.export_month, name="roster_export"),
    path("roster/<uuid:pk>/template/", roster.template, name="roster_template"),
]
