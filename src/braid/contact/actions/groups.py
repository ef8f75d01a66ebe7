"""Everything that happens to a group as a whole: beginning, changing, extending, handing over and closing it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from django.db import transaction
from django.db.models import F, Model, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from braid.contact.enums import (
    EXTENSION,
    GROUP_LEVEL,
    GROUP_SEARCH_KIND,
    LONGEST,
    OPEN_AFFILIATIONS,
    JoinRule,
    RequestState,
)
from braid.contact.models import Affiliation, ChatGroup, Group, JoinRequest
from braid.contact.rules import can_close_group, can_hand_over, can_open_group, can_run_groups_of, is_active
from braid.kernel import search
from braid.kernel.access import OPERATOR, Actor, Operator, require
from braid.kernel.errors import BadInput, WrongState
from braid.kernel.ledger import Strand, record
from braid.people.actions import end_office, take_office
from braid.people.enums import Office
from braid.people.models import Membership, Person
from braid.units.actions import add_unit, close_unit
from braid.units.enums import UnitKind
from braid.units.locking import lock_tree
from braid.units.models import Level, Unit

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class GroupPlan:
    """What a group is to be."""

    purpose: str
    ends_on: date
    join_rule: JoinRule = JoinRule.ASKED
    is_public: bool = False


@transaction.atomic
def open_group(body: Unit, plan: GroupPlan, *, name: str, responsible: Person, by: Actor, at: datetime) -> Group:
    """Begin a group below `body` through the tree; `responsible` becomes its head.

    Refused when `by` may not change the tree there, when `body` is a group itself or closed, when name or purpose are
    empty, and when the end date is past or further away than `LONGEST`.
    """
    require(can_open_group(by, body))
    _check(plan, name, at=at)
    lock_tree()
    _name_the_level()
    on = timezone.localdate(at)
    unit = add_unit(
        body,
        code=_free_code(body),
        name=name.strip(),
        kind=UnitKind.GROUP,
        level=GROUP_LEVEL,
        on=on,
        why=plan.purpose.strip(),
        by=by,
        at=at,
    )
    group = Group.objects.create(unit=unit, unit_path=unit.path, invite_key=_key(), created_at=at, **_values(plan))
    take_office(responsible, unit, Office.HEAD, by=by, at=at)
    record(unit, Strand.CONTACT, "group.opened", by=by, at=at)
    _make_findable(group)
    renew_pages(body.pk)
    return group


@transaction.atomic
def change_group(group: Group, plan: GroupPlan, *, by: Actor, at: datetime) -> Group:
    """Write what `group` is to be. Refused as in `open_group`, when it is closed, and when `by` may not run it."""
    require(can_run_groups_of(by, group.unit))
    require_active(group)
    _check(plan, group.unit.name, at=at, ended=group.ends_on)
    for field, value in _values(plan).items():
        setattr(group, field, value)
    group.save(update_fields=list(_values(plan)))
    _make_findable(group)
    renew_pages(group.unit.parent_id)
    return group


@transaction.atomic
def extend_group(group: Group, *, by: Actor, at: datetime) -> Group:
    """Let `group` go on for `EXTENSION`, counted from its end date or today, whichever is later.

    Refused when `by` may not run it, when it is closed, and when it would end later than `LONGEST` from now.
    """
    require(can_run_groups_of(by, group.unit))
    require_active(group)
    today = timezone.localdate(at)
    ends_on = max(group.ends_on, today) + EXTENSION
    if ends_on > today + LONGEST:
        raise WrongState(_("It is planned until %(day)s already.") % {"day": date_format(group.ends_on)})
    if not Group.objects.filter(pk=group.pk, ends_on=group.ends_on).update(ends_on=ends_on):
        raise WrongState(_("Somebody else changed this a moment ago. Open it again to see how it is now."))
    group.ends_on = ends_on
    record(group.unit, Strand.CONTACT, "group.extended", by=by, at=at)
    return group


@transaction.atomic
def hand_over_group(group: Group, to: Person, *, by: Actor, at: datetime) -> Membership:
    """Make `to` responsible for `group`; who was so far stays in it as a member.

    Refused when `by` may not name its head, when it is closed, and when `to` is responsible already.
    """
    require(can_hand_over(by, group))
    require_active(group)
    in_her_name = acting_for(by)  # her right was asked above; between the two steps nobody is head, she neither
    before = head_of(group, on=timezone.localdate(at))
    if before == to:
        raise WrongState(_("%(name)s is responsible already.") % {"name": to})
    if before:
        end_office(before, group.unit, Office.HEAD, by=in_her_name, at=at)
        if not _is_member(before, group.unit, at):
            take_office(before, group.unit, Office.MEMBER, by=in_her_name, at=at)
    return take_office(to, group.unit, Office.HEAD, by=in_her_name, at=at)


@transaction.atomic
def renew_invitation(group: Group, *, by: Actor) -> Group:
    """Make a new invitation link; the old one opens nothing any more. Refused when `by` may not run the group."""
    require(can_run_groups_of(by, group.unit))
    require_active(group)
    group.invite_key = _key()
    group.save(update_fields=["invite_key"])
    return group


@transaction.atomic
def close_group(group: Group, *, why: str, by: Actor, at: datetime) -> Group:
    """Close `group` through the tree; its people and its history stay on record.

    Refused without a reason, when it is closed already, and when `by` leads neither it nor its body.
    """
    require(can_close_group(by, group))
    close_unit(group.unit, on=timezone.localdate(at), why=why, by=by, at=at)
    record(group.unit, Strand.CONTACT, "group.closed", by=by, at=at)
    return group


def merge_groups(unit: Unit, into: Unit, at: datetime) -> None:
    """In a merge of the tree: chat groups, waiting requests and affiliations go to the survivor, as far as it lacks them."""
    place = {"unit": into, "unit_path": into.path}
    waiting = JoinRequest.objects.filter(state=RequestState.WAITING)
    open_ones = Affiliation.objects.filter(state__in=OPEN_AFFILIATIONS)
    its_people = Membership.objects.current(timezone.localdate(at)).filter(unit=into).values("person")
    _lacking(ChatGroup.objects.all(), unit, into, "name").update(**place)
    _lacking(waiting, unit, into, "person").exclude(person__in=its_people).update(**place)
    _lacking(open_ones, unit, into, "virtual").exclude(virtual=into).update(**place)
    if into.kind == UnitKind.VIRTUAL:
        gathered = open_ones.filter(virtual=into).values("unit")
        open_ones.filter(virtual=unit).exclude(unit__in=gathered).exclude(unit=into).update(virtual=into)
    if unit.kind == UnitKind.GROUP:
        record(unit, Strand.CONTACT, "group.closed", at=at)


def _lacking(rows: QuerySet[M], unit: Unit, into: Unit, field: str) -> QuerySet[M]:
    """Those of `rows` at `unit` that `into` has none like, by `field`."""
    return rows.filter(unit=unit).exclude(**{f"{field}__in": rows.filter(unit=into).values(field)})


def acting_for(by: Actor) -> Operator:
    """`by` doing what the group's own rule allowed her a moment ago, whatever else she may: it is recorded as hers."""
    return Operator(pk=by.pk) if by.pk else OPERATOR


