from django.urls import path

from contracts.forms.parts import KINDS
from contracts.views import acts, amending, lists, matrix, page, parts, preparing, staff, trying

urlpatterns = [
    path("contracts/", lists.list_contracts, name="contracts"),
    path("contracts/new/", lists.start_contract, name="start_contract"),
    path("contracts/<uuid:pk>/", page.show_contract, name="contract"),
    path("contracts/<uuid:pk>/prepare/parties/", preparing.prepare_parties, name="prepare_parties"),
    path("contracts/<uuid:pk>/prepare/systems/", preparing.prepare_systems, name="prepare_systems"),
    path("contracts/<uuid:pk>/prepare/promises/", preparing.prepare_promises, name="prepare_promises"),
    path("contracts/<uuid:pk>/prepare/people/", preparing.prepare_people, name="prepare_people"),
    path("contracts/<uuid:pk>/prepare/plans/", preparing.prepare_plans, name="prepare_plans"),
    path("contracts/<uuid:pk>/prepare/summary/", preparing.prepare_summary, name="prepare_summary"),
    path("contracts/<uuid:pk>/activate/", preparing.activate, name="activate_contract"),
    path("contracts/<uuid:pk>/discard/", preparing.discard, name="discard_contract"),
    path("contracts/<uuid:pk>/change/", acts.change_contract, name="change_contract"),
    path("contracts/<uuid:pk>/sign/", acts.sign_year, name="sign_year"),
    path("contracts/<uuid:pk>/renew/", acts.renew, name="renew_contract"),
    path("contracts/<uuid:pk>/end/", acts.end, name="end_contract"),
    path("contracts/<uuid:pk>/staff/", staff.list_staff, name="contract_staff"),
    path("contracts/<uuid:pk>/staff/new/", staff.add_staff, name="add_staff"),
    path("contracts/staff/<uuid:pk>/", staff.change_staff, name="change_staff"),
    path("contracts/staff/<uuid:pk>/replace/", staff.replace_staff, name="replace_staff"),
    path("contracts/staff/<uuid:pk>/leave/", staff.take_off, name="take_off_staff"),
    path("contracts/quotas/<uuid:pk>/", acts.use_quota, name="quota"),
    path("contracts/quota-uses/<uuid:pk>/decide/", acts.decide_use, name="decide_quota_use"),
    path("contracts/<uuid:pk>/promises/", matrix.edit_matrix, name="edit_matrix"),
    path("contracts/<uuid:pk>/promises/try/", trying.try_promises, name="try_promises"),
    path("contracts/<uuid:pk>/promises/versions/", amending.list_versions, name="matrix_versions"),
    path("contracts/promises/<uuid:pk>/", amending.show_version, name="matrix_version"),
    path("contracts/promises/<uuid:pk>/cell/", matrix.edit_cell, name="edit_cell"),
    path("contracts/promises/<uuid:pk>/line/", matrix.edit_row, name="edit_row"),
    path("contracts/promises/<uuid:pk>/line/copy/", matrix.copy_row, name="copy_row"),
    path("contracts/promises/<uuid:pk>/line/remove/", matrix.remove_row, name="remove_row"),
    path("contracts/promises/<uuid:pk>/ladder/", matrix.edit_ladder, name="edit_ladder"),
    path("contracts/promises/<uuid:pk>/whole/", matrix.edit_whole, name="edit_whole"),
    path("contracts/promises/<uuid:pk>/check/", amending.check_matrix, name="check_matrix"),
    path("contracts/promises/<uuid:pk>/ask/", amending.ask_hospital, name="ask_hospital"),
    path("contracts/promises/<uuid:pk>/decide/", amending.decide_version, name="decide_version"),
    path("contracts/promises/<uuid:pk>/withdraw/", amending.withdraw_version, name="withdraw_version"),
    *(
        path(f"contracts/<uuid:pk>/{kind.slug}/", parts.EDITORS[kind.slug], name=kind.url_name)
        for kind in KINDS.values()
    ),
]
