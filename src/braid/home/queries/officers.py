"""What officers may see of the editing side."""

from __future__ import annotations

from django.db.models import Q
from django.http import Http404

from braid.home.rules import EDIT_HOME
from braid.kernel.access import may, require, scope
from braid.people.models import Person
from braid.people.rules import VIEW_UNITS
from braid.units.models import Unit


def unit_to_edit_for(person: Person, code: str) -> Unit:
    """The unit with this code whose Home `person` may edit.

    Raises `Http404` when it is absent or out of her scope, `NotAllowed` when she may see it but not edit its Home.
    """
    unit = Unit.objects.homes().filter(code=code).filter(_within(person)).first()
    if unit is None:
        raise Http404
    require(may(person, EDIT_HOME, unit.path))
    return unit


def _within(person: Person) -> Q:
    return scope(person, VIEW_UNITS).where("path") | scope(person, EDIT_HOME).where("path")
