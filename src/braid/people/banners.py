"""What must be said to somebody on every page: that her account is being recovered, that her data is to be erased."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from braid.kernel.shell import Banner

from .models import Account


def recovery_banner(request: HttpRequest) -> Banner | None:
    """Asks the database nothing: it stands in the account that is read anyway."""
    if not (isinstance(request.user, Account) and request.user.is_being_recovered):
        return None
    return Banner(_("Officers want to recover your account."), reverse("recovery_stop"), _("Look, or stop it"))


def erasure_banner(request: HttpRequest) -> Banner | None:
    """Asks the database nothing either."""
    if not (isinstance(request.user, Account) and request.user.erased_on):
        return None
    words = _("Your data will be erased on %(day)s.") % {"day": date_format(request.user.erased_on, "DATE_FORMAT")}
    return Banner(words, reverse("my_data", args=[request.user.person_id]), _("Look, or take it back"))
