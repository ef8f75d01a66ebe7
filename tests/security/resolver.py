"""Walks the product's addresses, so that none is forgotten."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver


def addresses() -> dict[str, URLPattern]:
    """Every URL pattern by `namespace:name`; unnamed ones by their pattern."""
    return dict(_walk(get_resolver(), "", ""))


def _walk(resolver: URLResolver, namespace: str, prefix: str) -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _walk(entry, inner, prefix + str(entry.pattern))
        elif entry.name:
            yield f"{namespace}{entry.name}", entry
        else:
            yield prefix + str(entry.pattern), entry
