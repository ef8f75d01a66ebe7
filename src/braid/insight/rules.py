"""Who may look at a unit's pages, and at the numbers of what lies below it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from braid.kernel.access import Permission
from braid.people.enums import Role
from braid.people.roles import allow

VIEW_SUBTREE = allow("subtree.view", *Role, words=_("see the figures of the units"))
"""See a unit's own page, and the table and picture of the units below it, as far as the grant reaches."""

EDIT_HOME = Permission("home.edit")
"""Named here, declared by the public Home, which stands beside this floor: My unit links to where its texts are written."""
