"""Every address of the product; each app brings its own."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from . import health
from .api import api, reference

urlpatterns: list[URLPattern | URLResolver] = [
    path("live", health.live, name="live"),
    path("ready", health.ready, name="ready"),
    path("api/", reference, name="api_reference"),
    path("api/v1/", api.urls),
    path("", include("braid.home.urls")),  # first, as most requests are for a Home
    path("", include("braid.kernel.urls")),
    path("", include("braid.units.urls")),
    path("", include("braid.people.urls")),
    path("", include("braid.contact.urls")),
    path("", include("braid.work.urls")),
    path("", include("braid.insight.urls")),
]

handler400 = "braid.kernel.views.bad_request"
handler403 = "braid.kernel.views.forbidden"
handler404 = "braid.kernel.views.not_found"
handler500 = "braid.kernel.views.server_error"
