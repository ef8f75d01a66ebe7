"""Addresses of work."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from .views import approvals, duty, rollups, visits

urlpatterns: list[URLPattern | URLResolver] = [
    path("rollups/", rollups.rollups, name="rollups"),
    path("rollups/<int:pk>/", rollups.rollup, name="rollup"),
    path("rollups/<int:pk>/at/<str:code>/", rollups.rollup_unit, name="rollup_unit"),
    path("rollups/<int:pk>/at/<str:code>/series/", rollups.rollup_series, name="rollup_series"),
    path("rollups/<int:pk>/at/<str:code>/missing/", rollups.rollup_missing, name="rollup_missing"),
    path("rollups/<int:pk>/at/<str:code>/reports/", rollups.rollup_reports, name="rollup_reports"),
    path("rollups/<int:pk>/at/<str:code>/file/", rollups.rollup_file, name="rollup_file"),
    path("rollups/<int:pk>/at/<str:code>/report/", rollups.report_seen, name="report_seen"),
    path("rollups/<int:pk>/at/<str:code>/report/send-back/", approvals.report_send_back, name="report_send_back"),
    path("rollups/<int:pk>/at/<str:code>/approval/", approvals.approval, name="approval"),
    path("rollups/<int:pk>/at/<str:code>/approval/give/", approvals.approval_give, name="approval_give"),
    path("rollups/<int:pk>/at/<str:code>/approval/reopen/", approvals.approval_reopen, name="approval_reopen"),
    path("visits/", visits.visits, name="visits"),
    path("visits/<int:pk>/take-back/", visits.visit_take_back, name="visit_take_back"),
    path("me/duty/", duty.duty, name="duty"),
    path("me/duty/print/", duty.duty_print, name="duty_print"),
    path("me/duty/notes/<int:pk>/drop/", duty.duty_note_drop, name="duty_note_drop"),
    path("me/duty/<str:kind>/", duty.duty_entries, name="duty_entries"),
]
