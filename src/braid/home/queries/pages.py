"""Everything one public Home shows, read in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from django.db import connection
from django.urls import get_script_prefix
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from braid.contact.enums import AffiliationState, SubmissionState
from braid.contact.models import Group, Notice, Submission
from braid.contact.queries import Headline, notices_behind, public_headlines
from braid.contact.queries.affiliations import public_affiliations
from braid.contact.queries.groups import public_groups
from braid.contact.queries.submissions import public_submissions
from braid.home.enums import MOST_BELOW, MOST_NOTICES
from braid.units.enums import UnitKind, UnitStatus
from braid.units.models import Unit

from .help import Line, lines_of

TOLD = ("about", "phone", "email", "address", "hours")
"""What a unit may tell of itself and else inherits."""


@dataclass(frozen=True)
class Step:
    """A unit as a link: in breadcrumbs and lists of units below."""

    code: str
    name: str
    level_name: str = ""

    def __str__(self) -> str:
        return self.name

    @property
    def href(self) -> str:
        """The address of its Home: written out, as `reverse()` for 170 links costs more than all else on the page."""
        return f"{get_script_prefix()}u/{quote(self.code)}/"


@dataclass(frozen=True)
class Told:
    """Something a Home says; `source` is the unit above that says it, None: the unit itself."""

    text: str
    source: Step | None


@dataclass(frozen=True)
class Below:
    """Units below of one kind and level, under a heading."""

    title: str
    units: list[Step]

    @property
    def links(self) -> SafeString:
        """The list as HTML, written at one go: in the template it would cost as much as the rest of the page."""
        return format_html_join("", '<li><a href="{}">{}</a></li>', ((unit.href, unit.name) for unit in self.units))


@dataclass(frozen=True)
class Home:
    """The public Home of one unit, in the reader's language. `told` is None where nobody has said anything."""

    unit: Unit
    level_name: str
    above: list[Step]
    told: dict[str, Told | None]
    country: str
    help_lines: list[Line]
    below: list[Below]
    has_more_below: bool
    headlines: list[Headline]
    groups: list[Group]
    """Its public groups: one can join them."""
    together: list[Unit]
    """What it belongs together with elsewhere in the tree: online-only bodies, or the units such a body gathers."""
    submissions: list[Submission]
    """The latest stories and ideas of its members."""
    versions: dict[int, int]
    """The page versions of every unit this depends on, read before anything else."""

    @property
    def help_shown(self) -> list[Line]:
        """The help numbers the public sees."""
        return [line for line in self.help_lines if line.is_public]

    @property
    def links_above(self) -> SafeString:
        """The levels of the breadcrumb as HTML, for the same reason as `Group.links`."""
        return format_html_join("", '<li><a href="{}">{}</a></li>', ((step.href, step) for step in self.above))

    @property
    def notices(self) -> list[Notice]:
        """The public notices, read when they are asked for: most Homes show the same as the one next to them."""
        return notices_behind(self.headlines)


def home_of(unit: Unit, *, at: datetime) -> Home:
    """The Home of `unit` at the moment `at`, inherited parts filled in."""
    return home_along(chain_to(unit.code), at=at)


def home_along(chain: Sequence[Unit], *, at: datetime) -> Home:
    """The Home of the last unit of `chain` at the moment `at`, inherited parts filled in.

    Six queries, whatever hangs on the unit; one more for placeholders within placeholders, two for notices, one each for
    groups, affiliations and what members sent in.
    """
    here = chain[-1]
    level_names = _level_names()
    country = next((said for row in reversed(chain) if (said := _said(row, "country"))), "")
    below, placeholders = _below(here)
    headlines = public_headlines(here, at=at, most=MOST_NOTICES)
    groups, together, submissions = _beside(here)
    named = {headline.unit: headline.unit_version for headline in headlines}
    named |= {other.pk: other.page_version for other in together}
    return Home(
        unit=here,
        level_name=level_names.get(here.level, ""),
        above=[_step(row, level_names) for row in chain[:-1] if _is_shown(row)],
        told=_told(chain),
        country=country,
        help_lines=lines_of(chain, country),
        below=_grouped(below[:MOST_BELOW], level_names),
        has_more_below=len(below) > MOST_BELOW,
        headlines=headlines,
        groups=groups,
        together=together,
        submissions=submissions,
        versions=named | placeholders | {row.number: row.page_version for row in chain},
    )


def _level_names() -> dict[int, str]:
    """What each level is called in the reader's language."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT number, name, name_zh_hant, name_en FROM units_level")
        rows = cursor.fetchall()
    place = {"zh-hant": 2, "en": 3}.get(get_language() or "", 1)
    return {row[0]: row[place] or row[1] for row in rows}


def _beside(unit: Unit) -> tuple[list[Group], list[Unit], list[Submission]]:
    """Public groups of `unit`, what it belongs together with, what its members sent in. Most have none: one statement says so."""
    current, accepted = AffiliationState.CURRENT, SubmissionState.ACCEPTED
    with connection.cursor() as cursor:
        cursor.execute(_BESIDE_SQL, [unit.pk, current, unit.pk, current, unit.pk, unit.pk, accepted])
        has_groups, is_unit, is_virtual, has_submissions = cursor.fetchone()
    groups = public_groups(unit) if has_groups else []
    together = public_affiliations(unit) if is_unit or is_virtual else []
    return groups, together, public_submissions(unit) if has_submissions else []


_BESIDE_SQL = """
    SELECT EXISTS (SELECT 1 FROM units_unit child JOIN contact_group ON unit_id = number WHERE parent_id = %s AND is_public),
        EXISTS (SELECT 1 FROM contact_affiliation WHERE state = %s AND unit_id = %s),
        EXISTS (SELECT 1 FROM contact_affiliation WHERE state = %s AND virtual_id = %s),
        EXISTS (SELECT 1 FROM contact_submission WHERE unit_id = %s AND state = %s)
