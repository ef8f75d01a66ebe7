"""Rows the kernel keeps: work and messages owed, words to be found by, files that come in or are kept, forms done once."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from .enums import OPEN_DELIVERY, DeliveryState, FileKind, ImportState


class Owed(models.Model):
    """One piece of work that must happen after the transaction that owes it. It is deleted when the work is done."""

    task = models.CharField(max_length=100)
    arguments = models.JSONField(default=list)
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True, blank=True)
    lease = models.CharField(max_length=32, default="", blank=True)
    attempts = models.PositiveIntegerField(default=0)
    failed_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(default="", blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["due_at", "id"], name="owed_due", condition=models.Q(failed_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.task}{self.arguments}"


class Delivery(models.Model):
    """One message to one person by one channel: owed, begun, and then how it ended. A direct one is deleted once it is sent."""

    key = models.CharField(max_length=100, unique=True)
    """Of kind, thing, person and channel: nobody is owed the same twice, and it is sent under it however often."""
    kind = models.CharField(max_length=12)
    """What it is about: `notice`, `reminder`, `digest`, or `direct` for what is about her account."""
    thing = models.BigIntegerField(default=0)
    """The number of the notice, the reminder, the day."""
    person_number = models.BigIntegerField(null=True)
    channel = models.CharField(max_length=40)
    to = models.TextField(default="", blank=True)
    """Where to, if not wherever the person is reached by the channel when it is sent."""
    subject = models.CharField(max_length=200, default="", blank=True)
    body = models.TextField(default="", blank=True)
    """Empty: the words are composed when it is sent."""
    covers = models.JSONField(default=list)
    """The things it tells of, where that is not `thing` itself: the notices of a reminder or a digest."""
    rank = models.PositiveSmallIntegerField(default=1)
    """Lower ones go first: nobody waits for her code behind a thousand notices."""
    state = models.CharField(_("state"), max_length=8, choices=DeliveryState, default=DeliveryState.OWED)
    why = models.CharField(max_length=200, default="", blank=True)
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    settled_at = models.DateTimeField(null=True, blank=True)
    is_counted = models.BooleanField(default=False)
    """Whether what came of it is part of what its sender sees."""

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=DeliveryState.values), name="delivery_state_known"),
            models.CheckConstraint(
                condition=~models.Q(to="") | models.Q(person_number__isnull=False), name="delivery_addressed"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=OPEN_DELIVERY) | models.Q(settled_at__isnull=False),
                name="delivery_settled_has_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["rank", "due_at", "id"], name="delivery_due", condition=models.Q(state__in=OPEN_DELIVERY)
            ),
            models.Index(
                fields=["kind", "id"],
                name="delivery_to_count",
                condition=models.Q(settled_at__isnull=False, is_counted=False),
            ),
            models.Index(fields=["settled_at"], name="delivery_settled"),
            models.Index(fields=["kind", "thing", "state", "person_number"], name="delivery_thing"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.state}"


class Document(models.Model):
    """The words by which one thing is found; `kernel.search` writes and asks it. The database keeps the index of `words`."""

    kind = models.CharField(max_length=20)
    key = models.BigIntegerField()
    words = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="document_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class ImportRun(models.Model):
    """A file on its way in: its rows are staged in batches, looked over, and applied at once."""

    kind = models.CharField(max_length=20)
    """What its rows are about: `units`, `officers`."""
    file_name = models.CharField(_("file"), max_length=200)
    digest = models.CharField(max_length=64)
    """SHA-256 of the file and of how it is to be read: the same file again goes on where it was."""
    state = models.CharField(_("state"), max_length=10, choices=ImportState, default=ImportState.STAGING)
    options = models.JSONField(default=dict)
    staged = models.PositiveIntegerField(default=0)
    """Records of the file that are staged."""
    outcome = models.JSONField(default=dict)
    """Counts, bad rows and examples of changes, as the last look at the file found them."""
    by_number = models.BigIntegerField(null=True)
    started_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=ImportState.values), name="import_run_state_known")
        ]
        indexes = [
            models.Index(fields=["digest"], name="import_run_digest"),
            models.Index(fields=["by_number", "kind", "-id"], name="import_run_own"),
        ]

    def __str__(self) -> str:
        return self.file_name


class ImportBatch(models.Model):
    """Some thousand staged rows of an import, as compressed JSON: a row each would cost more than what they become."""

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="batches", db_index=False)
    number = models.PositiveIntegerField()
    rows = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="import_batch_once")]

    def __str__(self) -> str:
        return f"batch {self.number}"


class StoredFile(models.Model):
    """A file somebody brought, proven to be what it says. Its bytes lie in the data folder under their digest (`kernel.files`).

    Who may read it is asked of the thing it belongs to, at every read; until it belongs to one, only whoever brought it.
    """

    kind = models.CharField(max_length=4, choices=FileKind)
    name = models.CharField(_("name"), max_length=120)
    """What people save it under; its ending is that of `kind`."""
    digest = models.CharField(max_length=64)
    """SHA-256 of its bytes."""
    size = models.PositiveIntegerField()
    small_digest = models.CharField(max_length=64, default="", blank=True)
    """Of a picture: SHA-256 of the small one, for pages."""
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    owner = models.CharField(max_length=20, default="", blank=True)
    """What it belongs to: a name in `kernel.files.owners`; empty: nothing yet."""
    owner_number = models.BigIntegerField(null=True)
    by_number = models.BigIntegerField(null=True)
    """The person who brought it; null: the operator, or somebody who was erased."""
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=FileKind.values), name="stored_file_kind_known"),
            models.CheckConstraint(
                condition=models.Q(kind=FileKind.JPEG, width__isnull=False, height__isnull=False)
                & ~models.Q(small_digest="")
                | ~models.Q(kind=FileKind.JPEG) & models.Q(width=None, height=None, small_digest=""),
                name="stored_file_picture_has_size",
            ),
            models.CheckConstraint(
                condition=models.Q(owner="", owner_number=None)
                | ~models.Q(owner="") & models.Q(owner_number__isnull=False),
                name="stored_file_owner_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["digest"], name="stored_file_digest"),
            models.Index(
                fields=["small_digest"], name="stored_file_small_digest", condition=~models.Q(small_digest="")
            ),
            models.Index(fields=["owner", "owner_number"], name="stored_file_owner"),
            models.Index(fields=["created_at"], name="stored_file_unowned", condition=models.Q(owner="")),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_picture(self) -> bool:
        return self.kind == FileKind.JPEG


class SentOnce(models.Model):
    """A form with a key that was done: sent again, by a device that did not hear the answer, it is not done again."""

    who = models.BigIntegerField()
    key = models.CharField(max_length=64)
    location = models.CharField(max_length=2000, default="")
    """Where it led."""
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["who", "key"], name="sent_once")]
        indexes = [models.Index(fields=["at"], name="sent_once_at")]

    def __str__(self) -> str:
        return f"{self.who} {self.key}"