def require_active(group: Group) -> None:
    """Go on only while the group does."""
    if not is_active(group):
        raise WrongState(_("This group is closed."))


def head_of(group: Group, *, on: date) -> Person | None:
    """Who is responsible for `group` on the day `on`."""
    held = Membership.objects.current(on).filter(unit=group.unit_id, office=Office.HEAD).select_related("person")
    found = held.first()
    return found.person if found else None


def renew_pages(*numbers: int | None) -> None:
    """The public Homes of these units show something else now."""
    Unit.objects.filter(pk__in=[number for number in numbers if number]).update(page_version=F("page_version") + 1)


def _check(plan: GroupPlan, name: str, *, at: datetime, ended: date | None = None) -> None:
    """A day that stands there already may stay, also when it is past."""
    if not name.strip():
        raise BadInput(_("Give the group a name."), fields={"name": _("Write a name.")})
    if not plan.purpose.strip():
        raise BadInput(_("Say what the group is for."), fields={"purpose": _("Write what it is for.")})
    today = timezone.localdate(at)
    if plan.ends_on != ended and not today <= plan.ends_on <= today + LONGEST:
        words = _("Choose a day within two years from today.")
        raise BadInput(words, fields={"ends_on": words})


def _values(plan: GroupPlan) -> dict[str, object]:
    purpose = plan.purpose.strip()
    return {
        "purpose": purpose,
        "purpose_folded": "".join(letter for letter in search.fold(purpose) if letter.isalnum())[:300],
        "ends_on": plan.ends_on,
        "join_rule": plan.join_rule,
        "is_public": plan.is_public,
    }


def _name_the_level() -> None:
    """Groups have a level of their own; the first group gives it a name."""
    names = {"name": "群组", "name_zh_hant": "群組", "name_en": "Group"}
    Level.objects.get_or_create(number=GROUP_LEVEL, defaults=names)


def _free_code(body: Unit) -> str:
    """The body's code with a running number; the caller holds the tree."""
    number = Unit.objects.filter(parent=body, kind=UnitKind.GROUP).count() + 1
    while Unit.objects.filter(code=(code := f"{body.code[:32]}-g{number}")).exists():
        number += 1
    return code


def _key() -> str:
    return secrets.token_urlsafe(18)


def _is_member(person: Person, unit: Unit, at: datetime) -> bool:
    return Membership.objects.current(timezone.localdate(at)).filter(person=person, unit=unit).exists()


def _make_findable(group: Group) -> None:
    search.index(GROUP_SEARCH_KIND, group.pk, f"{group.unit.name} {group.purpose}")
