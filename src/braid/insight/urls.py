"""Addresses of insight."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path, re_path

from .views.head import head, head_behind, head_first, head_mail, head_waiting
from .views.my_unit import my_unit, my_unit_first, record
from .views.search import search
from .views.subtree import subtree, subtree_sheet, subtree_without
from .views.today import today

urlpatterns: list[URLPattern | URLResolver] = [
    path("today/", today, name="today"),
    path("my-unit/", my_unit_first, name="my_unit_first"),
    path("my-unit/<str:code>/", my_unit, name="my_unit"),
    path("my-unit/<str:code>/record/", record, name="record"),
    path("subtree/<str:code>/", subtree, name="subtree"),
    re_path(
        r"^subtree/(?P<code>[^/]+)/without/(?P<missing>head|liaison|people)/$", subtree_without, name="subtree_without"
    ),
    re_path(r"^subtree/(?P<code>[^/]+)/table\.(?P<form>csv|xlsx)$", subtree_sheet, name="subtree_sheet"),
    path("head/", head_first, name="head_first"),
    path("head/<str:code>/", head, name="head"),
    path("head/<str:code>/mail/", head_mail, name="head_mail"),
    path("head/<str:code>/waiting/<str:name>/", head_waiting, name="head_waiting"),
    path("head/<str:code>/behind/<str:name>/", head_behind, name="head_behind"),
    path("search/", search, name="search"),
]
