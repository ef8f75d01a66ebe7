"""Templates of notices: those a unit may begin from, and single ones, in scope or absent."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404

from braid.contact.models import NoticeTemplate
from braid.contact.rules import can_send_for
from braid.kernel.keyset import Page, page_of
from braid.people.models import Person
from braid.units.models import Unit
from braid.units.paths import numbers_of


def templates_for(unit: Unit, *, cursor: str = "", size: int = 25) -> Page[NoticeTemplate]:
    """A page of the templates that `unit` may begin from, its own and those of units above, newest first."""
    return page_of(_usable(unit), order=("-pk",), cursor=cursor, size=size)


def template_for(person: Person, pk: int) -> NoticeTemplate:
    """The template numbered `pk` if it is in use and `person` may send for its unit; else `Http404`."""
    template = _in_use().filter(pk=pk).first()
    if template is None or not can_send_for(person, template.unit_path):
        raise Http404
    return template


def template_to_use(unit: Unit, pk: int) -> NoticeTemplate:
    """The template numbered `pk` if `unit` may begin from it; else `Http404`."""
    template = _usable(unit).filter(pk=pk).first()
    if template is None:
        raise Http404
    return template


def _usable(unit: Unit) -> QuerySet[NoticeTemplate]:
    return _in_use().filter(unit__in=numbers_of(unit.path))


def _in_use() -> QuerySet[NoticeTemplate]:
    return NoticeTemplate.objects.filter(retired_at=None).select_related("unit")
