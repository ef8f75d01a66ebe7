"""All that is kept of one person, as the holdings of the apps say: for her page, and for the file she takes with her."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from braid.kernel.personal import HOLDINGS, Holding
from braid.people.models import Person

SHOWN = 20
"""Rows of one table the page shows; the file has them all."""


@dataclass(frozen=True)
class Section:
    """What one table keeps of her: rows of fields, each with its name and what it holds in words."""

    holding: Holding
    rows: list[list[tuple[str, str]]]
    has_more: bool = False


def own_data(person: Person, *, most: int | None = SHOWN) -> list[Section]:
    """What is kept of `person`, table by table, at most `most` rows of each (None: all); empty tables are left out.

    One query for each table, whatever it holds. Rows that only say who did something are not among them: they are about
    other things, and her name goes from them when she is erased.
    """
    sections = (_section(holding, person, most) for holding in _about(person))
    return [section for section in sections if section.rows]


def own_data_as_json(person: Person) -> dict[str, list[dict[str, Any]]]:
    """The same for a program: by table and field, values as they are kept; only numbers name what is not hers."""
    found: dict[str, list[dict[str, Any]]] = {}
    for holding in _about(person):
        rows = [{name: _plain(row, name) for name in holding.fields} for row in _rows(holding, person)]
        if rows:
            found.setdefault(holding.label, []).extend(rows)
    return found


def _about(person: Person) -> Iterator[Holding]:
    return (one for one in HOLDINGS if one.link and one.fields)


def _rows(holding: Holding, person: Person) -> models.QuerySet[Any]:
    related = [name for name in holding.fields if holding.model._meta.get_field(name).is_relation]
    return holding.rows_of(person.pk).select_related(*related) if related else holding.rows_of(person.pk)


def _section(holding: Holding, person: Person, most: int | None) -> Section:
    found = list(_rows(holding, person)[: None if most is None else most + 1])
    rows = found if most is None else found[:most]
    return Section(
        holding,
        [[(_heading(row, name), _in_words(row, name)) for name in holding.fields] for row in rows],
        has_more=len(found) > len(rows),
    )


def _heading(row: models.Model, name: str) -> str:
    """What a field is called."""
    words = str(cast("models.Field[Any, Any]", row._meta.get_field(name)).verbose_name)
    return words[:1].upper() + words[1:]


def _in_words(row: models.Model, name: str) -> str:
    """A value as a person reads it."""
    choice = getattr(row, f"get_{name}_display", None)
    value = choice() if choice else getattr(row, name)
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value), "DATETIME_FORMAT")
    if isinstance(value, date):
        return date_format(value, "DATE_FORMAT")
    if isinstance(value, list):
        return pgettext("between words of a list", ", ").join(map(str, value))
    return str(value)


def _plain(row: models.Model, name: str) -> Any:
    """A value as JSON holds it; of what a row points to only the number."""
    field = row._meta.get_field(name)
    value = getattr(row, field.attname)  # type: ignore[union-attr]
    return value.isoformat() if isinstance(value, date) else value
