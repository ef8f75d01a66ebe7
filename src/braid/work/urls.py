"""Addresses of work."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from .views import duty, visits

urlpatterns: list[URLPattern | URLResolver] = [
    path("visits/", visits.visits, name="visits"),
    path("visits/<int:pk>/take-back/", visits.visit_take_back, name="visit_take_back"),
    path("me/duty/", duty.duty, name="duty"),
    path("me/duty/print/", duty.duty_print, name="duty_print"),
    path("me/duty/notes/<int:pk>/drop/", duty.duty_note_drop, name="duty_note_drop"),
    path("me/duty/<str:kind>/", duty.duty_entries, name="duty_entries"),
]
