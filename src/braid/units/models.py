"""The tree: units, the places they stood at before, what happened to them, and the names of levels."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from braid.kernel.access import AFTER_DESCENDANTS
from braid.kernel.fields import BytewiseField

from .enums import STEP, TreeEventKind, UnitKind, UnitStatus
from .paths import StepOf, numbers_of


class Level(models.Model):
    """What the federation calls one level of its tree: 1 is the top."""

    number = models.PositiveSmallIntegerField(_("level"), primary_key=True)
    name = models.CharField(_("name"), max_length=60)
    name_zh_hant = models.CharField(_("name in Traditional Chinese"), max_length=60, default="", blank=True)
    name_en = models.CharField(_("name in English"), max_length=60, default="", blank=True)

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return localised(self, "name")


class UnitQuerySet(models.QuerySet["Unit"]):
    """Reads of the tree; all are ranges of the path's index."""

    def subtree(self, path: str) -> Self:
        """The unit at `path` and everything below it."""
        return self.filter(path__gte=path, path__lt=path + AFTER_DESCENDANTS)

    def below(self, path: str) -> Self:
        """Everything below the unit at `path`."""
        return self.filter(path__gt=path, path__lt=path + AFTER_DESCENDANTS)

    def ancestors(self, path: str) -> Self:
        """The units above the one at `path`, root first."""
        return self.filter(pk__in=numbers_of(path)[:-1]).order_by("depth")

    def active(self) -> Self:
        return self.filter(status=UnitStatus.ACTIVE)

    def shown(self) -> Self:
        """Units that people see: placeholders of the register stay in the tree but stand for nobody."""
        return self.filter(status=UnitStatus.ACTIVE, is_placeholder=False)

    def homes(self) -> Self:
        """Those of them that have a public Home: a group has a card instead, if it chose to be public."""
        return self.shown().exclude(kind=UnitKind.GROUP)


class Unit(models.Model):
    """One unit of the federation, with its place in the tree.

    `number` is never reused. `path` says where it stands (`units.paths`); `level` is its rank in the federation, which
    is not its depth: some communes hang directly from a département. `name` is in the federation's own language.
    """

    number = models.BigAutoField(primary_key=True)
    path = BytewiseField(max_length=STEP * 40)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    depth = models.PositiveSmallIntegerField()
    level = models.PositiveSmallIntegerField(_("level"))
    code = models.CharField(_("code"), max_length=40)
    kind = models.PositiveSmallIntegerField(_("kind"), choices=UnitKind, default=UnitKind.BODY)
    name = models.CharField(_("name"), max_length=120)
    name_zh_hant = models.CharField(_("name in Traditional Chinese"), max_length=120, default="", blank=True)
    name_en = models.CharField(_("name in English"), max_length=120, default="", blank=True)
    full_name = models.CharField(_("full name"), max_length=200, default="", blank=True)
    full_name_zh_hant = models.CharField(_("full name in Traditional Chinese"), max_length=200, default="", blank=True)
    full_name_en = models.CharField(_("full name in English"), max_length=200, default="", blank=True)
    is_placeholder = models.BooleanField(_("placeholder of the register"), default=False)
    status = models.CharField(_("status"), max_length=10, choices=UnitStatus, default=UnitStatus.ACTIVE)
    opened_on = models.DateField(_("opened on"), null=True, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged_units")
    address = models.CharField(_("address"), max_length=200, default="", blank=True)
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    placed_at = models.DateTimeField(null=True, blank=True, editable=False)
    """Since when path, name, code and status are as they are; null: since the tree was first loaded."""
    page_version = models.PositiveIntegerField(default=0, editable=False)
    """Counts the changes of what its public page shows; cached pages are keyed by it."""

    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        constraints = [
            models.UniqueConstraint(fields=["path"], name="unit_path_unique"),
            models.UniqueConstraint(fields=["code"], name="unit_code_unique"),
            models.UniqueConstraint(fields=["depth"], condition=Q(depth=0), name="unit_one_root"),
            models.CheckConstraint(
                condition=Q(depth=0, parent=None) | Q(depth__gt=0, parent__isnull=False), name="unit_root_has_no_parent"
            ),
            models.CheckConstraint(condition=Q(path__length=(F("depth") + 1) * STEP), name="unit_path_fits_depth"),
            models.CheckConstraint(condition=Q(path__last_step=StepOf("number")), name="unit_path_ends_in_number"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(code=""), name="unit_named"),
            models.CheckConstraint(condition=Q(kind__in=UnitKind.values), name="unit_kind_known"),
            models.CheckConstraint(
                condition=Q(status=UnitStatus.ACTIVE, closed_on=None)
                | Q(status=UnitStatus.CLOSED, closed_on__isnull=False),
                name="unit_closed_has_date",
            ),
            models.CheckConstraint(
                condition=Q(closed_on=None) | Q(opened_on=None) | Q(closed_on__gte=F("opened_on")),
                name="unit_closed_after_opened",
            ),
            models.CheckConstraint(condition=Q(level__gte=1), name="unit_level_counts_from_one"),
            models.CheckConstraint(
                condition=Q(merged_into=None) | Q(status=UnitStatus.CLOSED), name="unit_merged_is_closed"
            ),
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None) | Q(latitude__isnull=False, longitude__isnull=False),
                name="unit_coordinates_together",
            ),
            models.CheckConstraint(
                condition=Q(latitude__gte=-90, latitude__lte=90) & Q(longitude__gte=-180, longitude__lte=180),
                name="unit_coordinates",
            ),
        ]

    def __str__(self) -> str:
        return localised(self, "name")

    @property
    def display_name(self) -> str:
        """The name in the reader's language."""
        return localised(self, "name")

    @property
    def display_full_name(self) -> str:
        """The full name in the reader's language, or the short one."""
        return localised(self, "full_name") or localised(self, "name")


