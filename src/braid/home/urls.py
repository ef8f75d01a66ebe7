"""Addresses of the public Home."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from .views import edit, feeds, find, pages, sitemaps

urlpatterns: list[URLPattern | URLResolver] = [
    path("", pages.root_home, name="root_home"),
    path("u/<str:code>/", pages.home, name="home"),
    path("u/<str:code>/feed.atom", feeds.atom, name="home_atom"),
    path("u/<str:code>/feed.rss", feeds.rss, name="home_rss"),
    path("u/<str:code>/edit/", edit.texts, name="home_edit"),
    path("u/<str:code>/help/", edit.help_lines, name="home_help"),
    path("u/<str:code>/help/new/", edit.help_line, name="home_help_new"),
    path("u/<str:code>/help/<str:key>/", edit.help_line, name="home_help_line"),
    path("u/<str:code>/help/<str:key>/hide/", edit.hide, name="home_help_hide"),
    path("u/<str:code>/help/<str:key>/drop/", edit.drop, name="home_help_drop"),
    path("find/", find.find, name="find"),
    path("robots.txt", sitemaps.robots, name="robots"),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    path("sitemap-<int:number>.xml", sitemaps.part, name="sitemap_part"),
]
