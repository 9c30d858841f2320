from django.urls import path

from tickets.views import calls, reporting, scanning, stickers

urlpatterns = [
    path("report/", reporting.report_fault, name="report"),
    path("report/similar/", reporting.similar, name="similar_tickets"),
    path("tickets/<uuid:pk>/call-now/", reporting.call_now, name="call_now"),
    path("tickets/<uuid:pk>/me-too/", reporting.me_too, name="me_too"),
    path("tickets/<uuid:pk>/calls/new/", calls.call_about, name="call_about"),
    path("calls/", calls.list_calls, name="calls"),
    path("calls/new/", calls.new_call, name="new_call"),
    path("calls/<uuid:pk>/agree/", calls.agree, name="agree_to_call"),
    path("calls/<uuid:pk>/dispute/", calls.dispute, name="dispute_call"),
    path("stickers/", stickers.list_stickers, name="stickers"),
    path("stickers/new/", stickers.make_stickers, name="make_stickers"),
    path("stickers/print-anew/", stickers.print_anew, name="print_stickers_anew"),
    path("stickers/<uuid:pk>/revoke/", stickers.revoke_sticker, name="revoke_sticker"),
    path("numbers/", stickers.number_rule, name="number_rule"),
    path("r/<str:token>/", scanning.scan, name="scan"),
    path("r/<str:token>/check-in/<uuid:pk>/", scanning.check_in, name="scan_check_in"),
    path("r/<str:token>/t/<slug:number>/", scanning.follow, name="scan_follow"),
    path("r/<str:token>/t/<slug:number>/urge/", scanning.urge, name="scan_urge"),
    path("r/<str:token>/t/<slug:number>/me-too/", scanning.me_too, name="scan_me_too"),
]
