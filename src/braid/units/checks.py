"""What a finished demo must be true of, as far as the tree goes."""

from __future__ import annotations

from django.db import connection
from django.db.models import Count

from braid.kernel.checks import Demo, Outcome, demo_check

from .enums import UnitKind
from .models import Unit


@demo_check("units.count")
def all_units_are_there(demo: Demo) -> Outcome:
    """As many bodies as were read from the source, and every unit hangs from its parent as it must."""
    count, expected = Unit.objects.filter(kind=UnitKind.BODY).count(), sum(demo.levels.values())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COUNT(*) FROM units_unit u JOIN units_unit p ON p.number = u.parent_id "
            "WHERE substr(u.path, 1, length(u.path) - 5) <> p.path OR u.level <= p.level"
            " OR u.status = 'active' AND p.status <> 'active'"
        )
        (astray,) = cursor.fetchone()
    return Outcome(count == expected > 0 and not astray, f"{count:,} units of {expected:,} read, {astray} astray")


@demo_check("units.levels")
def each_level_is_whole(demo: Demo) -> Outcome:
    """Level by level as many bodies as were read from the source."""
    bodies = Unit.objects.filter(kind=UnitKind.BODY)
    counted = {row["level"]: row["n"] for row in bodies.order_by("level").values("level").annotate(n=Count("pk"))}
    words = " / ".join(f"{count:,}" for count in counted.values())
    return Outcome(counted == demo.levels and bool(counted), words)
