"""What becomes of each row of a file of officers, or why it cannot be used."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from braid.kernel.access import Actor
from braid.kernel.imports.problems import Problem
from braid.people.enums import CameBy, Office
from braid.people.rules import can_fill_office
from braid.units.models import Unit

from .known import Known
from .rows import Deed, Newcomer, Plan, Row


class _Bad(Exception):
    """The row cannot be used: field and reason."""


class Checker:
    """Goes through the rows in order; what an earlier row of the file does counts for the later ones."""

    def __init__(self, known: Known, *, by: Actor, on: date) -> None:
        self.known = known
        self.by = by
        self.on = on
        self.plan = Plan()
        self.problems: list[Problem] = []
        self.lines: dict[tuple[int, int | Newcomer, Office], int] = {}
        """Unit, person and office: the line that gave it."""
        self.heads: dict[int, int] = {}
        """Unit: the line that gave it a head."""
        self.newcomers: dict[str, str] = {}
        """Phone: the name of somebody new."""
        self.new_here: dict[tuple[int, str], Newcomer] = {}
        """Unit and name: somebody new whom an earlier line put there."""
        self.may: dict[tuple[int, Office], bool] = {}

    def check(self, rows: list[Row]) -> tuple[Plan, list[Problem]]:
        """The plan of the good rows, and what is wrong with the others."""
        for row in rows:
            try:
                self._check(row)
            except _Bad as bad:
                field, reason = bad.args
                self.problems.append(Problem(row.line, field, reason, row.written(field), row.unit_code))
        return self.plan, self.problems

    def _check(self, row: Row) -> None:
        unit = self._unit(row)
        if row.since and row.since > self.on:
            raise _Bad("since", _("The day must not lie in the future."))
        person = self._person(row, unit)
        if isinstance(person, int) and (unit.pk, person, row.office) in self.known.held:
            self.plan.unchanged += 1
            return
        line = self.lines.setdefault((unit.pk, person, row.office), row.line)
        if line != row.line:
            raise _Bad("name", _("This stands in line %(line)s already.") % {"line": line})
        if row.office == Office.HEAD:
            self._take_the_head_s_place(row, unit)
        self.plan.deeds.append(Deed(row, unit, person))

    def _unit(self, row: Row) -> Unit:
        unit = self.known.units.get(row.unit_code)
        if unit is None:
            raise _Bad("unit_code", _("There is no active unit with this code whose people you see."))
        key = (unit.pk, row.office)
        if key not in self.may:
            self.may[key] = can_fill_office(self.by, unit, row.office)
        if not self.may[key]:
            raise _Bad("office", _("You may not give this office in this unit."))
        return unit

    def _person(self, row: Row, unit: Unit) -> int | Newcomer:
        """By her phone where the file has one; else by her name in the unit."""
        return self._by_phone(row, unit) if row.phone else self._by_name(row, unit)

    def _by_phone(self, row: Row, unit: Unit) -> int | Newcomer:
        having = self.known.by_phone.get(row.phone, set())
        found = [number for number, name in having if name == row.name]
        if len(found) == 1:
            return found[0]
        there = self.known.in_unit.get((unit.pk, row.name), set())
        if having and not found:
            raise _Bad("phone", _("This phone number belongs to somebody with another name."))
        if len(found) > 1 or any(not self.known.phones[number] for number in there):
            raise _Bad("name", _("Who this is cannot be told: there is somebody of that name without a phone number."))
        if self.newcomers.setdefault(row.phone, row.name) != row.name:
            raise _Bad("phone", _("The file gives this phone number to two people."))
        return self._new((row.phone, row.name, 0), row, unit)

    def _by_name(self, row: Row, unit: Unit) -> int | Newcomer:
        there = self.known.in_unit.get((unit.pk, row.name), set())
        if len(there) > 1:
            raise _Bad("name", _("Several people in this unit have that name. Give her phone number."))
        if there:
            return next(iter(there))
        return self.new_here.get((unit.pk, row.name)) or self._new(("", row.name, unit.pk), row, unit)

    def _new(self, newcomer: Newcomer, row: Row, unit: Unit) -> Newcomer:
        before = self.new_here.setdefault((unit.pk, row.name), newcomer)
        if before != newcomer and not before[0]:
            raise _Bad("phone", _("An earlier line has that name in this unit without a phone number."))
        return newcomer

    def _take_the_head_s_place(self, row: Row, unit: Unit) -> None:
        """A unit has one head; who is acting makes room for a head."""
        if (line := self.heads.get(unit.pk)) is not None:
            raise _Bad("office", _("Line %(line)s names another head of this unit.") % {"line": line})
        if head := self.known.heads.get(unit.pk):
            if not head.is_acting or row.came_by == CameBy.ACTING:
                raise _Bad("office", _("%(name)s is head of this unit. End her office first.") % {"name": head.name})
            self.plan.ends.append(head.membership)
        self.heads[unit.pk] = row.line
