"""Who may change a public Home. Everybody may read it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from braid.kernel.access import Actor, may
from braid.people.enums import Role
from braid.people.roles import allow
from braid.units.models import Unit

EDIT_HOME = allow(
    "home.edit", Role.LEAD, Role.MANAGE, Role.PUBLISH, words=_("write what the public Home of the unit says")
)


def can_edit(actor: Actor, unit: Unit) -> bool:
    """Whether `actor` may change what the Home of `unit` says."""
    return may(actor, EDIT_HOME, unit.path)
