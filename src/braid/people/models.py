"""Persons, the accounts they sign in with, what they are in units, and what they were granted."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Substr
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from braid.kernel.fields import BytewiseField
from braid.units.enums import STEP
from braid.units.models import OwnedByUnit, Unit

from .enums import (
    OPEN_ERASURE,
    OPEN_RECOVERY,
    CameBy,
    ErasureState,
    Office,
    Pace,
    Reach,
    RecoveryState,
    Role,
    SuccessionState,
)

PREFIXED_DEPTHS = (1, 2, 3)
"""Depths of the tree whose subtrees have an index of their own for lists newest first; deeper ones are small enough to sort."""


class Person(models.Model):
    """Somebody the federation knows: one row however many units she belongs to, with or without an account."""

    name = BytewiseField(pgettext_lazy("of a person", "name"), max_length=80)
    phone = models.CharField(_("phone"), max_length=24, default="", blank=True)
    email = models.EmailField(_("e-mail"), default="", blank=True)
    language = models.CharField(_("language"), max_length=10, default="", blank=True)
    is_synthetic = models.BooleanField(_("made up for the demo"), default=False)
    created_at = models.DateTimeField(_("known since"))
    under_14_until = models.DateField(_("turns 14 on"), null=True, blank=True)
    """The day from which she needs no guardian; kept of nobody who is older, and no birthday of anybody."""
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)
    """When all that said who she was went: from then on the row only holds the place of a former member."""

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="person_named")]
        indexes = [
            models.Index(fields=["name", "id"], name="person_name"),
            models.Index(fields=["phone"], name="person_phone", condition=~Q(phone="")),
        ]

    def __str__(self) -> str:
        return gettext("former member") if self.erased_at else str(self.name)


class Account(AbstractBaseUser):
    """What a person signs in with."""

    person = models.OneToOneField(Person, models.CASCADE, related_name="account")
    username = models.CharField(_("user name"), max_length=80, unique=True)
    email = models.EmailField(_("e-mail"), default="", blank=True)
    phone = models.CharField(_("phone"), max_length=24, null=True, blank=True, unique=True)
    phone_verified = models.BooleanField(default=False)
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(_("opened"))
    session_round = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    """Every session belongs to a round; the next round ends them all."""
    is_being_recovered = models.BooleanField(default=False, db_default=False, editable=False)
    """Whether a `Recovery` of it is open: read with the account, so that every page can say so without asking."""
    erased_on = models.DateField(null=True, blank=True, editable=False)
    """The day on which it goes, while an `Erasure` of its owner waits: read with the account for the same reason."""

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = BaseUserManager["Account"]()

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")

    def __str__(self) -> str:
        return self.username

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a session must show to be hers: it changes with her password, and when she signs out everywhere."""
        salt = "braid.people.models.Account.session"
        seen = f"{self.password} {self.session_round}"
        return salted_hmac(salt, seen, secret=secret, algorithm="sha256").hexdigest()


class Term(OwnedByUnit):
    """The time between two congresses of a unit (届). Offices are held for a term, and on beyond its planned end if need be."""

    number = models.PositiveSmallIntegerField(_("number of the term"))
    begins_on = models.DateField(_("begins on"))
    ends_on = models.DateField(_("ends on"))
    """The first day after it as planned, or on which the next term began."""

    class Meta:
        verbose_name = _("term")
        verbose_name_plural = _("terms")
        constraints = [
            models.UniqueConstraint(fields=["unit", "number"], name="term_once"),
            models.CheckConstraint(condition=Q(number__gt=0), name="term_numbered"),
            models.CheckConstraint(condition=Q(ends_on__gt=F("begins_on")), name="term_ends_after_start"),
        ]
        indexes = [models.Index(fields=["unit_path"], name="term_path")]

    def __str__(self) -> str:
        return gettext("term %(number)s") % {"number": self.number}


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Reads of memberships."""

    def current(self, on: date) -> Self:
        """Those that hold on the day `on`."""
        return self.filter(Q(until=None) | Q(until__gt=on), since__lte=on)

    def offices(self) -> Self:
        """Those that are more than plain membership."""
        return self.filter(office__lt=Office.MEMBER)


def _newest() -> list[models.Index]:
    """The indexes that serve "newest first" for the whole tree and for any subtree at the upper depths, without a sort.

    `office` and `until` stand at their end so that rows which a filter leaves out are passed over within the index.
    """
    columns = (F("since").desc(), F("id").desc(), F("office"), F("until"))
    prefixes = [(depth, Substr("unit_path", 1, (depth + 1) * STEP)) for depth in PREFIXED_DEPTHS]
    whole = models.Index(*columns, name="membership_newest_0")
    return [whole, *(models.Index(prefix, *columns, name=f"membership_newest_{depth}") for depth, prefix in prefixes)]


class Membership(OwnedByUnit):
    """Somebody is something in a unit, from `since` to `until` (the first day she is it no more; null: still)."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="memberships", db_index=False)
    office = models.PositiveSmallIntegerField(_("office"), choices=Office, default=Office.MEMBER)
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)
    came_by = models.PositiveSmallIntegerField(
        _("how she came to it"), choices=CameBy, default=CameBy.UNKNOWN, db_default=CameBy.UNKNOWN
    )
    term = models.ForeignKey(Term, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "unit", "office"], condition=Q(until=None), name="membership_once"
            ),
            models.UniqueConstraint(
                fields=["unit"], condition=Q(office=Office.HEAD, until=None), name="membership_one_head"
            ),
            models.CheckConstraint(condition=Q(office__in=Office.values), name="membership_office_known"),
            models.CheckConstraint(condition=Q(came_by__in=CameBy.values), name="membership_came_by_known"),
            models.CheckConstraint(
                condition=~Q(office=Office.MEMBER) | Q(came_by=CameBy.UNKNOWN, term=None),
                name="membership_plain_has_no_term",
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")), name="membership_ends_after_start"
            ),
        ]
        indexes = [
            models.Index(fields=["person"], name="membership_person"),
            models.Index(fields=["unit", "office"], name="membership_unit"),
            models.Index(fields=["unit_path", "office", "id"], name="membership_path"),
            *_newest(),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.get_office_display()} {self.unit_id}"


