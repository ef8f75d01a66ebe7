"""Addresses of work."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from .views import bulk_reports, duty, paper, periods, questions, report_forms, reports, visits

urlpatterns: list[URLPattern | URLResolver] = [
    path("visits/", visits.visits, name="visits"),
    path("visits/<int:pk>/take-back/", visits.visit_take_back, name="visit_take_back"),
    path("me/duty/", duty.duty, name="duty"),
    path("me/duty/print/", duty.duty_print, name="duty_print"),
    path("me/duty/notes/<int:pk>/drop/", duty.duty_note_drop, name="duty_note_drop"),
    path("me/duty/<str:kind>/", duty.duty_entries, name="duty_entries"),
    path("forms/", report_forms.report_forms, name="report_forms"),
    path("forms/new/", report_forms.report_form_new, name="report_form_new"),
    path("forms/<int:pk>/", report_forms.report_form, name="report_form"),
    path("forms/<int:pk>/edit/", report_forms.report_form_edit, name="report_form_edit"),
    path("forms/<int:pk>/delete/", report_forms.report_form_delete, name="report_form_delete"),
    path("forms/<int:pk>/asked/", report_forms.report_form_asked, name="report_form_asked"),
    path(
        "forms/<int:pk>/asked/<int:rule>/remove/",
        report_forms.report_form_asked_remove,
        name="report_form_asked_remove",
    ),
    path("forms/<int:pk>/preview/", report_forms.report_form_preview, name="report_form_preview"),
    path("forms/<int:pk>/publish/", report_forms.report_form_publish, name="report_form_publish"),
    path("forms/<int:pk>/end/", report_forms.report_form_end, name="report_form_end"),
    path("forms/<int:pk>/versions/<int:number>/", report_forms.report_form_version, name="report_form_version"),
    path("forms/<int:pk>/questions/new/", questions.form_question_new, name="form_question_new"),
    path("forms/<int:pk>/questions/file/", questions.form_questions_file, name="form_questions_file"),
    path("forms/<int:pk>/questions/import/", questions.form_questions_import, name="form_questions_import"),
    path("forms/<int:pk>/questions/<slug:key>/", questions.form_question_edit, name="form_question_edit"),
    path("forms/<int:pk>/questions/<slug:key>/move/", questions.form_question_move, name="form_question_move"),
    path("forms/<int:pk>/questions/<slug:key>/remove/", questions.form_question_remove, name="form_question_remove"),
    path("forms/<int:pk>/questions/<slug:key>/bind/", questions.form_question_bind, name="form_question_bind"),
    path("forms/<int:pk>/checks/new/", questions.form_check_new, name="form_check_new"),
    path("forms/<int:pk>/checks/<int:place>/remove/", questions.form_check_remove, name="form_check_remove"),
    path("forms/<int:pk>/periods/new/", periods.period_open, name="period_open"),
    path("forms/<int:pk>/paper/", paper.report_form_paper, name="report_form_paper"),
    path("forms/<int:pk>/paper.pdf", paper.report_form_pdf, name="report_form_pdf"),
    path("periods/<int:pk>/close/", periods.period_close, name="period_close"),
    path("periods/<int:pk>/paper/<str:code>/", paper.report_paper, name="report_paper"),
    path("periods/<int:pk>/paper/<str:code>.pdf", paper.report_pdf, name="report_pdf"),
    path("reports/", reports.reports_due, name="reports_due"),
    path("reports/bulk/<int:pk>/", bulk_reports.bulk_run, name="bulk_run"),
    path("reports/bulk/<int:pk>/forget/", bulk_reports.bulk_forget, name="bulk_forget"),
    path("reports/<int:pk>/<str:code>/", reports.report, name="report"),
    path("reports/<int:pk>/<str:code>/fill/", reports.report_fill, name="report_fill"),
    path("reports/<int:pk>/<str:code>/bulk/", bulk_reports.bulk_reports, name="bulk_reports"),
    path("reports/<int:pk>/<str:code>/bulk/file/", bulk_reports.bulk_file, name="bulk_file"),
    path("reports/<int:pk>/<str:code>/counted/<slug:key>/", reports.report_counted, name="report_counted"),
    path("reports/<int:pk>/<str:code>/file/<slug:key>/", reports.report_file, name="report_file"),
from .views import approvals, rollups

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
]
