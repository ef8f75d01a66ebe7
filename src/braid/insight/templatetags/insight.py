"""Tags of the heads' pages: headings that sort, and shares in words."""

from __future__ import annotations

from html import escape
from typing import Any
from urllib.parse import quote

from django import template
from django.template.context import RequestContext
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from braid.insight import hooks
from braid.insight.queries.icicle import Cell, Icicle
from braid.insight.queries.shares import Share
from braid.insight.queries.table import Line, Table
from braid.kernel.writing import colon
from braid.units.models import Unit

register = template.Library()

ARROWS = {"ascending": "▲", "descending": "▼", "none": ""}


@register.simple_tag(takes_context=True)
def sort_heading(
    context: RequestContext, name: str, label: Any, sort: str, down: bool, explanation: Any = ""
) -> SafeString:
    """A column heading that sorts by its column; numbers begin with the largest, names with the first."""
    direction = "none" if sort != name else "descending" if down else "ascending"
    query = context["request"].GET.copy()
    query["sort"] = name
    query["down"] = ("0" if down else "1") if sort == name else ("0" if name == "name" else "1")
    return format_html(
        '<th scope="col" class="{}" aria-sort="{}" title="{}"><a href="?{}">{}<span aria-hidden="true"> {}</span></a></th>',
        "" if name == "name" else "num",
        direction,
        explanation,
        query.urlencode(),
        label,
        ARROWS[direction],
    )


@register.simple_tag
def line_cells(table: Table, line: Line) -> SafeString:
    """The cells of one line of the subtree table: hundreds on a page, so they are written here.

    A line of a single unit goes without its notes: “1 of 1” says nothing.
    """
    missing = _missing()
    note = _note if line.row.end - line.row.start > 1 else _no_note
    return mark_safe(  # noqa: S308 (what is put in is escaped)
        "".join(
            f'<td class="num" data-label="{escape(str(column.label))}"><span>{_value(cell, missing)}'
            f"{note(cell)}</span></td>"
            for column, cell in zip(table.columns, line.cells, strict=True)
        )
    )


def _value(cell: hooks.Cell, missing: str) -> str:
    if cell.value is None:
        return missing
    words = escape(cell.text or (f"{cell.value:,}" if isinstance(cell.value, int | float) else str(cell.value)))
    return (
        f'<a class="num" href="{escape(cell.href)}">{words}</a>' if cell.href else f'<span class="num">{words}</span>'
    )


def _note(cell: hooks.Cell) -> str:
    return f'<small class="quiet note">{escape(cell.note)}</small>' if cell.note else ""


def _no_note(cell: hooks.Cell) -> str:
    return ""


def _missing() -> str:
    """A dash, and words for those who hear the page; never zero."""
    words = escape(_("not known"))
    dash = f'<span aria-hidden="true">–</span><span class="hidden">{words}</span>'
    return f'<span class="num missing" title="{words}">{dash}</span>'


@register.simple_tag
def icicle_cells(icicle: Icicle, shown: str, parent: Unit | None) -> SafeString:
    """The cells of the picture: hundreds, so they are written here and not by a template each.

    Cells with words are links for the keyboard too; thin ones are for the pointer, and one step down for the keyboard.
    """
    address = reverse("subtree", args=["-code-"]) + f"?show={quote(shown)}#picture"
    of = _("%(have)s of %(of)s")  # asked once: there are hundreds of cells
    cells = [_up(icicle.cells[0], parent, address, of), *(_cell(cell, address, of) for cell in icicle.cells[1:])]
    return mark_safe("".join(cells))  # noqa: S308 (names and addresses are escaped where they are put in)


def _cell(cell: Cell, address: str, of: str) -> str:
    """A link down to the unit of `cell`: its name and share as words where there is room, else as a title."""
    keyboard = "" if cell.is_labelled else ' tabindex="-1"'
    name = escape(str(cell.unit))
    title = f"{name}{colon()}{escape(share_words(cell.share, of))}"
    words = _words(cell, name) if cell.is_labelled else ""
    return f'<a href="{_filled(address, cell.unit)}"{keyboard}><title>{title}</title>{_drawn(cell, words)}</a>'


def _up(cell: Cell, parent: Unit | None, address: str, of: str) -> str:
    """The unit itself; a link one level up where she may look there."""
    if parent is None:
        title = f"{escape(str(cell.unit))}{colon()}{escape(share_words(cell.share, of))}"
        return f"<g><title>{title}</title>{_drawn(cell, '')}</g>"
    words = _("One level up")
    title = f"{escape(words)}{colon()}{escape(str(parent))}"
    arrow = '<text class="cell-words" x="6" y="20" aria-hidden="true">↑</text>'
    return f'<a href="{_filled(address, parent)}"><title>{title}</title>{_drawn(cell, arrow)}</a>'


def _filled(address: str, unit: Unit) -> str:
    return escape(address.replace("-code-", quote(unit.code, safe="")))


def _drawn(cell: Cell, words: str) -> str:
    fill = f'<rect width="100%" height="100%" fill="url(#fill-{cell.step})"/>' if cell.is_hatched else ""
    kind = f"cell cell-{cell.step} cell-thin" if cell.is_thin else f"cell cell-{cell.step}"
    place = f'x="{cell.x}" y="{cell.y}" width="{cell.width}" height="{cell.height}"'
    return f'<svg {place}><rect class="{kind}" width="100%" height="100%"/>{fill}{words}</svg>'


def _words(cell: Cell, name: str) -> str:
    percent = cell.share.percent
    share = "" if percent is None else f'<tspan class="cell-share">{percent} %</tspan> '
    return f'<text class="cell-words" x="6" y="{cell.middle}">{share}{name}</text>'


def share_words(share: Share, of: str) -> str:
    """“92 %, 380 of 412”, the latter after the pattern `of`; in words where there is nothing to have."""
    if share.percent is None:
        return _("nothing to have yet")
    return f"{share.percent} %, {of % {'have': f'{share.have:,}', 'of': f'{share.of:,}'}}"
