"""The routes of the tree: the picker, a unit's page and its changes, tables in and out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from braid.kernel.enums import ImportState
from braid.kernel.models import ImportRun
from braid.units.forms import RenameForm
from braid.units.queries.previews import preview_values
from braid.units.views.units import seal_of

from .routes import Route, cut, everybody
from .world import World

AT = datetime(2026, 1, 1, tzinfo=UTC)


def extend(world: World) -> None:
    """A file the unit's head has uploaded."""
    world.things["import_run"] = ImportRun.objects.create(
        kind="units",
        file_name="units.csv",
        digest="x",
        state=ImportState.STAGED,
        by_number=world.people["self"].pk,
        started_at=AT,
    )


def unit(world: World) -> dict[str, Any]:
    return {"code": world.unit.code}


def no_unit(world: World) -> dict[str, Any]:
    return {"code": "county_x"}


def run(world: World) -> dict[str, Any]:
    return {"pk": world.things["import_run"].pk}


def no_run(world: World) -> dict[str, Any]:
    return {"pk": 999_999_999}


def deed(name: str) -> Any:
    return lambda world: {**unit(world), "deed": name}


def no_deed(name: str) -> Any:
    return lambda world: {**no_unit(world), "deed": name}


def renamed(world: World) -> dict[str, Any]:
    data = {"name": "New name", "on": "2026-01-02", "why": "x"}
    form = RenameForm(world.unit, data)
    assert form.is_valid()
    preview = preview_values(world.unit, form.values())
    return {**data, "confirmed": seal_of(world.unit, "rename", form.cleaned_data, preview)}


def file(world: World) -> dict[str, Any]:
    return {"file": SimpleUploadedFile("units.csv", b"code,parent_code,name\nnew,county_a,New\n")}


ROUTES = [
    Route("unit_picker", everybody(200, anonymous=302), query="q=county"),
    Route(
        "unit_picker",
        cut(),
        query=lambda w: f"q=t&within={w.unit.code}",
        absent_query="q=t&within=county_x",
        note="within",
    ),
    Route("unit", cut(member=404, liaison=200), kwargs=unit, absent=no_unit),
    *(
        Route("unit_deed", cut(deputy=403, member=404), kwargs=deed(name), absent=no_deed(name), note=name)
        for name in ("add", "rename", "change")
    ),
    *(
        Route("unit_deed", cut(403, ancestor=200, member=404), kwargs=deed(name), absent=no_deed(name), note=name)
        for name in ("move", "merge", "split", "close", "reopen")
    ),
    Route(
        "unit_deed",
        cut(302, deputy=403),
        method="POST",
        kwargs=deed("rename"),
        absent=no_deed("rename"),
        data=renamed,
        note="rename",
    ),
    Route("units_import", everybody(200, stranger=403, anonymous=302, member=403, deputy=403)),
    Route("units_import", everybody(302, stranger=403), method="POST", data=file),
    Route(
        "import_run",
        everybody(404, self=200, stranger=403, anonymous=302),
        kwargs=run,
        absent=no_run,
    ),
    Route(
        "import_problems",
        everybody(404, self=200, stranger=403, anonymous=302),
        kwargs=run,
        absent=no_run,
    ),
    Route(
        "import_apply",
        everybody(404, self=302, stranger=403, anonymous=302),
        method="POST",
        kwargs=run,
        absent=no_run,
    ),
    Route(
        "import_drop",
        everybody(404, self=302, stranger=403, anonymous=302),
        method="POST",
        kwargs=run,
        absent=no_run,
    ),
    Route("units_export", everybody(200, stranger=404, anonymous=302)),
    Route(
        "units_export",
        cut(member=404),
        query=lambda w: f"under={w.unit.code}",
        absent_query="under=county_x",
        note="under",
    ),
    Route(
        "units_export",
        cut(member=404),
        query=lambda w: f"under={w.unit.code}&on=2020-12-31",
        absent_query="under=county_x&on=2020-12-31",
        note="under on a past day",
    ),
]