class Succession(OwnedByUnit):
    """What is planned for a day: an office of the unit ends for its holder and begins for her successor.

    The work is owed in the outbox and done as whoever planned it, with the rights she has on that day.
    """

    held = models.ForeignKey(Membership, models.CASCADE, related_name="successions")
    successor = models.ForeignKey(Person, models.CASCADE, related_name="successions")
    on = models.DateField(_("first day of the successor"))
    came_by = models.PositiveSmallIntegerField(_("how she comes to it"), choices=CameBy)
    passes_grants = models.BooleanField(_("pass on what was granted to the holder here"), default=True)
    state = models.CharField(_("state"), max_length=10, choices=SuccessionState, default=SuccessionState.PLANNED)
    by_number = models.BigIntegerField(null=True)
    """Who planned it; null: the operator."""
    planned_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    outcome = models.JSONField(default=dict, blank=True)
    """What passed, as {word: how many}, or the words of the refusal."""

    class Meta:
        verbose_name = _("succession")
        verbose_name_plural = _("successions")
        constraints = [
            models.UniqueConstraint(
                fields=["held"], condition=Q(state=SuccessionState.PLANNED), name="succession_once"
            ),
            models.CheckConstraint(condition=Q(came_by__in=CameBy.values), name="succession_came_by_known"),
            models.CheckConstraint(condition=Q(state__in=SuccessionState.values), name="succession_state_known"),
            models.CheckConstraint(
                condition=Q(state=SuccessionState.PLANNED) | Q(settled_at__isnull=False),
                name="succession_settled_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "-on"], name="succession_unit"),
            models.Index(fields=["by_number"], name="succession_by", condition=Q(by_number__isnull=False)),
            models.Index(fields=["unit_path"], name="succession_path"),
        ]

    def __str__(self) -> str:
        return f"{self.held_id} -> {self.successor_id} {self.on}"


class GrantQuerySet(models.QuerySet["Grant"]):
    """Reads of grants."""

    def valid(self, at: datetime) -> Self:
        """Those that hold at the moment `at`: begun, not run out, not revoked."""
        return self.filter(Q(until=None) | Q(until__gt=at), since__lte=at, revoked_at=None)


class Grant(OwnedByUnit):
    """What somebody may do beyond what her offices carry: role x unit x reach, for a time."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="grants")
    role = models.CharField(_("role"), max_length=10, choices=Role)
    reach = models.CharField(_("reach"), max_length=10, choices=Reach, default=Reach.SUBTREE)
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"), null=True, blank=True)
    given_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    why = models.CharField(_("why"), max_length=500, default="", blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")

    objects = GrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("grant")
        verbose_name_plural = _("grants")
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="grant_role_known"),
            models.CheckConstraint(condition=Q(reach__in=Reach.values), name="grant_reach_known"),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="grant_ends_after_start"),
        ]
        indexes = [
            models.Index(fields=["unit_path"], name="grant_path"),
            models.Index(fields=["unit"], name="grant_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.role} {self.unit_id} {self.reach}"


class Invitation(models.Model):
    """A short code that lets the owner of an account set her password, once, for some days: read out or printed on a slip.

    Only a keyed hash of the code is kept. An account has at most one that was not used.
    """

    account = models.ForeignKey(Account, models.CASCADE, related_name="invitations")
    code_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    until = models.DateTimeField()
    by_number = models.BigIntegerField(null=True)
    """Who made it; null: the operator."""
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint(fields=["account"], condition=Q(used_at=None), name="invitation_one_open"),
            models.CheckConstraint(condition=Q(until__gt=F("made_at")), name="invitation_ends_after_start"),
        ]
        indexes = [models.Index(fields=["until"], name="invitation_until")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.until}"


class ApiToken(models.Model):
    """What a program shows to act for a person at the API: less than she may herself, for a time, and never for others.

    Only a hash of the secret is kept. `permissions` are keys of `enums.API_PERMISSIONS`; they count in `unit` and below it,
    or wherever she may when there is none. The gate asks for her own rights as well, at every request.
    """

    person = models.ForeignKey(Person, models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("what it is for"), max_length=80)
    secret_hash = models.CharField(max_length=64, unique=True)
    permissions = models.JSONField(_("what it may do"), default=list)
    unit = models.ForeignKey(
        Unit, models.PROTECT, verbose_name=_("for this unit"), null=True, blank=True, related_name="+"
    )
    made_at = models.DateTimeField(_("made"))
    until = models.DateTimeField(_("until"))
    last_used_on = models.DateField(_("last used on"), null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("access key")
        verbose_name_plural = _("access keys")
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="api_token_named"),
            models.CheckConstraint(condition=Q(until__gt=F("made_at")), name="api_token_ends_after_start"),
        ]

    def __str__(self) -> str:
        return self.name


class Recovery(OwnedByUnit):
    """Two officers let somebody back into her account: one asks, another agrees, and after a day, in which she can stop it,
    they give her a link with which she sets a new password. `unit` is the one they act for. Of the link only a hash is kept.
    """

    account = models.ForeignKey(Account, models.CASCADE, related_name="recoveries")
    state = models.CharField(_("state"), max_length=10, choices=RecoveryState, default=RecoveryState.ASKED)
    why = models.CharField(_("why"), max_length=500)
    asked_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField()
    agreed_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    agreed_at = models.DateTimeField(null=True, blank=True)
    opens_at = models.DateTimeField(null=True, blank=True)
    until = models.DateTimeField()
    secret_hash = models.CharField(max_length=64, default="", blank=True, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("recovery")
        verbose_name_plural = _("recoveries")
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(state__in=OPEN_RECOVERY), name="recovery_one_at_a_time"
            ),
            models.UniqueConstraint(fields=["secret_hash"], condition=~Q(secret_hash=""), name="recovery_secret_once"),
            models.CheckConstraint(condition=Q(state__in=RecoveryState.values), name="recovery_state_known"),
            models.CheckConstraint(condition=~Q(why=""), name="recovery_has_reason"),
            models.CheckConstraint(
                condition=Q(agreed_by=None) | ~Q(agreed_by=F("asked_by")), name="recovery_by_two_officers"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[RecoveryState.WAITING, RecoveryState.READY, RecoveryState.DONE])
                | Q(agreed_at__isnull=False, opens_at__isnull=False),
                name="recovery_agreed_first",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, state__in=OPEN_RECOVERY)
                | (Q(ended_at__isnull=False) & ~Q(state__in=OPEN_RECOVERY)),
                name="recovery_ends_once",
            ),
        ]
        indexes = [
            models.Index(fields=["unit_path"], name="recovery_path", condition=Q(state__in=OPEN_RECOVERY)),
            models.Index(fields=["unit"], name="recovery_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.state}"

    @property
    def is_open(self) -> bool:
        """Whether it can still lead to a new password."""
        return self.state in OPEN_RECOVERY


class Wish(models.Model):
    """How somebody wants to be told of what is new: at once, or once a day or week in one message. No row: at once."""

    person = models.OneToOneField(Person, models.CASCADE, related_name="wish", primary_key=True)
    pace = models.CharField(_("how often"), max_length=8, choices=Pace, default=Pace.AT_ONCE)
    hour = models.PositiveSmallIntegerField(_("at what hour"), default=8)
    weekday = models.PositiveSmallIntegerField(_("on which day"), default=0)
    """Monday is 0; for a digest once a week."""
    hides_titles = models.BooleanField(_("hide titles"), default=False)
    """Whether a locked screen says only that there is something new."""
    digest_at = models.DateTimeField(null=True, blank=True)
    """When her next digest is due; null for who is told at once."""
    told_until = models.DateTimeField(null=True, blank=True)
    """What was sent before this moment stood in a digest already."""

    class Meta:
        verbose_name = _("wish")
        verbose_name_plural = _("wishes")
        constraints = [
            models.CheckConstraint(condition=Q(pace__in=Pace.values), name="wish_pace_known"),
            models.CheckConstraint(condition=Q(hour__lt=24, weekday__lt=7), name="wish_moment_exists"),
            models.CheckConstraint(
                condition=Q(pace=Pace.AT_ONCE, digest_at=None)
                | (~Q(pace=Pace.AT_ONCE) & Q(digest_at__isnull=False, told_until__isnull=False)),
                name="wish_digest_has_time",
            ),
        ]
        indexes = [models.Index(fields=["digest_at"], name="wish_digest", condition=Q(digest_at__isnull=False))]

    def __str__(self) -> str:
        return f"{self.person_id} {self.pace}"


class QuietHours(models.Model):
    """A unit says when its people and those of all units below are not disturbed. No row: as the nearest unit above says."""

    unit = models.OneToOneField(Unit, models.PROTECT, related_name="+")
    begins = models.TimeField(pgettext_lazy("time of day", "from"))
    ends = models.TimeField(pgettext_lazy("time of day", "until"))
    """By the federation's clock, of the next day where it is not later than `begins`; the same as `begins`: no quiet hours."""

    class Meta:
        verbose_name = _("quiet hours")
        verbose_name_plural = _("quiet hours")

    def __str__(self) -> str:
        return f"{self.begins:%H:%M}-{self.ends:%H:%M}"


class ChosenChannel(models.Model):
    """A channel beyond the inbox by which somebody wants to be told. Who chose none costs nothing when a notice goes out."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="chosen_channels", db_index=False)
    channel = models.CharField(_("channel"), max_length=40)
    address = models.TextField(_("address"), default="", blank=True)
    """Empty: the e-mail address or phone number she has here, as it is when something is sent."""
    label = models.CharField(_("device"), max_length=80, default="", blank=True)
    since = models.DateTimeField()

    class Meta:
        verbose_name = _("chosen channel")
        verbose_name_plural = _("chosen channels")
        constraints = [
            models.UniqueConstraint(fields=["person", "channel", "address"], name="chosen_channel_once"),
            models.CheckConstraint(condition=~Q(channel=""), name="chosen_channel_named"),
        ]
        indexes = [models.Index(fields=["channel", "address"], name="chosen_channel_address")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.channel}"


class Consent(models.Model):
    """Somebody agreed to one purpose: with the words she read, in her language, from when to when. Never changed, only ended."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="consents")
    purpose = models.CharField(_("what for"), max_length=40)
    """A key of `kernel.personal.PURPOSES`."""
    text = models.TextField(_("what was agreed to"))
    language = models.CharField(_("language"), max_length=10)
    given_at = models.DateTimeField(_("agreed"))
    given_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    """She herself, or her guardian."""
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "purpose"], condition=Q(withdrawn_at=None), name="consent_one_of_a_purpose"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="consent_has_text"),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(withdrawn_at__gte=F("given_at")), name="consent_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.purpose}"


