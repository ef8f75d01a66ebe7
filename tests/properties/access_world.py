"""The random world of the access machine: what happens to it through the product, and the oracle that says who may see whom.

The oracle is kept apart from the product: it knows units, offices and grants as plain tuples and answers from them alone. What
a merge or a split does to them it works out by itself; of the product it learns the numbers of new rows, and what was refused.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from braid.contact.actions import NoticeText, draft_notice, plan_sending, send_notice
from braid.contact.enums import SOONEST_PLAN, NoticeState
from braid.contact.models import Audience, Notice
from braid.kernel.access import OPERATOR
from braid.kernel.errors import Refused
from braid.kernel.outbox import run_due
from braid.people.actions import (
    end_membership,
    give_grant,
    lock_account,
    make_token,
    revoke_grant,
    take_office,
    unlock_account,
)
from braid.people.enums import OFFICE_GRANTS, Office, Reach, Role
from braid.people.models import Grant, Membership, Person
from braid.units.actions import Part, close_unit, merge_units, move_unit, reopen_unit, split_unit
from braid.units.models import Unit
from tests import factories
from tests.clients import PlainClient

CONTACT_ROLES = {Role.LEAD, Role.MANAGE, Role.LIAISE}
"""Who sees phone numbers, as the roles page says it; everybody else with a role sees names only."""
SENDING_ROLES = {Role.LEAD, Role.MANAGE, Role.PUBLISH}
"""Who sends notices."""
TURN = SOONEST_PLAN
"""How much later the worker comes each time."""


@dataclass
class Job:
    """A notice somebody sends in so many turns of the worker."""

    person: int
    unit: int
    whole: bool
    turns: int


@dataclass
class Oracle:
    """Who may see whom, in twenty lines that do something; and as many of what changes it."""

    parent: dict[int, int | None] = field(default_factory=dict)
    closed: set[int] = field(default_factory=set)
    held: set[tuple[int, int, Office]] = field(default_factory=set)
    """Current memberships: (person, unit, office)."""
    grants: dict[int, tuple[int, int, Role, Reach]] = field(default_factory=dict)
    locked: set[int] = field(default_factory=set)
    merged: dict[int, int] = field(default_factory=dict)
    """Whose code leads to whom: unit -> survivor."""

    def named(self, unit: int) -> int:
        """The unit that the code of `unit` leads to."""
        return self.named(self.merged[unit]) if unit in self.merged else unit

    def above(self, unit: int | None) -> list[int]:
        """The unit and everything above it."""
        return [] if unit is None else [unit, *self.above(self.parent[unit])]

    def rights(self, person: int) -> list[tuple[int, Role, Reach]]:
        offices = [(u, *OFFICE_GRANTS[o]) for p, u, o in self.held if p == person and o in OFFICE_GRANTS]
        given = [(u, role, reach) for p, u, role, reach in self.grants.values() if p == person]
        return [right for right in offices + given if right[0] not in self.closed and person not in self.locked]

    def may_see(self, person: int, unit: int, roles: set[Role]) -> bool:
        return any(
            role in roles and (at == unit if reach == Reach.UNIT else at in self.above(unit))
            for at, role, reach in self.rights(person)
        )

    def seen(self, person: int, top: int) -> Counter[tuple[int, int]]:
        """(person, unit) once for each membership she sees in the subtree of `top`."""
        places = {u for _, u, _ in self.held if top in self.above(u)}
        there = {u for u in places if self.may_see(person, u, set(Role))}
        return Counter((p, u) for p, u, _ in self.held if u in there)

    def may_send(self, person: int, unit: int, *, whole: bool) -> bool:
        """Whether she may send to an open unit, or to its `whole` subtree: for that a right over one unit is too little."""
        rights = [(at, reach) for at, role, reach in self.rights(person) if role in SENDING_ROLES]
        if unit in self.closed:
            return False
        if any(reach == Reach.SUBTREE and at in self.above(unit) for at, reach in rights):
            return True
        return not whole and (unit, Reach.UNIT) in rights

    def merge(self, unit: int, into: int) -> None:
        """Open children go to the survivor; people become plain members there, unless they are in it already."""
        for child, parent in self.parent.items():
            if parent == unit and child not in self.closed:
                self.parent[child] = into
        here, there = ({p for p, u, _ in self.held if u == at} for at in (unit, into))
        self.held = {row for row in self.held if row[1] != unit} | {(p, into, Office.MEMBER) for p in here - there}
        self.closed.add(unit)
        self.merged[unit] = into

    def split(self, unit: int, new: int, children: set[int], *, closes: bool) -> None:
        """A new unit beside the old one takes `children`. What anybody is or was granted stays where it was."""
        self.parent[new] = self.parent[unit]
        self.parent.update(dict.fromkeys(children, new))
        if closes:
            self.closed.add(unit)

    def reopen(self, unit: int) -> None:
        """It is what it was, with what was granted there; whoever became a member elsewhere stays there."""
        self.closed.remove(unit)
        self.merged.pop(unit, None)


class Leak(AssertionError):
    """An answer is another than the oracle's; Hypothesis lives the life that led there again, to tell of it."""


