"""Goal 13: every unit files a report, rolled up to every level; the table of the provinces, against adding up and counters.

The reports go through the product's own action in batches, then one at a time. The peers keep the same answers as most
programs do: a row for each answer, added up with GROUP BY; and one row of counters for each unit above, updated root first in
the transaction that files. The peers check no rights and no values and keep no history, and know this one form: they do less.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import Count, F, Max, Sum
from django.db.models.functions import Greatest, Substr
from django.test import Client
from django.urls import reverse

from bench.peer.models import PlainAnswer, PlainReport, ReportCounter
from braid.config.static_files import collect_if_stale
from braid.contact.models import AudienceRule
from braid.journal.actions import fold_round
from braid.kernel.access import OPERATOR
from braid.kernel.bulk import insert_rows, reset_sequence
from braid.people.models import Account
from braid.units.enums import STEP
from braid.units.models import Unit
from braid.units.paths import numbers_of
from braid.work.actions import (
    FieldPlan,
    Filing,
    Filled,
    FormPlan,
    add_field,
    draft_form,
    file_report,
    file_reports,
    fold_all,
    fold_changes,
    freeze_rollups,
    open_period,
    publish_version,
)
from braid.work.enums import FieldKind, RollUp
from braid.work.measures import Summary
from braid.work.models import Period, Report, ReportForm, ReportFormRule
from braid.work.queries.looks import Look
from braid.work.queries.tables import table_of

from .goal07_writers import Ran, Way, race_all
from .report import Line
from .timing import median, medians, say, took, words
from .world import NOW, TODAY, World, analyse, biggest, empty, head, tend

BATCH = 1_000
PLAIN_BATCHES = 50
PENDING = 1_000
"""Corrections that no total knows yet while the table is opened."""
AT_A_TIME = 2.0
"""Seconds for which reports are filed one after the other on SQLite."""


WHY = "The notices of goal 4 have used up the time of units."
SECONDS = 8.0
"""For which 16 writers file in each way."""


@dataclass
class _Race:
    """What the writers write to; children of the process have it by fork."""

    period: Period | None = None


_race = _Race()


def run(world: World) -> Iterator[Line]:
    world.tree()
    root = Unit.objects.get(depth=0)
    form = _form(root)
    period = _period(form, 0)
    units = list(Unit.objects.order_by("path"))
    yield from _file_all(period, units)
    _keep_plainly(units)
    yield from _open_table(period, root, units)
    yield from _one_at_a_time(_period(form, 1), units)


def _form(root: Unit) -> ReportForm:
    """A form with a number that adds up, one whose highest is asked for, and a choice."""
    plan = FormPlan({"en": "Lessons"}, {"en": "To know."}, {"en": "Plan of 2026"}, 10, TODAY + timedelta(days=400))
    form = draft_form(root, plan, by=OPERATOR, at=NOW, audience=[ReportFormRule(unit=root)])
    choices = [{"en": "well"}, {"en": "badly"}]
    for asked in (
        FieldPlan(FieldKind.NUMBER, {"en": "How many?"}),
        FieldPlan(FieldKind.NUMBER, {"en": "How many at most?"}, roll_up=RollUp.MAX),
        FieldPlan(FieldKind.CHOICE, {"en": "How did it go?"}, choices=choices),
    ):
        add_field(form, asked, by=OPERATOR, at=NOW)
    publish_version(form, over_budget_why=WHY, by=OPERATOR, at=NOW)
    return form


def _period(form: ReportForm, number: int) -> Period:
    first = TODAY + timedelta(days=number)
    rules: list[AudienceRule] = list(form.audience.all())
    period = open_period(form, first_on=first, last_on=first, due_on=first, by=OPERATOR, at=NOW, rules=rules)
    while freeze_rollups(NOW):
        pass
    period.rollup.refresh_from_db()
    return period


def _values(unit: Unit) -> dict[str, int]:
    return {"f1": unit.pk % 7, "f2": unit.pk % 1_000, "f3": unit.pk % 2}


def _file_all(period: Period, units: list[Unit]) -> Iterator[Line]:
    say(f"{len(units):,} reports in batches of {BATCH:,}")
    with took() as filing:
        for start in range(0, len(units), BATCH):
            some = [Filing(unit, Filled(_values(unit))) for unit in units[start : start + BATCH]]
            file_reports(period, some, by=OPERATOR, at=NOW)
    with took() as folding:
        fold_all()
    tend("work_report", "work_total", "work_change")
    ours = len(units) / (filing.seconds + folding.seconds)
    some = units[: BATCH * PLAIN_BATCHES]
    with took() as counting:
        _count_all(some)
    peer = len(some) / counting.seconds
    yield Line(
        "13",
        f"{len(units):,} reports filed through the action and rolled up to every level, against bulk_create and a row of counters"
        " for each unit above, in batches of the same size",
        f"{ours:,.0f}/s",
        f"{peer:,.0f}/s",
        ours / peer,
        note=f"filing {words(filing.seconds)}, rolling up {words(folding.seconds)}; the peer extrapolated from {len(some):,}; it"
        " checks and journals nothing and keeps no history",
    )


def _count_all(units: list[Unit]) -> None:
    """As most programs take in many at once: the rows in bulk, then what they come to for each unit above, from the top."""
    numbers = {number for unit in units for number in numbers_of(unit.path)}
    insert_rows(ReportCounter, ["unit_number", "n", "f1", "f2", "f3"], ((number, 0, 0, 0, 0) for number in numbers))
    analyse("peer_reportcounter")
    for start in range(0, len(units), BATCH):
        with transaction.atomic():
            _keep_in_bulk(units[start : start + BATCH])
    for model in (PlainAnswer, PlainReport, ReportCounter):
        empty(model)


def _keep_in_bulk(units: list[Unit]) -> None:
    reports = PlainReport.objects.bulk_create(PlainReport(unit_number=u.pk, path=u.path, at=NOW) for u in units)
    PlainAnswer.objects.bulk_create(
        PlainAnswer(report=report, path=unit.path, field=key, value=value)
        for report, unit in zip(reports, units, strict=True)
        for key, value in _values(unit).items()
    )
    sums: dict[int, list[int]] = {}
    for unit in units:
        f1, f2, f3 = _values(unit).values()
        for number in numbers_of(unit.path)[:-1]:
            n, first, second, third = sums.get(number, (0, 0, 0, 0))
            sums[number] = [n + 1, first + f1, max(second, f2), third + f3]
    for number, (n, f1, f2, f3) in sums.items():
        row = ReportCounter.objects.filter(unit_number=number)
        row.update(n=F("n") + n, f1=F("f1") + f1, f2=Greatest("f2", f2), f3=F("f3") + f3)


def _keep_plainly(units: list[Unit]) -> None:
    """The same answers as rows of their own."""
    say("the same as rows of answers")
    insert_rows(PlainReport, ["id", "unit_number", "path", "at"], ((u.pk, u.pk, u.path, NOW) for u in units))
    reset_sequence(PlainReport)
    answers = ((u.pk, u.path, key, value) for u in units for key, value in _values(u).items())
    insert_rows(PlainAnswer, ["report_id", "path", "field", "value"], answers)
    tend("peer_plainreport", "peer_plainanswer")


def _open_table(period: Period, root: Unit, units: list[Unit]) -> Iterator[Line]:
    look = Look(period, root, root.path)
    table, grouped = table_of(look), _grouped(root)
    assert [_sums(row.part.filed) for row in table.rows] == [grouped[row.path] for row in table.rows], "they differ"
    some = random.Random(13).sample(units, min(PENDING, len(units)))
    seen = {report.unit_id: report for report in Report.objects.filter(period=period, unit__in=some)}
    again = [Filing(unit, Filled(_values(unit) | {"f1": 8}), seen[unit.pk], "A slip.") for unit in some]
    file_reports(period, again, by=OPERATOR, at=NOW + timedelta(minutes=1))
    peer = median(lambda: _grouped(root), least=2)
    pending = median(lambda: table_of(look))
    fold_all()
    tend("work_report", "work_total", "work_change")
    ours = median(lambda: table_of(look))
    is_whole = len(units) > 600_000
    what = f"the table of {len(table.rows)} provinces and {len(units):,} reports, against GROUP BY over rows of answers"
    yield Line(
        "13", what, words(ours), words(peer), peer / ours, ">= 200" if is_whole else "", "both give the same numbers"
    )
    note = f"{len(some):,} corrections not folded yet; the table knows them"
    yield Line("13", "the same while corrections come in", words(pending), words(peer), peer / pending, "", note)
    yield from _open_page(period, root, peer)


def _open_page(period: Period, root: Unit, peer: float) -> Iterator[Line]:
    """The whole page as somebody signed in gets it: session, rights, standing, template."""
    account, _made = Account.objects.get_or_create(person=head(), defaults={"username": "head", "date_joined": NOW})
    collect_if_stale()  # pages name static files as they are collected
    client = Client(SERVER_NAME="localhost")
    client.force_login(account)

    def opened(unit: Unit) -> Callable[[], None]:
        address = reverse("rollup_unit", args=[period.pk, unit.code])

        def get() -> None:
            assert client.get(address).status_code == 200

        return get

    low = biggest(4, under=biggest(2, under=root))
    nation, county = medians(opened(root), opened(low), calls=60)
    yield Line("13", "the nation's page whole, against that GROUP BY alone", words(nation), words(peer), peer / nation)
    yield Line(
        "13",
        f"the nation's page whole, against that of {low.code}, a county",
        words(nation),
        words(county),
        county / nation,
        "",
        "national totals open like any page",
    )


def _grouped(root: Unit) -> dict[str, dict[str, tuple[int, ...]]]:
    """What a plain aggregate of Django gives for every province: how many, sum, highest of each question."""
    rows = PlainAnswer.objects.filter(path__gt=root.path).annotate(top=Substr("path", 1, len(root.path) + STEP))
    found: dict[str, dict[str, tuple[int, ...]]] = {}
    for row in rows.values("top", "field").annotate(n=Count("id"), sum=Sum("value"), high=Max("value")):
        found.setdefault(row["top"], {})[row["field"]] = (row["n"], row["sum"], row["high"])
    return {path: {"f1": sums["f1"][:2], "f2": sums["f2"]} for path, sums in found.items()}


def _sums(summary: Summary) -> dict[str, tuple[int | None, ...]]:
    figures = summary.figures
    return {
        "f1": (figures["f1"].n, figures["f1"].sum),
        "f2": (figures["f2"].n, figures["f2"].sum, figures["f2"].high),
    }


def _one_at_a_time(period: Period, units: list[Unit]) -> Iterator[Line]:
    """One report in a transaction of its own: on PostgreSQL by 16 writers while a worker folds, on SQLite by one."""
    _race.period = Period.objects.prefetch_related("audience", "version__fields").get(pk=period.pk)
    places = random.Random(1).sample(units, min(50_000, len(units)))
    numbers = {number for unit in places for number in numbers_of(unit.path)}
    insert_rows(ReportCounter, ["unit_number", "n", "f1", "f2", "f3"], ((number, 0, 0, 0, 0) for number in numbers))
    analyse("peer_reportcounter")
    if connection.vendor == "postgresql":
        yield from _many_writers(places)
        return
    ours, counters = (_alone(write, places) for write in (_file, _count))
    yield Line(
        "13",
        "one writer, a report at a time, against a row of counters for each unit above",
        str(ours),
        str(counters),
        ours.rate / counters.rate,
        "",
        "the peer checks nothing, journals nothing and keeps no history; the goal is for 16 writers on PostgreSQL",
    )


def _many_writers(places: list[Unit]) -> Iterator[Line]:
    ways: list[Way] = [
        ("inserts alone", _insert, None),
        ("file_report() while a worker folds", _file, _fold),
        ("root first", _count, None),
    ]
    plain, ours, counters = race_all(ways, places, SECONDS)
    yield Line(
        "13",
        "16 writers, a report at a time, against counters updated root first",
        str(ours),
        str(counters),
        ours.rate / counters.rate,
        "",
        "ours checks values, holds approvals off and journals; the peer does none of it. Goal 7 itself is the journal's",
    )
    yield Line(
        "13",
        "the same, against inserts of the report and its answers alone",
        str(ours),
        str(plain),
        ours.rate / plain.rate,
        ">= 0.5",
    )
    yield Line(
        "13",
        "p99 of one report, root first against ours",
        f"{ours.p99 * 1000:.1f} ms",
        f"{counters.p99 * 1000:.1f} ms",
        counters.p99 / ours.p99,
        "",
    )


def _alone(write: Callable[[Unit], None], places: list[Unit]) -> Ran:
    say(f"one writer: {write.__name__.strip('_')}")
    times, end = [], time.perf_counter() + AT_A_TIME
    for unit in places:
        if time.perf_counter() > end:
            break
        begun = time.perf_counter()
        write(unit)
        times.append(time.perf_counter() - begun)
    return Ran(times, sum(times))


def _fold(end: float) -> None:
    while time.time() < end:
        if not fold_changes(NOW) + fold_round(NOW):
            time.sleep(0.2)
    connection.close()


def _file(unit: Unit) -> None:
    period = _race.period
    assert period is not None  # set before the writers begin
    file_report(period, unit, Filled(_values(unit)), by=OPERATOR, at=NOW)


def _insert(unit: Unit) -> None:
    with transaction.atomic():
        _plain(unit)


def _count(unit: Unit) -> None:
    """As most programs do it: the report and its answers, then the counters of each unit above, from the top."""
    with transaction.atomic():
        _plain(unit)
        f1, f2, f3 = _values(unit).values()
        for number in numbers_of(unit.path)[:-1]:
            row = ReportCounter.objects.filter(unit_number=number)
            row.update(n=F("n") + 1, f1=F("f1") + f1, f2=Greatest("f2", f2), f3=F("f3") + f3)


def _plain(unit: Unit) -> None:
    report = PlainReport.objects.create(unit_number=unit.pk, path=unit.path, at=NOW)
    PlainAnswer.objects.bulk_create(
        PlainAnswer(report=report, path=unit.path, field=key, value=value) for key, value in _values(unit).items()
    )
