"""What is said to somebody whose data is to be erased."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from braid.kernel.addresses import address_of

from .enums import ErasureState
from .models import Account, Erasure
from .telling import tell


def announce(erasure: Erasure, *, at: datetime) -> None:
    """Tell her on every channel that it was asked for, or taken back; part of the transaction."""
    account = Account.objects.select_related("person").filter(person=erasure.person_id).first()

    def words() -> tuple[str, str]:
        link = address_of(reverse("my_data", args=[erasure.person_id]))
        values = {"name": settings.FEDERATION_NAME, "day": day_of(erasure), "link": link}
        if erasure.state == ErasureState.TAKEN_BACK:
            return _("Your data stays"), _(
                "The erasing of your data was taken back (%(name)s). Nothing changes."
            ) % values
        body = _(
            "On %(day)s your account and your data will be erased (%(name)s). Until then you can take this back, also if it "
            "was not you who asked for it: %(link)s"
        )
        return _("Your data will be erased"), body % values

    if account:
        tell(account, words, at=at)


def day_of(erasure: Erasure) -> str:
    """The day from which it is done, in words."""
    return date_format(timezone.localtime(erasure.due_at), "DATE_FORMAT")
