"""Notices, whom they are for, and what they said before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from braid.contact.enums import NoticeState
from braid.people.models import Person
from braid.units.models import OwnedByUnit

from .audience import AudienceRule
from .wording import LANGUAGE_KNOWN, Wording

if TYPE_CHECKING:
    from .series import Series


class Notice(Wording, OwnedByUnit):
    """A message from a unit. However many it addresses, it is one row; readers find it by its audience."""

    is_public = models.BooleanField(_("public"), default=False)
    asks_acknowledgement = models.BooleanField(_("asks to be acknowledged"), default=False)
    asks_done = models.BooleanField(_("asks to report when done"), default=False)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    remind_after_days = models.PositiveSmallIntegerField(_("remind the silent after days"), null=True, blank=True)
    """So many days after it went out, who is silent then is reminded without anybody asking again; null: only if asked."""
    state = models.CharField(_("state"), max_length=10, choices=NoticeState, default=NoticeState.DRAFT)
    author = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    """From this moment it is seen by its audience; it lies `UNDO_WINDOW` after the button was pressed."""
    sent_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    over_budget_why = models.CharField(
        _("why it may exceed the budget of time"), max_length=500, default="", blank=True
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_why = models.CharField(_("why it was withdrawn"), max_length=500, default="", blank=True)
    version = models.PositiveIntegerField(default=1)
    frozen_at = models.DateTimeField(null=True, blank=True, editable=False)
    """When its audience was frozen: from then on its unit sets stand and the numbers of its reach have a denominator."""

    send_at = models.DateTimeField(null=True, blank=True)
    """While it is a draft: when it goes out by itself."""
    send_zone = models.CharField(max_length=60, default="", blank=True)
    """The named time zone in which that moment was chosen."""
    send_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    """Who planned it: she must still be allowed to send it when it goes."""
    not_sent_why = models.CharField(max_length=500, default="", blank=True)
    """Why it did not go out as planned, for those who send for its unit."""
    occurrence_of = models.ForeignKey(
        "contact.Series", models.SET_NULL, null=True, blank=True, related_name="occurrences", db_index=False
    )
    """The series that it went out as one of."""

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="notice_titled"),
            models.CheckConstraint(
                condition=Q(state=NoticeState.DRAFT) | Q(sent_at__isnull=False), name="notice_sent_has_time"
            ),
            models.CheckConstraint(
                condition=~Q(state=NoticeState.WITHDRAWN) | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_why="")),
                name="notice_withdrawn_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(send_at=None, send_zone="")
                | (Q(state=NoticeState.DRAFT, send_at__isnull=False) & ~Q(send_zone="")),
                name="notice_planned_whole",
            ),
            models.CheckConstraint(condition=Q(state__in=NoticeState.values), name="notice_state_known"),
            models.CheckConstraint(condition=LANGUAGE_KNOWN, name="notice_language_known"),
        ]
        indexes = [
            models.Index(fields=["unit", "-sent_at", "-id"], name="notice_unit_newest"),
            models.Index(fields=["unit_path", "-id"], name="notice_path"),
            models.Index(fields=["sent_at"], name="notice_unfrozen", condition=Q(state="sent", frozen_at=None)),
            models.Index(fields=["unit_path"], name="notice_not_sent", condition=~Q(not_sent_why="")),
            models.Index(
                fields=["occurrence_of", "-id"], name="notice_of_series", condition=Q(occurrence_of__isnull=False)
            ),
        ]

    @property
    def repeats(self) -> Series | None:
        """The series of which it is the draft."""
        found: Series | None = getattr(self, "series", None)
        return found


_READ_BY_INBOXES = ("unit", "-sent_at", "-notice", "is_subtree", "levels", "kinds", "offices")
"""Newest first; and all that an inbox asks of a rule, so that it reads the index alone."""


class Audience(AudienceRule):
    """One rule of whom a notice addresses, anchored at one unit. An inbox probes the anchors above its own unit."""

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="audience", db_index=False)
    sent_at = models.DateTimeField(null=True)
    """The notice's, kept here so that an inbox page is one range of one index; null while it is a draft."""
    is_public = models.BooleanField(default=False)
    """The notice's, kept here so that a public Home reads only public rows; set at sending."""
    numbers = models.BinaryField(null=True, editable=False)
    """The units it addresses, frozen when the notice went out: `pyroaring.BitMap.serialize()`."""

    class Meta:
        indexes = [
            models.Index(fields=_READ_BY_INBOXES, name="audience_inbox"),
            models.Index(fields=_READ_BY_INBOXES, name="audience_public", condition=Q(is_public=True)),
            models.Index(fields=["notice"], name="audience_notice"),
            models.Index(fields=["sent_at"], name="audience_sent", condition=Q(sent_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.notice_id} -> {self.unit_id}"


class NoticeVersion(Wording):
    """What a notice said before it was corrected, in all its languages."""

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    replaced_at = models.DateTimeField()
    replaced_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    why = models.CharField(_("what was corrected"), max_length=500)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["notice", "number"], name="notice_version_once"),
            models.CheckConstraint(condition=LANGUAGE_KNOWN, name="notice_version_language_known"),
        ]

    def __str__(self) -> str:
        return f"{self.notice_id} v{self.number}"