class Guardianship(models.Model):
    """An officer named somebody as guardian of a child under 14. It begins to count when the guardian agrees (a `Consent`)."""

    child = models.ForeignKey(Person, models.CASCADE, related_name="guardianships")
    guardian = models.ForeignKey(Person, models.CASCADE, related_name="wards")
    named_at = models.DateTimeField(_("named"))
    named_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    """Null: the operator."""
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("guardianship")
        verbose_name_plural = _("guardianships")
        constraints = [
            models.UniqueConstraint(fields=["child"], condition=Q(ended_at=None), name="guardianship_one_at_a_time"),
            models.CheckConstraint(condition=~Q(child=F("guardian")), name="guardianship_of_two"),
        ]

    def __str__(self) -> str:
        return f"{self.guardian_id} of {self.child_id}"


class Erasure(models.Model):
    """Somebody asks that all that says who she is be erased; done after some days, in which she can take it back."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="erasures")
    state = models.CharField(_("state"), max_length=10, choices=ErasureState, default=ErasureState.ASKED)
    asked_at = models.DateTimeField(_("asked"))
    asked_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    """She herself, or her guardian."""
    due_at = models.DateTimeField(_("erased from"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(state__in=OPEN_ERASURE), name="erasure_one_at_a_time"
            ),
            models.CheckConstraint(condition=Q(state__in=ErasureState.values), name="erasure_state_known"),
            models.CheckConstraint(
                condition=Q(ended_at=None, state__in=OPEN_ERASURE)
                | (Q(ended_at__isnull=False) & ~Q(state__in=OPEN_ERASURE)),
                name="erasure_ends_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.state}"
