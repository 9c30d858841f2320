from django.urls import include, path

from servicedesk.ui.views.home import home

urlpatterns = [
    path("", home, name="home"),
    path("accounts/", include("allauth.urls")),
    path("", include("servicedesk.notices.urls")),
]

handler400 = "servicedesk.ui.views.errors.bad_request"
handler403 = "servicedesk.ui.views.errors.forbidden"
handler404 = "servicedesk.ui.views.errors.not_found"
handler500 = "servicedesk.ui.views.errors.server_error"
