"""The burden page of one unit: what came in a month and from whom, against its budget; the last months; what it asked itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from braid.contact.models import Audience, Notice
from braid.contact.queries.seats import seats_of, units_meant
from braid.contact.rules import can_see_receipts_at, can_send_for
from braid.people.models import Person
from braid.units.models import Unit
from braid.units.queries import level_names
from braid.work.enums import Asking
from braid.work.models import Directive, Passing, Period, ReportForm
from braid.work.spread import Ask

from .budgets import budget_of
from .burden import Asked, Span, Thing, asked_of, month_before
from .senders import Sent, sent_by
from .time_taken import Took, took_each

MONTHS = 12


@dataclass(frozen=True)
class Line:
    """One thing that was asked, as the page shows it."""

    kind: Asking
    pk: int
    title: str
    """Empty: a notice that the reader may not read."""
    href: str
    minutes: int
    """Those that count."""
    sender: Unit
    at: datetime
    estimate: int = 0
    """What the author of a directive or form said it takes."""
    learned: int | None = None
    """What the last one like it really took, while its own units have not said it."""
    why: str = ""
    """Why it may exceed budgets: what the unit that passed it on said, else the sender."""
    took: Took | None = None
    """How long it took in the middle."""
    complain_kind: str = ""
    """What one would complain about: `directive` or `form`; about a notice one does not."""
    complain_pk: int = 0


@dataclass(frozen=True)
class FromLevel:
    """What one level above asked in the month."""

    name: str
    notices: int
    directives: int
    forms: int
    minutes: int


@dataclass(frozen=True)
class Month:
    """What was asked in one month."""

    month: date
    minutes: int
    things: int
    share: float
    """Of the most there was in these months or of the budget, in percent: how long its bar is."""


@dataclass(frozen=True)
class UnitBurden:
    """What a unit was asked."""

    lines: list[Line]
    levels: list[FromLevel]
    months: list[Month]
    minutes: int
    budget: int

    @property
    def is_over(self) -> bool:
        return self.minutes > self.budget

    @property
    def share(self) -> int:
        """Of the budget, in percent."""
        return round(100 * self.minutes / self.budget) if self.budget else 100


@dataclass(frozen=True)
class SentLine:
    """One thing a unit asked of others."""

    line: Line
    sent: Sent


def burden_of(unit: Unit, month: date, *, reader: Person) -> UnitBurden:
    """What `unit` was asked in `month` and in the months before it, as `reader` may see it. A fixed number of queries."""
    asked = asked_of(unit, Span.of(month, months=MONTHS))
    now = [each for each in asked if each.by.at in Span.of(month)]
    lines = _lines(now, unit, reader)
    budget = budget_of(unit)
    return UnitBurden(
        lines=lines,
        levels=_by_level(lines),
        months=_months(asked, month, budget),
        minutes=sum(each.thing.minutes for each in now),
        budget=budget,
    )


def asked_by(unit: Unit, month: date, *, reader: Person) -> list[SentLine]:
    """What `unit` itself asked others in `month`. A fixed number of queries."""
    sent = sent_by(unit, Span.of(month))
    lines = _lines([Asked(each.thing, _last_by(unit, each.thing)) for each in sent], unit, reader)
    by_thing = {(each.thing.kind, each.thing.pk): each for each in sent}
    return [SentLine(line, by_thing[line.kind, line.pk]) for line in lines]


def _last_by(unit: Unit, thing: Thing) -> Ask:
    """The rule by which `unit` asked `thing` last."""
    return max((ask for ask in thing.asks if ask.sender == unit.pk), key=lambda ask: ask.at)


def _lines(asked: Sequence[Asked], unit: Unit, reader: Person) -> list[Line]:
    """What was asked, in words. Nine queries."""
    pks = {kind: [each.thing.pk for each in asked if each.thing.kind == kind] for kind in Asking}
    senders = Unit.objects.in_bulk({each.by.sender for each in asked})
    passings = Passing.objects.in_bulk({each.by.passing for each in asked if each.by.passing})
    notices = Notice.objects.in_bulk(pks[Asking.NOTICE])
    readable = _readable(reader, notices, unit)
    directives = Directive.objects.in_bulk(pks[Asking.DIRECTIVE])
    periods = Period.objects.select_related("form").in_bulk(pks[Asking.FORM])
    took_forms = took_each({period.form for period in periods.values()})
    took_directives = took_each(directives.values())

    def line(thing: Thing, by: Ask) -> Line:
        said: dict[str, Any] = {"title": "", "href": ""}
        if thing.kind == Asking.NOTICE:
            may_read = thing.pk in readable
            notice = notices[thing.pk]
            words = {"title": notice.said.title, "href": _href("notice", thing.pk), "why": notice.over_budget_why}
            said |= words if may_read else {}
        elif thing.kind == Asking.DIRECTIVE:
            directive = directives[thing.pk]
            why = passings[by.passing].over_budget_why if by.passing else ""
            said |= {"title": str(directive), "href": _href("directive", thing.pk)}
            said |= {"why": why or directive.over_budget_why}
            said |= _timed(directive, took_directives.get(thing.pk))
            said |= {"complain_kind": "directive", "complain_pk": thing.pk}
        else:
            form = periods[thing.pk].form
            said |= {"title": str(form), "href": _href("report", thing.pk, unit.code), "why": form.over_budget_why}
            said |= _timed(form, took_forms.get(form.pk))
            said |= {"complain_kind": "form", "complain_pk": form.pk}
        return Line(thing.kind, thing.pk, minutes=thing.minutes, sender=senders[by.sender], at=by.at, **said)

    return [line(each.thing, each.by) for each in asked]


def _timed(thing: Directive | ReportForm, took: Took | None) -> dict[str, Any]:
    return {"estimate": thing.minutes, "learned": thing.learned_minutes, "took": took}


def _readable(reader: Person, notices: dict[int, Notice], unit: Unit) -> set[int]:
    """Those of `notices` to or from `unit` that `reader` may read, as `notice_for` decides one by one. Three queries."""
    seats = seats_of(reader, on=timezone.localdate())
    rules: dict[int, list[Audience]] = {}
    for rule in Audience.objects.filter(notice__in=notices).defer("numbers").order_by("pk"):
        rules.setdefault(rule.notice_id, []).append(rule)
    sees_receipts = can_see_receipts_at(reader, unit.path)
    return {
        pk
        for pk, notice in notices.items()
        if notice.is_public
        or sees_receipts
        or can_send_for(reader, notice.unit_path)
        or (notice.sent_at and units_meant(rules.get(pk, ()), seats, notice.sent_at))
    }


def _by_level(lines: Iterable[Line]) -> list[FromLevel]:
    names = level_names()
    by_level: dict[int, list[Line]] = {}
    for line in lines:
        by_level.setdefault(line.sender.level, []).append(line)
    found = []
    for level, rows in sorted(by_level.items()):
        kinds = Counter(row.kind for row in rows)
        counts = (kinds[Asking.NOTICE], kinds[Asking.DIRECTIVE], kinds[Asking.FORM])
        found.append(FromLevel(str(names.get(level, level)), *counts, minutes=sum(row.minutes for row in rows)))
    return found


def _months(asked: Iterable[Asked], last: date, budget: int) -> list[Month]:
    months = [last.replace(day=1)]
    while len(months) < MONTHS:
        months.append(month_before(months[-1]))
    minutes: Counter[date] = Counter()
    things: Counter[date] = Counter()
    for each in asked:
        month = timezone.localdate(each.by.at).replace(day=1)
        minutes[month] += each.thing.minutes
        things[month] += 1
    most = max([*minutes.values(), budget, 1])
    return [Month(month, minutes[month], things[month], round(100 * minutes[month] / most, 1)) for month in months]


def _href(name: str, *given: int | str) -> str:
    """The address of a thing's own page; none while nothing shows such things."""
    try:
        return reverse(name, args=given)
    except NoReverseMatch:
        return ""
