from django.urls import include, path

from servicedesk import pages, palette, status

urlpatterns = [
    path("", pages.home, name="home"),
    path("language/", pages.choose_language, name="choose_language"),
    path("colours/", pages.choose_theme, name="choose_theme"),
    path("ui-gallery/", pages.gallery, name="gallery"),
    path("api/", pages.api, name="api"),
    path("api/schema/", pages.api_schema, name="api_schema"),
    path("api/", include("servicedesk.api")),
    path("", include("servicedesk.accounts.urls")),
    path("", include("servicedesk.audit.urls")),
    path("", include("servicedesk.clocks.calendars_urls")),
    path("", include("servicedesk.clocks.promise_urls")),
    path("", include("servicedesk.clocks.roster_urls")),
    path("", include("servicedesk.files.urls")),
    path("", include("servicedesk.notices.urls")),
    path("", include("contracts.urls")),
    path("", include("tickets.queue_urls")),
    path("", include("tickets.urls")),
    path("", include("tickets.report_urls")),
    path("", include("tickets.closing_urls")),
    path("", include("tickets.linked_urls")),
    path("", include("tickets.home_urls")),
    path("search/palette/", palette.palette, name="palette"),
    path("", include("tickets.api_urls")),
    path("healthz", status.healthz, name="healthz"),
    path("livez", status.livez, name="livez"),
    path("status", status.status, name="status"),
    path("internal/metrics", status.metrics, name="metrics"),
]

handler400 = "servicedesk.ui.views.errors.bad_request"
handler403 = "servicedesk.ui.views.errors.forbidden"
handler404 = "servicedesk.ui.views.errors.not_found"
handler500 = "servicedesk.ui.views.errors.server_error"
