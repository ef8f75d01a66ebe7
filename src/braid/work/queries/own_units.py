"""The units somebody works for: where she holds an office."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from braid.people.enums import Office
from braid.people.models import Membership, Person
from braid.units.enums import UnitStatus
from braid.units.models import Unit


def units_to_work_for(person: Person, *, at: datetime) -> list[Unit]:
    """The open units in which `person` holds an office at `at`, the weightiest office first. One query."""
    held = Membership.objects.current(timezone.localdate(at)).filter(person=person, office__lt=Office.MEMBER)
    rows = held.filter(unit__status=UnitStatus.ACTIVE).select_related("unit").order_by("office", "since", "pk")
    return list({row.unit_id: row.unit for row in rows}.values())
