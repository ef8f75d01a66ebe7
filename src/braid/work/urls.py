"""Addresses of work."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from .views import directive_drafts, directive_questions, directive_sending, directive_status, directives, handlings

urlpatterns: list[URLPattern | URLResolver] = [
    path("directives/", directives.directives, name="directives"),
    path("directives/sent/", directives.directives_sent, name="directives_sent"),
    path("directives/new/", directive_drafts.directive_new, name="directive_new"),
    path("directives/<int:pk>/", directives.directive, name="directive"),
    path("directives/<int:pk>/edit/", directive_drafts.directive_edit, name="directive_edit"),
    path("directives/<int:pk>/delete/", directive_drafts.directive_delete, name="directive_delete"),
    path("directives/<int:pk>/audience/", directive_drafts.directive_audience, name="directive_audience"),
    path("directives/<int:pk>/audience/size/", directive_drafts.directive_size, name="directive_size"),
    path(
        "directives/<int:pk>/audience/<int:rule>/remove/",
        directive_drafts.directive_audience_remove,
        name="directive_audience_remove",
    ),
    path("directives/<int:pk>/send/", directive_sending.directive_send, name="directive_send"),
    path("directives/<int:pk>/undo/", directive_sending.directive_undo, name="directive_undo"),
    path("directives/<int:pk>/withdraw/", directive_sending.directive_withdraw, name="directive_withdraw"),
    path("directives/<int:pk>/close/", directive_sending.directive_close, name="directive_close"),
    path("directives/<int:pk>/correct/", directive_sending.directive_correct, name="directive_correct"),
    path("directives/<int:pk>/review/", directive_sending.directive_review, name="directive_review"),
    path("directives/<int:pk>/review/ask/", directive_sending.directive_review_ask, name="directive_review_ask"),
    path("directives/<int:pk>/review/agree/", directive_sending.directive_review_agree, name="directive_review_agree"),
    path("directives/<int:pk>/questions/", directive_questions.directive_questions, name="directive_questions"),
    path("directives/questions/<int:pk>/answer/", directive_questions.directive_answer, name="directive_answer"),
    path("directives/questions/<int:pk>/decline/", directive_questions.directive_decline, name="directive_decline"),
    path("directives/<int:pk>/status/", directive_status.directive_status, name="directive_status"),
    path(
        "directives/<int:pk>/status/<str:code>/", directive_status.directive_status_unit, name="directive_status_unit"
    ),
    path("directives/<int:pk>/status/<str:code>/units/", directive_status.directive_units, name="directive_units"),
    path("directives/<int:pk>/at/<str:code>/", directives.directive_at, name="directive_at"),
    path("directives/<int:pk>/at/<str:code>/open/", handlings.directive_open, name="directive_open"),
    path("directives/<int:pk>/at/<str:code>/take-on/", handlings.directive_take_on, name="directive_take_on"),
    path("directives/<int:pk>/at/<str:code>/step/", handlings.directive_step, name="directive_step"),
    path("directives/<int:pk>/at/<str:code>/give/", handlings.directive_give, name="directive_give"),
    path("directives/<int:pk>/at/<str:code>/report/", handlings.directive_report, name="directive_report"),
    path("directives/<int:pk>/at/<str:code>/return/", handlings.directive_return, name="directive_return"),
    path("directives/<int:pk>/at/<str:code>/pass/", handlings.directive_pass, name="directive_pass"),
    path("directives/<int:pk>/at/<str:code>/ask/", directive_questions.directive_ask, name="directive_ask"),
    path("directives/<int:pk>/at/<str:code>/approve/", handlings.directive_approve, name="directive_approve"),
    path("directives/<int:pk>/at/<str:code>/send-back/", handlings.directive_send_back, name="directive_send_back"),
]
