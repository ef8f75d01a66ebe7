"""Addresses of units."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from .views.picker import unit_picker
from .views.tables import import_apply, import_drop, import_problems, import_run, units_export, units_import
from .views.units import unit, unit_deed

urlpatterns: list[URLPattern | URLResolver] = [
    path("units/pick/", unit_picker, name="unit_picker"),
    path("units/import/", units_import, name="units_import"),
    path("units/import/<int:pk>/", import_run, name="import_run"),
    path("units/import/<int:pk>/bad-rows/", import_problems, name="import_problems"),
    path("units/import/<int:pk>/apply/", import_apply, name="import_apply"),
    path("units/import/<int:pk>/drop/", import_drop, name="import_drop"),
    path("units/export/", units_export, name="units_export"),
    path("units/of/<str:code>/", unit, name="unit"),
    path("units/of/<str:code>/<slug:deed>/", unit_deed, name="unit_deed"),
]
