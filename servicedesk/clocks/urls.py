from django.urls import include, path

urlpatterns = [path("", include("servicedesk.clocks.roster_urls"))]
