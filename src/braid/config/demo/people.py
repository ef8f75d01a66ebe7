"""The demo's people, written in bulk: a liaison officer for every unit, offices at the top, members in a few villages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from braid.kernel.access import AFTER_DESCENDANTS, OPERATOR
from braid.kernel.bulk import insert_rows, reset_sequence
from braid.people.actions import ask_recovery, plan_succession
from braid.people.actions.terms import years_after
from braid.people.enums import CameBy, Office
from braid.people.models import Account, Membership, Person, Term
from braid.units.models import Unit

from .names import chinese_name, latin_name
from .stages import Stage

SLICE = 50_000
FILLED_LEVELS = 3
"""The levels whose units have all offices filled."""
SHARE_WITH_ACCOUNT = 0.97
"""Of the liaison officers below the filled levels; those above all have one."""
OFFICES = (
    Office.HEAD,
    Office.DEPUTY,
    Office.DEPUTY,
    Office.COMMUNICATIONS,
    Office.COMMITTEE,
    Office.COMMITTEE,
    Office.COMMITTEE,
)
MEMBERS = (24, 12, 9, 6, 5)
"""How many plain members the first villages of the demo's line have: some above the number under which counts are hidden."""
MEMBER_UNITS = 10
POST_OF = ("number", "path", "code", "level")
ELECTED = (Office.HEAD, Office.DEPUTY, Office.COMMITTEE)
"""The offices a congress elects; the others are appointed."""
ACTING_EVERY = 9
"""Of so many units with a term one has an acting head."""
SUCCESSION_IN = timedelta(days=20)
UNUSABLE = "!"
"""A password nobody can type: the demo's accounts are entered by sign-in links only."""


@dataclass(frozen=True)
class Post:
    """Somebody to be made: who holds which office where, since when."""

    number: int
    """Of the person; also spreads names and dates."""
    unit: int
    path: str
    code: str
    office: Office
    has_account: bool = True
    term: Term | None = None

    @property
    def came_by(self) -> CameBy:
        """How she came to the office."""
        if self.office == Office.MEMBER:
            return CameBy.UNKNOWN
        if self.office not in ELECTED:
            return CameBy.APPOINTED
        if self.office == Office.HEAD and self.unit % ACTING_EVERY == 0:
            return CameBy.ACTING
        return CameBy.ELECTED if self.term else CameBy.UNKNOWN

    @property
    def since(self) -> date:
        """The day of the congress, else the first of some month of the last six years."""
        return self.term.begins_on if self.term else _since(self.number)


def fill_liaisons(stage: Stage, *, at: datetime) -> None:
    """Give every unit that is no placeholder a liaison officer, whose number is her unit's."""
    units = Unit.objects.shown()
    total = units.count()
    done, after = int(stage["done"] or 0), stage["after"] or ""
    while rows := list(units.filter(path__gt=after).order_by("path").values_list(*POST_OF)[:SLICE]):
        with transaction.atomic():
            write_posts([_liaison(*row) for row in rows], at=at)
            done, after = done + len(rows), rows[-1][1]
            stage.remember(done=done, after=after)
        stage.shows(done, total)


def _liaison(number: int, path: str, code: str, level: int) -> Post:
    return Post(number, number, path, code, Office.LIAISON, level <= FILLED_LEVELS or has_account(number))


def has_account(number: int) -> bool:
    """Whether liaison officer `number` has one: the same answer every time, for `SHARE_WITH_ACCOUNT` of them."""
    return (number * 40_503 + 12_345) % 65_536 < SHARE_WITH_ACCOUNT * 65_536


@transaction.atomic
def write_posts(posts: Sequence[Post], *, at: datetime) -> None:
    """Write a person, mostly an account, and a membership for each post. Person numbers must be free."""
    chinese = is_chinese()  # asked before the rows stream: a connection in COPY answers nothing else
    insert_rows(
        Person,
        ["id", "name", "phone", "email", "language", "is_synthetic", "created_at"],
        _persons(posts, at, chinese=chinese),
    )
    insert_rows(
        Account,
        ["person_id", "password", "username", "email", "phone_verified", "is_active", "date_joined"],
        (
            (post.number, UNUSABLE, f"{post.office.name.lower()}-{post.code}-{post.number}", "", False, True, at)
            for post in posts
            if post.has_account
        ),
    )
    insert_rows(
        Membership,
        ["person_id", "unit_id", "unit_path", "office", "since", "came_by", "term_id"],
        (
            (
                *(post.number, post.unit, post.path, int(post.office), post.since, int(post.came_by)),
                post.term.pk if post.term else None,
            )
            for post in posts
        ),
    )
    reset_sequence(Person)


