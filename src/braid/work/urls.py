"""Addresses of work."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from .views import burden, complaints

urlpatterns: list[URLPattern | URLResolver] = [
    path("burden/<str:code>/", burden.burden_unit, name="burden_unit"),
    path("burden/<str:code>/below/", burden.burden_below, name="burden_below"),
    path("burden/<str:code>/over/", burden.burden_over, name="burden_over"),
    path("burden/<str:code>/same-questions/", burden.burden_twins, name="burden_twins"),
    path("burden/<str:code>/forms/", burden.burden_forms, name="burden_forms"),
    path("burden/<str:code>/budgets/", burden.burden_budgets, name="burden_budgets"),
    path("burden/effect-of/<str:kind>/<int:pk>/", burden.burden_effect, name="burden_effect"),
    path("complaints/", complaints.complaints_mine, name="complaints_mine"),
    path("complaints/heard/", complaints.complaints_heard, name="complaints_heard"),
    path("complaints/about/<str:code>/", complaints.complaints_about, name="complaints_about"),
    path("complaints/new/<str:kind>/<int:pk>/<str:code>/", complaints.complaint_new, name="complaint_new"),
    path("complaints/<int:pk>/", complaints.complaint, name="complaint"),
    path("complaints/<int:pk>/answer/", complaints.complaint_answer, name="complaint_answer"),
    path("complaints/<int:pk>/take-back/", complaints.complaint_take_back, name="complaint_take_back"),
]
