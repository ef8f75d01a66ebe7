"""Addresses of kernel."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from . import offline, views
from .files.views import stored_file, stored_file_small

urlpatterns: list[URLPattern | URLResolver] = [
    path("language/<str:code>/", views.language, name="language"),
    path("go/", views.go, name="go"),
    path("theme.css", views.theme, name="theme"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
    path("sw.js", offline.service_worker, name="service_worker"),
    path("offline/", offline.offline, name="offline"),
    path("offline/pass/", offline.offline_pass, name="offline_pass"),
    path("files/<int:pk>/", stored_file, name="stored_file"),
    path("files/<int:pk>/small/", stored_file_small, name="stored_file_small"),
    path("styleguide/", views.styleguide, name="styleguide"),
]
