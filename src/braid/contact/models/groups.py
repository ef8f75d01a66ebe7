"""Groups, their chat groups elsewhere, and units that belong together across the tree."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from braid.contact.enums import OPEN_AFFILIATIONS, AffiliationState, Basis, JoinRule, RequestState
from braid.people.models import Person
from braid.units.models import OwnedByUnit, Unit


class Group(OwnedByUnit):
    """What makes a unit of kind group one: what it is for, how one comes in, and until when it is planned.

    Its name, place and history are its unit's; its people are memberships there, and whoever is head of the unit is
    responsible for it.
    """

    unit = models.OneToOneField(Unit, models.PROTECT, related_name="group")
    purpose = models.CharField(_("what it is for"), max_length=300)
    purpose_folded = models.CharField(max_length=300, editable=False)
    """The purpose in one script and case, without spaces and marks: equal ones are put forward for merging."""
    join_rule = models.CharField(_("how one comes in"), max_length=10, choices=JoinRule, default=JoinRule.ASKED)
    ends_on = models.DateField(_("ends on"))
    """The last day it is planned for. Nothing happens by itself when it passes: somebody extends it or closes it."""
    is_public = models.BooleanField(_("public"), default=False)
    invite_key = models.CharField(max_length=32, editable=False)
    """The secret part of the invitation link; a new one makes the old link worthless."""
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("group")
        verbose_name_plural = _("groups")
        constraints = [
            models.CheckConstraint(condition=~Q(purpose=""), name="group_has_purpose"),
            models.CheckConstraint(condition=Q(join_rule__in=JoinRule.values), name="group_join_rule_known"),
            models.CheckConstraint(condition=Q(invite_key__length__gte=16), name="group_invite_key_is_long"),
        ]
        indexes = [models.Index(fields=["unit_path", "ends_on"], name="group_path")]

    def __str__(self) -> str:
        return str(self.unit)


class JoinRequest(OwnedByUnit):
    """Somebody asks to come into a group, and is answered with a reason."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="join_requests")
    words = models.CharField(_("why she wants to join"), max_length=300, default="", blank=True)
    state = models.CharField(_("state"), max_length=10, choices=RequestState, default=RequestState.WAITING)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    answer = models.CharField(_("answer"), max_length=300, default="", blank=True)

    class Meta:
        verbose_name = _("request to join")
        verbose_name_plural = _("requests to join")
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "person"], condition=Q(state=RequestState.WAITING), name="join_request_once"
            ),
            models.CheckConstraint(
                condition=~Q(state=RequestState.DECLINED) | ~Q(answer=""), name="join_request_declined_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(state=RequestState.WAITING, answered_at=None)
                | (~Q(state=RequestState.WAITING) & Q(answered_at__isnull=False)),
                name="join_request_answered_has_time",
            ),
            models.CheckConstraint(condition=Q(state__in=RequestState.values), name="join_request_state_known"),
        ]
        indexes = [
            models.Index(fields=["unit", "id"], name="join_request_waiting", condition=Q(state=RequestState.WAITING)),
            models.Index(fields=["unit_path"], name="join_request_path"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} -> {self.unit_id} {self.state}"


class ChatGroup(OwnedByUnit):
    """A chat group of a unit on a platform elsewhere: registered, so that people know of it and who owns it now.

    Nothing of what is said there comes here. Its size is what somebody said on a day.
    """

    platform = models.CharField(_("platform"), max_length=60)
    name = models.CharField(_("name"), max_length=120)
    size = models.PositiveIntegerField(_("people in it"), null=True, blank=True)
    sized_on = models.DateField(_("counted on"), null=True, blank=True)
    owner = models.ForeignKey(
        Person, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("who owns it")
    )
    turn_days = models.PositiveSmallIntegerField(_("days of a turn"), null=True, blank=True)
    turns_from = models.DateField(_("first day of the first turn"), null=True, blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("chat group")
        verbose_name_plural = _("chat groups")
        constraints = [
            models.CheckConstraint(condition=~Q(platform="") & ~Q(name=""), name="chat_group_named"),
            models.UniqueConstraint(fields=["unit", "platform", "name"], name="chat_group_once"),
            models.CheckConstraint(
                condition=Q(size=None, sized_on=None) | Q(size__isnull=False, sized_on__isnull=False),
                name="chat_group_size_has_day",
            ),
            models.CheckConstraint(
                condition=Q(turn_days=None, turns_from=None) | Q(turn_days__gte=1, turns_from__isnull=False),
                name="chat_group_turns_have_start",
            ),
        ]
        indexes = [models.Index(fields=["unit_path"], name="chat_group_path")]

    def __str__(self) -> str:
        return self.name


class ChatTurn(models.Model):
    """A place in the rota of a chat group: its owners follow each other by `place` and begin again."""

    chat = models.ForeignKey(ChatGroup, models.CASCADE, related_name="turns", db_index=False)
    place = models.PositiveSmallIntegerField()
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["chat", "place"], name="chat_turn_once")]

    def __str__(self) -> str:
        return f"{self.chat_id} {self.place}"


class Affiliation(OwnedByUnit):
    """A unit belongs to an online-only body somewhere else in the tree, by area, trade or interest.

    It is no second parent: it gives no rights and moves nothing. One side asks, the other accepts, either ends it.
    """

    virtual = models.ForeignKey(Unit, models.PROTECT, related_name="affiliations", db_index=False)
    basis = models.CharField(_("by"), max_length=10, choices=Basis)
    state = models.CharField(_("state"), max_length=10, choices=AffiliationState, default=AffiliationState.ASKED)
    asked_by_virtual = models.BooleanField(default=False)
    """Which side asked: the online-only body (then the unit answers), or the unit (then the body does)."""
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    why = models.CharField(_("why"), max_length=300)
    since = models.DateField(_("since"), null=True, blank=True)
    until = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("affiliation")
        verbose_name_plural = _("affiliations")
        constraints = [
            models.UniqueConstraint(
                fields=["virtual", "unit"],
                condition=Q(state__in=OPEN_AFFILIATIONS),
                name="affiliation_once",
            ),
            models.CheckConstraint(condition=~Q(virtual=F("unit")), name="affiliation_of_two"),
            models.CheckConstraint(condition=~Q(why=""), name="affiliation_has_reason"),
            models.CheckConstraint(
                condition=(Q(state__in=(AffiliationState.ASKED, AffiliationState.DECLINED)) & Q(since=None, until=None))
                | Q(state=AffiliationState.CURRENT, since__isnull=False, until=None)
                | Q(state=AffiliationState.ENDED, since__isnull=False, until__gte=F("since")),
                name="affiliation_has_days",
            ),
            models.CheckConstraint(condition=Q(basis__in=Basis.values), name="affiliation_basis_known"),
        ]
        indexes = [
            models.Index(fields=["virtual", "state"], name="affiliation_virtual"),
            models.Index(fields=["unit", "state"], name="affiliation_unit"),
            models.Index(fields=["unit_path"], name="affiliation_path"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} in {self.virtual_id}"
