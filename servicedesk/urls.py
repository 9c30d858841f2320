from django.urls import include, path

from servicedesk import pages

urlpatterns = [
    path("", pages.home, name="home"),
    path("language/", pages.choose_language, name="choose_language"),
    path("colours/", pages.choose_theme, name="choose_theme"),
    path("ui-gallery/", pages.gallery, name="gallery"),
    path("accounts/", include("allauth.urls")),
]

handler400 = "servicedesk.ui.views.errors.bad_request"
handler403 = "servicedesk.ui.views.errors.forbidden"
handler404 = "servicedesk.ui.views.errors.not_found"
handler500 = "servicedesk.ui.views.errors.server_error"
