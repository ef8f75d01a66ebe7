"""Quiet hours: which hold where, and who must not be disturbed at a moment, and until when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.utils import timezone

from braid.people.enums import QUIET_FROM, QUIET_UNTIL
from braid.people.models import Membership, QuietHours
from braid.units.enums import STEP
from braid.units.models import Unit
from braid.units.paths import numbers_of


@dataclass(frozen=True)
class Hours:
    """Quiet hours by the federation's clock; they are none when they end as they begin."""

    begins: time = QUIET_FROM
    ends: time = QUIET_UNTIL

    def until(self, at: datetime) -> datetime | None:
        """When they are over, if `at` lies in them."""
        here = timezone.localtime(at)
        now = here.time()
        over_midnight = self.begins > self.ends
        is_evening = now >= self.begins and (over_midnight or now < self.ends)
        if not (is_evening or (over_midnight and now < self.ends)):
            return None
        day = here.date() + timedelta(days=1 if over_midnight and is_evening else 0)
        return timezone.make_aware(datetime.combine(day, self.ends), timezone.get_default_timezone())


DEFAULT = Hours()


def hours_at(paths: Iterable[str]) -> dict[str, Hours]:
    """The quiet hours at each of `paths`: those of the nearest unit, it or above it, that said some. One query."""
    paths = set(paths)
    numbers = {number for path in paths for number in numbers_of(path)}
    said = {row.unit_id: Hours(row.begins, row.ends) for row in QuietHours.objects.filter(unit__in=numbers)}
    return {
        path: next((said[number] for number in reversed(numbers_of(path)) if number in said), DEFAULT) for path in paths
    }


def hours_above(unit: Unit) -> Hours:
    """The quiet hours that hold in `unit` while it says none itself."""
    above = unit.path[:-STEP]
    return hours_at([above])[above]


def quiet_until(persons: Iterable[int], at: datetime) -> dict[int, datetime]:
    """Until when each of `persons` is not to be disturbed, of those who are not at `at`. Two queries.

    Who is in several units is told when it is quiet in none of them; who is in none, by the default.
    """
    persons = set(persons)
    rows = Membership.objects.current(timezone.localdate(at)).filter(person__in=persons)
    paths: dict[int, set[str]] = defaultdict(set)
    for person, path in rows.values_list("person_id", "unit_path"):
        paths[person].add(path)
    until = {path: hours.until(at) for path, hours in hours_at({p for of in paths.values() for p in of}).items()}
    homeless = DEFAULT.until(at)
    quiet = {
        person: [moment for path in paths[person] if (moment := until[path])] if paths[person] else [homeless]
        for person in persons
    }
    return {person: max(moments) for person, found in quiet.items() if (moments := [one for one in found if one])}
