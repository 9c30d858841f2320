from django.urls import path

from servicedesk.notices.views import deliveries, inbox, preferences, targets

urlpatterns = [
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/unread/", inbox.unread, name="inbox_unread"),
    path("inbox/read/", inbox.mark_all_read, name="inbox_mark_all_read"),
    path("inbox/<uuid:pk>/", inbox.open_notice, name="inbox_open"),
    path("notices/preferences/", preferences.preferences, name="notice_preferences"),
    path("notices/targets/", targets.targets, name="targets"),
    path("notices/targets/<uuid:pk>/withdraw/", targets.withdraw_target, name="target_withdraw"),
    path("notices/receivers/new/", targets.add_receiver, name="receiver_add"),
    path("notices/receivers/<uuid:pk>/", targets.change_receiver, name="receiver_change"),
    path("notices/receivers/<uuid:pk>/switch/", targets.switch_receiver, name="receiver_switch"),
    path("notices/receivers/<uuid:pk>/test/", targets.try_receiver, name="receiver_test"),
    path("notices/receivers/<uuid:pk>/acts/", targets.receiver_acts, name="receiver_acts"),
    path("notices/deliveries/", deliveries.deliveries, name="deliveries"),
    path("notices/deliveries/resend/", deliveries.resend_all, name="deliveries_resend_all"),
    path("notices/deliveries/<uuid:pk>/resend/", deliveries.resend, name="delivery_resend"),
    path("notices/deliveries/<uuid:pk>/dismiss/", deliveries.dismiss, name="delivery_dismiss"),
]
