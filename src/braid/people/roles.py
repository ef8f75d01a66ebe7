"""Which role holds which permission. Each app declares its permissions here from its `rules.py`."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.utils.translation import pgettext

from braid.kernel.access import Permission

from .enums import OFFICE_GRANTS, Role

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

HOLDERS: dict[Permission, frozenset[Role]] = {}
"""Every permission there is, and the roles that hold it."""

WORDS: dict[Permission, StrOrPromise] = {}
"""What each permission is in plain words, as an end of the sentence "Whoever … may …"."""


def allow(name: str, *roles: Role, words: StrOrPromise = "") -> Permission:
    """Declare the permission `name` (`noun.verb`), held by `roles` and nobody else; `words` say it on the roles page."""
    permission = Permission(name)
    if permission in HOLDERS:
        raise ValueError(f"permission {name} is declared twice")
    HOLDERS[permission] = frozenset(roles)
    WORDS[permission] = words
    return permission


def offices_with(roles: Collection[Role]) -> list[int]:
    """The offices that bring one of `roles`, whatever their reach."""
    return [office for office, (role, _reach) in OFFICE_GRANTS.items() if role in roles]


def words_of(role: Role) -> list[str]:
    """What `role` may do, in words."""
    return [str(WORDS[permission] or permission) for permission, roles in HOLDERS.items() if role in roles]


def roles_in_words(permission: Permission) -> str:
    """Who holds `permission`: the roles' names, joined."""
    return pgettext("between words of a list", ", ").join(
        str(role.label) for role in Role if role in HOLDERS[permission]
    )