models.CharField.register_lookup(Length)


class Placement(models.Model):
    """Where a unit stood, and what it was called, until it was moved, renamed, closed or reopened.

    `until` is the moment at which the rows changed, so that any row's path then can be found; `until_on` is the day on
    which the change took effect, so that a report for last year shows last year's tree. Per unit both only grow.
    """

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="placements", db_index=False)
    path = BytewiseField(max_length=STEP * 40)
    parent_number = models.BigIntegerField(null=True)
    level = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    status = models.CharField(max_length=10, choices=UnitStatus, default=UnitStatus.ACTIVE)
    since = models.DateTimeField(null=True)
    """Null: since the tree was first loaded."""
    until = models.DateTimeField()
    until_on = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(path__last_step=StepOf("unit")), name="placement_path_ends_in_number"),
            models.CheckConstraint(
                condition=Q(path__length=STEP, parent_number=None)
                | Q(path__length__gt=STEP, parent_number__isnull=False),
                name="placement_root_has_no_parent",
            ),
            models.CheckConstraint(condition=Q(status__in=UnitStatus.values), name="placement_status_known"),
            models.CheckConstraint(condition=Q(level__gte=1), name="placement_level_counts_from_one"),
        ]
        indexes = [
            models.Index(fields=["unit", "until"], name="placement_unit"),
            models.Index(fields=["path"], name="placement_path"),
            models.Index(fields=["code"], name="placement_code"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.path})"


class TreeEvent(models.Model):
    """What happened to a unit: dated, with who and why. `details` holds what the kind needs: old and new values, numbers."""

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="events")
    kind = models.CharField(_("kind"), max_length=10, choices=TreeEventKind)
    on = models.DateField(_("on"))
    recorded_at = models.DateTimeField()
    by_number = models.BigIntegerField(null=True)
    """The person who did it (persons stand on a higher floor, so only her number); null: the operator."""
    why = models.CharField(_("why"), max_length=500)
    details = models.JSONField(default=dict)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(kind__in=TreeEventKind.values), name="tree_event_kind_known")]
        indexes = [
            models.Index(fields=["unit", "-recorded_at"], name="tree_event_unit"),
            models.Index(fields=["by_number"], name="tree_event_by", condition=Q(by_number__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.kind} {self.on}"


class TreeVersion(models.Model):
    """One row that counts the changes of the tree, so that what is derived from the tree knows when it is old."""

    version = models.BigIntegerField(default=0)
    last_number = models.BigIntegerField(default=0)
    """The highest unit number ever given, so that none is given twice."""

    def __str__(self) -> str:
        return str(self.version)


class OwnedByUnit(models.Model):
    """A row a unit owns. `unit_path` is the unit's path, kept on the row so that scope is one range; it follows a move."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    unit_path = BytewiseField(max_length=STEP * 40, editable=False)

    class Meta:
        abstract = True


def localised(row: models.Model, field: str) -> str:
    """The value of `field` in the reader's language, else in the federation's own."""
    suffix = {"zh-hant": "_zh_hant", "en": "_en"}.get(get_language() or "", "")
    return str((suffix and getattr(row, field + suffix, "")) or getattr(row, field))