class LeakFound(BaseException):
    """The same for who only asks whether there is one: no `Exception`, so that Hypothesis ends at once."""


class World:
    """A tree, people with accounts, and every change of them, done through the product's own actions."""

    requests = 0
    """Made by all worlds together."""
    leak: type[BaseException] = Leak

    def __init__(self) -> None:
        self.oracle = Oracle()
        self.people = [factories.person(f"Nadezhda{n:02}", phone=f"+8613900{n:06}") for n in range(6)]
        self.units = [factories.unit(name="Root", code="R")]
        self.oracle.parent[self.units[0].pk] = None
        self.jobs: dict[int, Job] = {}
        self.keys: dict[tuple[int, int], str] = {}
        self.turns = 0
        self.clients = {person.pk: PlainClient() for person in self.people}
        for person in self.people:
            self.clients[person.pk].force_login(person.account)

    def add_unit(self, above: Unit) -> None:
        """Each has a lower rank than all before it, so that about every second move fits, at any depth."""
        unit = factories.unit(Unit.objects.get(pk=above.pk), level=len(self.units) + 1)
        self.units.append(unit)
        self.oracle.parent[unit.pk] = above.pk
        if above.pk in self.oracle.closed:
            self.oracle.closed.add(unit.pk)
            Unit.objects.filter(pk=unit.pk).update(status="closed", closed_on=timezone.localdate())

    def move(self, unit: Unit, parent: Unit) -> bool:
        moved = self._change_tree(move_unit, unit, parent)
        if moved:
            self.oracle.parent[unit.pk] = parent.pk
        return moved

    def close(self, unit: Unit) -> None:
        if self._change_tree(close_unit, unit):
            self.oracle.closed.add(unit.pk)

    def merge(self, unit: Unit, into: Unit) -> None:
        if self._change_tree(merge_units, unit, into):
            self.oracle.merge(unit.pk, into.pk)

    def split(self, unit: Unit, draw: int) -> None:
        """Half of the open units below go to a new one beside it, or all of them, and then it closes."""
        code, closes = f"S{len(self.units)}", draw % 2 == 0
        below = [pk for pk, parent in self.oracle.parent.items() if parent == unit.pk and pk not in self.oracle.closed]
        children = below if closes else below[::2]
        if self._change_tree(split_unit, unit, parts=[Part(code, code, tuple(children))], closes=closes):
            new = Unit.objects.get(code=code)
            self.units.append(new)
            self.oracle.split(unit.pk, new.pk, set(children), closes=closes)

    def reopen(self, unit: Unit) -> None:
        if self._change_tree(reopen_unit, unit):
            self.oracle.reopen(unit.pk)

    def open_below(self, top: int) -> list[Unit]:
        """The open units of the subtree of `top`."""
        return [one for one in self.units if top in self.oracle.above(one.pk) and one.pk not in self.oracle.closed]

    def _change_tree(self, change: Callable[..., object], *units: Unit, **more: Any) -> bool:
        units = tuple(Unit.objects.get(pk=unit.pk) for unit in units)
        day = timezone.localdate()
        try:
            change(*units, on=day, why="drawn", by=OPERATOR, at=timezone.now(), **more)
        except Refused:
            return False
        return True

    def take(self, person: Person, unit: Unit, office: Office) -> None:
        try:
            take_office(person, unit, office, by=OPERATOR, at=timezone.now())
        except Refused:
            return
        self.oracle.held.add((person.pk, unit.pk, office))

    def end(self, row: tuple[int, int, Office]) -> None:
        person, unit, office = row
        held = Membership.objects.get(person=person, unit=unit, office=office, until=None)
        end_membership(held, by=OPERATOR, at=timezone.now())
        self.oracle.held.remove(row)

    def grant(self, person: Person, unit: Unit, role: Role, reach: Reach) -> None:
        until = timezone.now() + timedelta(days=9)
        try:
            given = give_grant(
                person, unit, role=role, reach=reach, until=until, why="drawn", by=OPERATOR, at=timezone.now()
            )
        except Refused:
            return
        self.oracle.grants[given.pk] = (person.pk, unit.pk, role, reach)

    def revoke(self, key: int) -> None:
        revoke_grant(Grant.objects.get(pk=key), by=OPERATOR, at=timezone.now())
        del self.oracle.grants[key]

    def run_out(self, key: int) -> None:
        """Time passes: the grant's last day lies behind us."""
        now = timezone.now()
        Grant.objects.filter(pk=key).update(since=now - timedelta(days=2), until=now - timedelta(seconds=1))
        del self.oracle.grants[key]

    def lock(self, person: Person) -> None:
        person = Person.objects.get(pk=person.pk)
        if person.pk in self.oracle.locked:
            unlock_account(person.account, by=OPERATOR, at=timezone.now())
            self.oracle.locked.remove(person.pk)
            self.clients[person.pk].force_login(person.account)
        else:
            lock_account(person.account, by=OPERATOR, at=timezone.now())
            self.oracle.locked.add(person.pk)

    # What somebody does herself, at once and through the worker, compared with what the oracle says.

    def send(self, person: Person, unit: Unit, *, whole: bool, later: bool) -> None:
        """She writes to the unit or its whole subtree and sends it, or plans to: exactly when she may."""
        person, unit = Person.objects.get(pk=person.pk), Unit.objects.get(pk=unit.pk)
        at, rule = self._now(), Audience(unit=unit, is_subtree=whole)
        try:
            notice = draft_notice(unit, NoticeText("Drawn"), by=person, at=at, audience=[rule])
            plan_sending(notice, at + TURN, zone="UTC", by=person, at=at) if later else send_notice(
                notice, by=person, at=at
            )
        except Refused:
            sent = False
        else:
            sent = True
            self.jobs[notice.pk] = Job(person.pk, unit.pk, whole, turns=2 if later else 1)
        self._holds(
            sent == self.oracle.may_send(person.pk, unit.pk, whole=whole), f"sending at {unit.code} for {person}"
        )

    def work(self) -> None:
        """The worker comes: what it does in somebody's name she must still be allowed to; else the notice is a draft."""
        self.turns += 1
        run_due(at=self._now(), most=10_000)
        for pk, job in list(self.jobs.items()):
            job.turns -= 1
            notice = Notice.objects.get(pk=pk)
            may = self.oracle.may_send(job.person, job.unit, whole=job.whole)
            went = notice.state == NoticeState.SENT and notice.dispatches.exists() == (not job.turns)
            who = next(person for person in self.people if person.pk == job.person)
            self._holds(went == may, f"a notice sent in the name of {who} for {who}")
            self._holds(may or bool(notice.not_sent_why), f"words why not for {who}")
            if not may or not job.turns:
                del self.jobs[pk]

    def _now(self) -> datetime:
        """By the clock of those who send, which the worker's turns move on."""
        return timezone.now() + self.turns * TURN

    # What a reader is answered, compared with what the oracle says.

    def ask_list(self, reader: Person, unit: Unit) -> None:
        """The list of people, its count, and the search by name: exactly those within reach."""
        address, top = f"/people/{unit.code}/", self.oracle.named(unit.pk)
        if not self._expect(reader, address, self.oracle.may_see(reader.pk, top, set(Role))):
            return
        expected = self.oracle.seen(reader.pk, top)
        text = self._text
        shown = Counter(int(pk) for pk in re.findall(r'<th scope="row"><a href="/person/(\d+)/"', text))
        wanted: Counter[int] = Counter()
        for (person, _unit), times in expected.items():
            wanted[person] += times
        self._holds(shown == wanted, f"list of {address} for {reader}")
        counted = re.search(r'<p class="lead">(\d+) (?:person|people)', text)
        assert counted, "no count"
        self._holds(int(counted[1]) == sum(expected.values()), f"count of {address} for {reader}")
        others = set(re.findall(r"Nadezhda\d\d", text)) - self._names(set(wanted) | {reader.pk})
        self._holds(not others, f"{others} on {address} for {reader}")

    def ask_api(self, reader: Person, unit: Unit, *, key_for: Unit | None = None) -> None:
        """The same list at the API: each membership within reach, once; with an access key only what lies in its unit."""
        address, top = f"/api/v1/people?size=200&unit={unit.code}", self.oracle.named(unit.pk)
        may = self.oracle.may_see(reader.pk, top, set(Role))
        headers = {}
        if key_for:
            headers = {"Authorization": f"Bearer {self._key(reader, key_for)}"}
            may = may and key_for.pk in self.oracle.above(top)
        if not self._expect(reader, address, may, locked=401, headers=headers):
            return
        codes = {unit.pk: unit.code for unit in self.units}
        expected = Counter((person, codes[at]) for person, at in self.oracle.seen(reader.pk, top).elements())
        shown = Counter((row["person"], row["unit"]) for row in json.loads(self._text)["rows"])
        self._holds(shown == expected, f"{address} for {reader}")

    def _key(self, person: Person, unit: Unit) -> str:
        """Her access key for `unit` and what lies below it."""
        if (person.pk, unit.pk) not in self.keys:
            made = {"name": "Drawn", "permissions": ["people.view"], "days": 9, "unit": unit}
            _token, secret = make_token(person, **made, by=person, at=timezone.now())
            self.keys[person.pk, unit.pk] = secret
        return self.keys[person.pk, unit.pk]

    def ask_children(self, reader: Person, unit: Unit) -> None:
        """The open units right below, at the API: those within reach."""
        address, top = f"/api/v1/units/{unit.code}/children", self.oracle.named(unit.pk)
        if not self._expect(reader, address, self.oracle.may_see(reader.pk, top, set(Role)), locked=401):
            return
        below = [one for one in self.units if self.oracle.parent[one.pk] == top and one.pk not in self.oracle.closed]
        expected = {one.code for one in below if self.oracle.may_see(reader.pk, one.pk, set(Role))}
        self._holds({row["code"] for row in json.loads(self._text)["rows"]} == expected, f"{address} for {reader}")

    def ask_export(self, reader: Person, unit: Unit) -> None:
        """The file of units: the open ones within reach, and no other; none below a closed one."""
        address, top = f"/units/export/?under={unit.code}", self.oracle.named(unit.pk)
        there = 422 if top in self.oracle.closed else 200
        if not self._expect(reader, address, self.oracle.may_see(reader.pk, top, set(Role)), there=there):
            return
        expected = {one.code for one in self.open_below(top) if self.oracle.may_see(reader.pk, one.pk, set(Role))}
        shown = {line.partition(",")[0] for line in self._text.split()[1:]}
        self._holds(shown == expected, f"{address} for {reader}")

    def ask_search(self, reader: Person, unit: Unit, wanted: Person) -> None:
        """The search for a whole name finds her exactly when she is within reach."""
        address, top = f"/people/{unit.code}/?q={wanted.name}", self.oracle.named(unit.pk)
        if not self._expect(reader, address, self.oracle.may_see(reader.pk, top, set(Role))):
            return
        within = wanted.pk in {person for person, _ in self.oracle.seen(reader.pk, top)}
        found = f'<th scope="row"><a href="/person/{wanted.pk}/"' in self._text
        self._holds(found == within, f"{wanted} on {address} for {reader}")

    def ask_person(self, reader: Person, other: Person) -> None:
        """Her page, what it says she is, and her phone number."""
        at = [unit for person, unit, _ in self.oracle.held if person == other.pk]
        seen = [unit for unit in at if self.oracle.may_see(reader.pk, unit, set(Role))]
        own = reader.pk == other.pk
        address = f"/person/{other.pk}/"
        if not self._expect(reader, address, own or bool(seen)):
            return
        text = self._text
        shown = Counter(re.findall(r'</strong>[^<]* · <a href="/people/([^/]+)/"', text))
        codes = {unit.pk: unit.code for unit in self.units}
        self._holds(
            shown == Counter(codes[unit] for unit in (at if own else seen)), f"offices on {address} for {reader}"
        )
        contact = own or any(self.oracle.may_see(reader.pk, unit, CONTACT_ROLES) for unit in at)
        self._holds((other.phone in text) == contact, f"phone on {address} for {reader}")

    def ask_grants(self, reader: Person, unit: Unit) -> None:
        """Who may do what in the unit: for those who lead or manage it."""
        sees = self.oracle.may_see(reader.pk, self.oracle.named(unit.pk), {Role.LEAD, Role.MANAGE})
        self._expect(reader, f"/people/{unit.code}/grants/", sees)

    def _expect(
        self,
        reader: Person,
        address: str,
        allowed: bool,
        *,
        locked: int = 302,
        there: int = 200,
        headers: dict[str, str] | None = None,
    ) -> bool:
        """Whether the page is there; 404 where it must not be, and the sign-in form (`locked`) for a locked account.

        `there`: what is answered where she may look.
        """
        World.requests += 1
        answer = self.clients[reader.pk].get(address, headers=headers)
        assert answer.status_code != 500, f"{address}: the product broke"  # which is no planted bug found
        expected = locked if reader.pk in self.oracle.locked else there if allowed else 404
        self._holds(answer.status_code == expected, f"{address} for {reader}: {answer.status_code}, not {expected}")
        self._text = answer.getvalue().decode()
        return expected == 200

    def _holds(self, held: bool, otherwise: str) -> None:
        if not held:
            raise World.leak(otherwise)

    def _names(self, people: set[int]) -> set[str]:
        return {person.name for person in self.people if person.pk in people}
