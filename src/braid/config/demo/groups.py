"""The demo's groups: some below bodies of every level, with people, chat groups and a virtual federation across the tree."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from braid.contact.actions import (
    ChatPlan,
    GroupPlan,
    answer_affiliation,
    ask_affiliation,
    ask_to_join,
    join_group,
    open_group,
    register_chat,
)
from braid.contact.enums import Basis, JoinRule
from braid.contact.models import Group
from braid.kernel.access import OPERATOR
from braid.people.models import Membership, Person
from braid.units.actions import add_unit
from braid.units.enums import UnitKind
from braid.units.models import Unit

from .people import is_chinese
from .stages import Stage, in_slices
from .texts import GroupTexts, group_texts_for

BODIES_PER_LEVEL = 4
"""Bodies of a level that have groups, besides those of the demo's line."""
ON_THE_LINE = 4
"""Groups of each body of the line; the others have one."""
MOST_PEOPLE = 14
GATHERED = 6


def begin_groups(stage: Stage, *, line: list[int], at: datetime) -> None:
    """Groups below some bodies of each level, the same in every run; about one in five is near its end or past it."""
    bodies = _bodies(line)
    said = group_texts_for(chinese=is_chinese())
    chosen = [(body, place) for body in bodies for place in range(ON_THE_LINE if body.pk in line else 1)]

    def write(start: int, end: int) -> None:
        for number in range(start, end):
            body, place = chosen[number]
            _begin(body, number, place, said, at=at)

    in_slices(stage, len(chosen), 5, write)
    stage.remember(groups=len(chosen))


def _bodies(line: list[int]) -> list[Unit]:
    """The line, and the first bodies of every level: the same in a run that goes on, as neither groups nor others count."""
    bodies = Unit.objects.homes().filter(kind=UnitKind.BODY)
    levels = bodies.order_by("level").values_list("level", flat=True).distinct()
    first = [
        unit.pk for level in list(levels) for unit in bodies.filter(level=level).order_by("path")[:BODIES_PER_LEVEL]
    ]
    return list(bodies.filter(pk__in={*line, *first}).order_by("path"))


def _begin(body: Unit, number: int, place: int, said: GroupTexts, *, at: datetime) -> Group:
    began = at - timedelta(days=300 - number % 120)
    name, purpose = said.groups[number % len(said.groups)]
    plan = GroupPlan(
        purpose,
        ends_on=timezone.localdate(at) + timedelta(days=(400, 200, 12, 320, 90)[number % 5]),
        join_rule=(JoinRule.OPEN, JoinRule.ASKED, JoinRule.INVITED)[number % 3],
        is_public=number % 3 != 2,
    )
    people = _people_near(body)
    group = open_group(body, plan, name=name.format(unit=body.name), responsible=people[0], by=OPERATOR, at=began)
    joined = at - timedelta(days=20) if number % 3 else began
    for person in people[1 : 2 + number % MOST_PEOPLE]:
        join_group(group, by=person, at=joined, key=group.invite_key)
    if group.join_rule == JoinRule.ASKED and len(people) > MOST_PEOPLE + 1:
        ask_to_join(group, words=said.asks, by=people[MOST_PEOPLE + 1], at=at - timedelta(days=2))
    if place == 0:
        _register_chat(group.unit, people, number, said, at=at)
    return group


def _people_near(body: Unit) -> list[Person]:
    """People of the body, then of those right below it: the first is its head, or else its liaison officer."""
    below = Unit.objects.homes().filter(parent=body).order_by("path")[:MOST_PEOPLE].values("pk")
    held = Membership.objects.filter(until=None).select_related("person")
    own = list(held.filter(unit=body).order_by("office", "pk")[: MOST_PEOPLE + 2])
    near = list(
        held.filter(unit__in=list(below.values_list("pk", flat=True))).order_by("office", "unit_path")[:MOST_PEOPLE]
    )
    return list(dict.fromkeys(row.person for row in [*own, *near]))[: MOST_PEOPLE + 2]


def _register_chat(unit: Unit, people: list[Person], number: int, said: GroupTexts, *, at: datetime) -> None:
    start = timezone.localdate(at) - timedelta(days=9)
    turns = {"turn_days": 7, "turns_from": start} if len(people) > 2 else {}
    owners = people[:3] if turns else people[:1]
    plan = ChatPlan(said.platform, unit.name, size=20 + number % 300, owners=owners, **turns)  # type: ignore[arg-type]
    register_chat(unit, plan, by=OPERATOR, at=at)


def gather_units(stage: Stage, *, line: list[int], at: datetime) -> None:
    """One online-only body at the top that gathers units of several levels by trade; one more has asked."""
    said = group_texts_for(chinese=is_chinese())
    root = Unit.objects.get(depth=0)
    near = Unit.objects.homes().filter(pk__in=line[1:])
    cousins = Unit.objects.homes().filter(parent=root, kind=UnitKind.BODY)
    units = list(dict.fromkeys([*near.order_by("path"), *cousins.order_by("-path")[:GATHERED]]))

    def write(start: int, end: int) -> None:
        on = timezone.localdate(at)
        online = add_unit(
            root,
            code=f"{root.code[:30]}-online",
            name=said.online,
            kind=UnitKind.VIRTUAL,
            on=on,
            why=said.gathers,
            by=OPERATOR,
            at=at,
        )
        for place, unit in enumerate(units):
            asked = ask_affiliation(
                online, unit, virtual=online, basis=Basis.TRADE, why=said.gathers, by=OPERATOR, at=at
            )
            if place != len(line) - 2:  # the last of the line still has to answer
                answer_affiliation(asked, accepts=True, by=OPERATOR, at=at)
        stage.remember(online=online.pk)

    in_slices(stage, 1, 1, write)