def fill_offices(stage: Stage, *, at: datetime) -> None:
    """Fill the offices of the upper levels and of the line of units the demo signs in to, and the members below its end."""
    line = demo_line()
    upper = Unit.objects.shown().filter(level__lte=FILLED_LEVELS).order_by("path")
    posts: list[tuple[Unit, Office]] = [(unit, office) for unit in upper for office in OFFICES]
    posts += [(unit, Office.HEAD) for unit in line if unit.level > FILLED_LEVELS]
    villages = Unit.objects.shown().filter(parent=line[-1].parent).order_by("path")[:MEMBER_UNITS]
    posts += [
        (unit, Office.MEMBER) for place, unit in enumerate(villages) for _ in range(MEMBERS[place % len(MEMBERS)])
    ]
    with transaction.atomic():
        terms = _hold_congresses([*upper, *(unit for unit in line if unit.level > FILLED_LEVELS)])
        first = (Person.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1
        write_posts(
            [
                Post(
                    number,
                    unit.pk,
                    unit.path,
                    unit.code,
                    office,
                    term=None if office not in ELECTED else terms[unit.pk],
                )
                for number, (unit, office) in enumerate(posts, start=first)
            ],
            at=at,
        )
        _plan_a_succession(line[-1], at=at)
        stage.remember(people=len(posts), line=[unit.pk for unit in line])
    stage.shows(len(posts), len(posts))


def begin_recovery(stage: Stage, *, line: Sequence[int], at: datetime) -> None:
    """A member of the lowest unit cannot sign in any more; the head above asks, so that her own head is asked to agree."""
    units = {unit.pk: unit for unit in Unit.objects.filter(pk__in=line)}
    unit, above = units[line[-1]], units[line[-2]]
    lost = Person.objects.filter(memberships__unit=unit, memberships__office=Office.MEMBER).order_by("-pk")[0]
    officer = Person.objects.get(memberships__unit=above, memberships__office=Office.HEAD)
    why = "她带着身份证来到办公室，手机丢了。" if is_chinese() else "She came to the office; her phone is lost."
    with transaction.atomic():
        Account.objects.filter(person=lost).update(last_login=at)
        recovery = ask_recovery(lost.account, why=why, by=officer, at=at)
        stage.remember(recovery=recovery.pk)
    stage.shows(1, 1)


def _hold_congresses(units: Iterable[Unit]) -> dict[int, Term]:
    """A term of each of `units`, begun in one of the last years; by unit number."""
    terms = []
    for unit in units:
        begins_on = date(2021 + unit.pk % 5, 1 + unit.pk % 12, 1)
        ends_on = years_after(begins_on, settings.TERM_YEARS)
        number = 8 + unit.pk % 5
        terms.append(Term(unit=unit, unit_path=unit.path, number=number, begins_on=begins_on, ends_on=ends_on))
    return {term.unit_id: term for term in Term.objects.bulk_create(terms)}


def _plan_a_succession(unit: Unit, *, at: datetime) -> None:
    """The liaison officer of `unit` follows its head, some weeks from now."""
    held = Membership.objects.filter(unit=unit).select_related("unit", "person")
    head, liaison = held.get(office=Office.HEAD), held.get(office=Office.LIAISON)
    on = timezone.localdate(at) + SUCCESSION_IN
    plan_succession(head, liaison.person, on=on, came_by=CameBy.BY_ELECTION, by=OPERATOR, at=at)


def demo_line() -> list[Unit]:
    """The first unit of the lowest level, if possible with no placeholder above it, and the units above it, root first."""
    shown = Unit.objects.shown()
    lowest = shown.order_by("-level").values_list("level", flat=True)[0]
    lowest_units = ends = shown.filter(level=lowest).order_by("path")
    for path in Unit.objects.filter(is_placeholder=True).values_list("path", flat=True):
        ends = ends.exclude(path__gt=path, path__lt=path + AFTER_DESCENDANTS)
    end = ends.first() or lowest_units[0]
    return [*Unit.objects.ancestors(end.path), end]


def _persons(posts: Iterable[Post], at: datetime, *, chinese: bool) -> Iterator[tuple[object, ...]]:
    named = chinese_name if chinese else latin_name
    for post in posts:
        yield post.number, named(post.number), "", "", "", True, at


def is_chinese() -> bool:
    """Whether the tree's names are Chinese: the people are named to match."""
    name = Unit.objects.order_by("-depth", "path").values_list("name", flat=True).first() or ""
    return any("\u4e00" <= letter <= "\u9fff" for letter in name)


def _since(number: int) -> date:
    """The first of some month of the last six years."""
    months = number * 7_919 % 72
    return date(2020 + months // 12, months % 12 + 1, 1)