"""


def chain_to(code: str) -> list[Unit]:
    """The units from the root to the one with `code`, with what they say as `told_about`, `told_phone` and so on.

    In one statement, so their versions, places and words fit together. Empty when no unit has this code.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CHAIN_SQL, [code])
        rows = cursor.fetchall()
    chain = []
    for row in rows:
        unit = Unit.from_db(connection.alias, _OF_UNIT, row[: len(_OF_UNIT)])
        vars(unit).update(zip(_TOLD_AS, row[len(_OF_UNIT) :], strict=True))
        chain.append(unit)
    return chain


_LEFT_OUT = {"opened_on", "closed_on", "latitude", "longitude", "placed_at"}
"""What no Home shows."""
_OF_UNIT = [field.attname for field in Unit._meta.concrete_fields if field.attname not in _LEFT_OUT]
_TOLD_AS = [f"told_{field}" for field in (*TOLD, "country")]
_CHAIN_SQL = f"""
    WITH RECURSIVE chain AS (
        SELECT * FROM units_unit WHERE code = %s
        UNION ALL SELECT above.* FROM units_unit above JOIN chain ON above.number = chain.parent_id
    )
    SELECT {", ".join(f"chain.{name}" for name in _OF_UNIT)}, {", ".join(f"text.{field}" for field in (*TOLD, "country"))}
    FROM chain LEFT JOIN home_hometext text ON text.unit_id = chain.number ORDER BY depth
"""  # noqa: S608 (own names)
"""By hand, as other statements of this page: composing them would take longer than the database does."""


def _is_shown(row: Unit) -> bool:
    return row.status == UnitStatus.ACTIVE and not row.is_placeholder


def _told(chain: Sequence[Unit]) -> dict[str, Told | None]:
    """For each field, what the nearest unit says that has filled it in."""
    told: dict[str, Told | None] = dict.fromkeys(TOLD)
    for row in reversed(chain):
        for field in TOLD:
            text = _said(row, field) or (row.address if field == "address" else "")
            if text and told[field] is None:
                told[field] = Told(text, None if row is chain[-1] else Step(row.code, row.display_name))
    return told


def _said(row: Unit, field: str) -> str:
    """What a unit of the chain has filled in."""
    return getattr(row, f"told_{field}") or ""


_BELOW = ("number", "parent_id", "path", "level", "kind", "code", "name", "name_zh_hant", "name_en")
_BELOW_SQL = f"""
    SELECT {", ".join(_BELOW)}, is_placeholder, page_version FROM units_unit
    WHERE status = 'active' AND kind <> {UnitKind.GROUP.value} AND parent_id IN ({{parents}}) ORDER BY path LIMIT {{most}}
"""  # noqa: S608 (own names; by hand, since composing it takes longer than the database does)
_HERE = "SELECT number FROM units_unit WHERE number = %s OR (parent_id = %s AND is_placeholder)"


def _below(unit: Unit) -> tuple[list[dict[str, Any]], dict[int, int]]:
    """The units shown below `unit` in tree order, one more than a page holds; and the placeholders' page versions.

    Units below a placeholder are lifted to where it stands; the page then depends on the placeholder too.
    """
    shown: list[dict[str, Any]] = []
    placeholders: dict[int, int] = {}
    parents, numbers = _HERE, [unit.pk, unit.pk]
    while numbers:
        found = _rows_below(parents, numbers, most=MOST_BELOW + 1 + len(placeholders))
        shown += [row for row in found if not row["is_placeholder"]]
        empty = [row for row in found if row["is_placeholder"]]
        placeholders |= {row["number"]: row["page_version"] for row in empty}
        numbers = [row["number"] for row in empty if row["parent_id"] != unit.pk]
        parents = ",".join(["%s"] * len(numbers))
    return sorted(shown, key=lambda row: str(row["path"])), placeholders


def _rows_below(parents: str, numbers: list[int], *, most: int) -> list[dict[str, Any]]:
    names = (*_BELOW, "is_placeholder", "page_version")
    with connection.cursor() as cursor:
        cursor.execute(_BELOW_SQL.format(parents=parents, most=most), numbers)
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _grouped(rows: Sequence[dict[str, Any]], level_names: dict[int, str]) -> list[Below]:
    """Bodies by level, then online-only bodies; groups have their own place on the page."""
    groups: dict[tuple[int, int], list[Step]] = {}
    for row in rows:
        level = row["level"] if row["kind"] == UnitKind.BODY else 0
        groups.setdefault((row["kind"], level), []).append(Step(row["code"], name_in_language(row)))
    return [Below(_title(kind, level, level_names), groups[kind, level]) for kind, level in sorted(groups)]


def _title(kind: int, level: int, level_names: dict[int, str]) -> str:
    if kind == UnitKind.VIRTUAL:
        return _("Online-only units")
    return level_names.get(level) or _("Units below")


def _step(row: Unit, level_names: dict[int, str]) -> Step:
    return Step(row.code, row.display_name, level_names.get(row.level, ""))


def name_in_language(row: dict[str, Any]) -> str:
    """The name of a unit read as values, in the reader's language."""
    suffix = {"zh-hant": "_zh_hant", "en": "_en"}.get(get_language() or "", "")
    return str((suffix and row["name" + suffix]) or row["name"])


def shown_above(unit: Unit) -> Unit | None:
    """The nearest unit above that has a Home."""
    return Unit.objects.ancestors(unit.path).shown().reverse().first()


def help_due(home: Home, today: date) -> list[Line]:
    """Help numbers of this Home that somebody should check (again)."""
    return [line for line in home.help_lines if not line.is_hidden and line.is_due(today)]
