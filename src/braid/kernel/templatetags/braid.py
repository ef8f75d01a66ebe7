"""Tags and filters the components are made with: icons, figures, moments."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from typing import Any

import lucide
from django import forms, template
from django.forms.boundfield import BoundField
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from braid.kernel import addresses, shell, writing
from braid.kernel.forms import PickerInput

register = template.Library()
register.simple_tag(writing.colon)
for written in (writing.aside, writing.figure, writing.moment, writing.moment_in, writing.day, writing.plain_day):
    register.filter(written)


@register.simple_tag
def icon(name: str, size: str | int = 20, label: str = "") -> SafeString:
    """A line icon as inline SVG; hidden from screen readers unless it has a `label`."""
    svg = _icon(str(name), str(size))
    if label:
        svg = svg.replace('aria-hidden="true"', f'role="img" aria-label="{escape(label)}"', 1)
    return mark_safe(svg)  # noqa: S308 (the drawing is the library's own, the label is escaped)


@lru_cache(maxsize=512)
def _icon(name: str, size: str) -> str:
    """The drawing, made once per name and size: parsing SVG for each use would cost more than the page."""
    attributes = {"class": "icon", "aria-hidden": "true", "focusable": "false"}
    drawing: str = lucide._render_icon(name, int(size), **attributes)
    return drawing.replace("\n  ", "").replace("\n", "")


@register.simple_tag(takes_context=True)
def level_address(context: template.Context, page: str, unit: Any) -> str:
    """Where a level of the breadcrumb leads (see `shell.address_of`)."""
    return shell.address_of(context["request"], page, unit)


@register.filter
def widget_kind(field: BoundField) -> str:
    """What a field looks like: `checkbox`, `textarea`, `select`, `file`, `choice`, `picker` or `text`."""
    widget = field.field.widget
    if isinstance(widget, forms.CheckboxInput):
        return "checkbox"
    if isinstance(widget, forms.Textarea):
        return "textarea"
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "choice"
    if isinstance(widget, forms.Select):
        return "select"
    if isinstance(widget, PickerInput):
        return "picker"
    return "file" if isinstance(widget, forms.FileInput) else "text"


@register.filter
def picked(field: BoundField, text: str = "") -> str:
    """What the picker shows: the unit that was sent, in words, or what was typed; `text` in a form nobody has sent."""
    if not field.form.is_bound:
        return text
    sent = getattr(field.form, "cleaned_data", {}).get(field.name) or field.value()
    return str(sent or "")


@register.filter
def unlocal(value: Any) -> str:
    """A number as machines read it."""
    return str(value)


@register.filter
def seconds_left(until: datetime) -> str:
    """How many seconds there are until then, by the clock of the server: those of phones are wrong."""
    return f"{max(0, (until - timezone.now()).total_seconds()):.2f}"


@register.filter
def machine_time(value: date | datetime | None) -> str:
    """A day or moment for the `datetime` attribute."""
    return value.isoformat() if value else ""


@register.filter
def whole_address(path: str) -> str:
    """The whole address of a path of ours, for a message."""
    return addresses.address_of(path)
