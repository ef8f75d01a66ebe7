"""Pictures and files of notices."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from braid.kernel.models import StoredFile

from .notices import Notice


class Attachment(models.Model):
    """A picture or file of a notice, with words for those who cannot see it. It belongs to the versions `added_in` and later."""

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="attachments", db_index=False)
    file = models.OneToOneField(StoredFile, models.PROTECT, related_name="+")
    description = models.CharField(_("description"), max_length=200)
    added_in = models.PositiveIntegerField(default=1)
    """The first version of the notice that has it."""
    removed_in = models.PositiveIntegerField(null=True)
    """The first version that has it no more."""

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(description=""), name="attachment_described"),
            models.CheckConstraint(
                condition=Q(removed_in=None) | Q(removed_in__gt=F("added_in")), name="attachment_versions_in_order"
            ),
        ]
        indexes = [models.Index(fields=["notice", "id"], name="attachment_notice")]

    def __str__(self) -> str:
        return self.description
