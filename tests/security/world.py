"""The standard world every route is asked in: one fixed tree, one actor per relation, and what apps add to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from braid.people.enums import Office
from braid.people.models import Person
from braid.units.models import Unit
from tests import factories

TREE = {
    "nation": {
        "province": {
            "county_a": {"township": {"village": {}}},
            "county_b": {},
        },
        "sibling_province": {"county_c": {}},
    }
}

HEAD_OF = {
    "self": "county_a",
    "child": "township",
    "ancestor": "province",
    "sibling": "county_b",
    "cousin": "county_c",
}
"""The relations that are heads: each leads one unit. What a route is asked for belongs to `county_a`."""

RELATIONS = (*HEAD_OF, "stranger", "anonymous")
"""Every route says what each of these is answered. `stranger` has an account and no membership anywhere."""

EXTRA_RELATIONS = {"member": Office.MEMBER, "deputy": Office.DEPUTY, "liaison": Office.LIAISON}
"""Also in county_a; a route may say what they are answered, and should where it differs from `self`."""


class Things(dict[str, Any]):
    """What apps put into the world; two that take one name would be asked for each other's rows."""

    def __setitem__(self, name: str, thing: Any) -> None:
        assert name not in self, f"two apps name something {name!r}"
        super().__setitem__(name, thing)


@dataclass
class World:
    """`units` by name, `people` by relation (no `anonymous`), `things` that apps put in: `world.things["notice"]`."""

    units: dict[str, Unit]
    people: dict[str, Person]
    things: dict[str, Any] = field(default_factory=Things)

    @property
    def unit(self) -> Unit:
        """The unit everything asked for belongs to."""
        return self.units["county_a"]

    @property
    def member(self) -> Person:
        """A plain member of that unit."""
        return self.people["member"]


Extension = Callable[[World], None]


def build(extensions: list[Extension]) -> World:
    """Write the world into the test's database."""
    units = factories.tree(TREE)
    people = {
        relation: factories.member(units[name], Office.HEAD, who=factories.person(relation))
        for relation, name in HEAD_OF.items()
    }
    for relation, office in EXTRA_RELATIONS.items():
        people[relation] = factories.member(units["county_a"], office, who=factories.person(relation))
    people["stranger"] = factories.person("stranger")
    world = World(units, people)
    for extend in extensions:
        extend(world)
    return world
