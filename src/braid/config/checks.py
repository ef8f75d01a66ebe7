"""Checks of the demo against recounts that share nothing with the code that counted: its great notice, and own data."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.db import models
from django.db.models.functions import Cast
from pyroaring import BitMap

from braid.contact.enums import NOTICE, UNDO_WINDOW, Fact
from braid.contact.models import Receipt, UnitSet
from braid.kernel.checks import Demo, Outcome, demo_check
from braid.kernel.enums import DeliveryState
from braid.kernel.models import Delivery
from braid.kernel.personal import HOLDINGS
from braid.people.enums import ErasureState
from braid.people.models import Erasure, Membership, Person
from braid.people.queries.own_data import own_data_as_json
from braid.units.enums import UnitKind

from .demo.own_data import CANARY
from .demo.report import Reached, recount, said
from .demo.telling import Folder, arrived
from .models import DemoStage

Figures = dict[int, Reached]


@demo_check("contact.reached")
def reached_is_right(demo: Demo) -> Outcome:
    """On every level as many units are said to be addressed and reached as rows show."""
    shown, counted = _both(demo.notice)
    same = _of(shown, "units", "reached") == _of(counted, "units", "reached")
    return Outcome(
        same and _sum(counted, "reached") > 0,
        f"{_sum(shown, 'reached'):,} said, {_sum(counted, 'reached'):,} recounted",
    )


@demo_check("contact.seen")
def seen_is_right(demo: Demo) -> Outcome:
    """On every level as many units are said to have seen and acknowledged as receipts show."""
    shown, counted = _both(demo.notice)
    same = _of(shown, "seen", "acknowledged") == _of(counted, "seen", "acknowledged")
    return Outcome(
        same and _sum(counted, "seen") > 0, f"{_sum(shown, 'seen'):,} said, {_sum(counted, 'seen'):,} recounted"
    )


@demo_check("contact.delivery")
def messages_arrived_as_is_said(demo: Demo) -> Outcome:
    """Each of those who chose a channel was told once, or had read it before; files, rows and the sender's figure agree."""
    rows = Delivery.objects.filter(kind=NOTICE, thing=demo.notice, channel=Folder.name)
    states = dict(rows.values_list("person_number", "state"))
    sent = {person for person, state in states.items() if state == DeliveryState.SENT}
    skipped = {person for person, state in states.items() if state == DeliveryState.SKIPPED}
    began = DemoStage.objects.get(name="began").done_at
    assert began
    of_them = Receipt.objects.filter(notice=demo.notice, fact=Fact.SEEN, person__in=list(states))
    seen = of_them.filter(at__lte=began + UNDO_WINDOW)  # what visitors read came later
    had_read = set(seen.values_list("person_id", flat=True))
    held = Membership.objects.filter(person__in=sent, until=None, unit__kind=UnitKind.BODY)
    units = set(held.values_list("unit_id", flat=True))
    told = set(_set_of(demo.notice, UnitSet.Meaning.TOLD))
    files = arrived(demo.notice)
    chosen = DemoStage.objects.get(name="channels").details["choosers"]
    ok = (sent, skipped, told, len(states)) == (files, had_read, units, chosen) and chosen > 0
    words = f"{len(states):,} of {chosen:,} owed, {len(files):,} arrived, {len(skipped):,} had read it"
    return Outcome(ok and states.keys() == sent | skipped, f"{words}, {len(told):,} units told")


def _set_of(notice: int, meaning: UnitSet.Meaning) -> BitMap:
    kept = UnitSet.objects.filter(notice=notice, meaning=meaning).values_list("numbers", flat=True).first()
    return BitMap.deserialize(bytes(kept)) if kept else BitMap()


@demo_check("people.own_data")
def own_data_is_whole_and_erased_is_gone(demo: Demo) -> Outcome:
    """An officer's file holds every row that is about her; of somebody erased a former member and counts are left."""
    stages = DemoStage.objects.in_bulk(["offices", "own_data"], field_name="name")
    head = Person.objects.filter(memberships__unit=stages["offices"].details["line"][-1]).order_by("pk")[0]
    kept = {name: len(rows) for name, rows in own_data_as_json(head).items()}
    counted = {one.label: one.rows_of(head.pk).count() for one in HOLDINGS if one.link and one.fields}
    erasure = Erasure.objects.select_related("person").get(pk=stages["own_data"].details["erasure"])
    places = sum(map(_names_canary, {one.model for one in HOLDINGS}))
    held = Membership.objects.filter(person=erasure.person).count()
    gone = erasure.state == ErasureState.DONE and erasure.person.erased_at is not None and not held and not places
    whole = kept == {name: count for name, count in counted.items() if count} and len(kept) > 1
    words = f"{sum(kept.values())} rows of {len(kept)} tables in a file; the name of somebody erased in {places} places"
    return Outcome(whole and gone, words)


def _names_canary(model: type[models.Model]) -> bool:
    """Whether the name of the erased stands in a text of a table."""
    kinds = (models.CharField, models.TextField, models.JSONField)
    texts = [one for one in model._meta.concrete_fields if isinstance(one, kinds)]
    where = models.Q(pk__in=[])
    columns: dict[str, Any] = {}
    for one in texts:
        columns[f"{one.name}_said"] = Cast(one.name, models.TextField())
        where |= models.Q(**{f"{one.name}_said__icontains": CANARY})
    return bool(model._base_manager.alias(**columns).filter(where).exists())


@cache
def _both(notice: int) -> tuple[Figures, Figures]:
    return said(notice), recount(notice)


def _of(figures: Figures, *names: str) -> dict[int, list[int]]:
    return {level: [getattr(row, name) for name in names] for level, row in figures.items()}


def _sum(figures: Figures, name: str) -> int:
    return sum(getattr(row, name) for row in figures.values())
