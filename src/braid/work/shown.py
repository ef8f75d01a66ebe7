"""What asking would do to the time of those who are asked, as a part of the page on which something is sent."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.template.loader import render_to_string
from django.urls import reverse

from braid.contact.hooks import Foreseen
from braid.contact.models import Notice
from braid.units.models import Unit

from .enums import Every
from .models import Directive, DirectiveRule, ReportForm, ReportFormRule
from .queries.effects import Effect, effect_of, minutes_a_month
from .queries.time_taken import minutes_of_thing
from .reading import minutes_of_notice


def effect_of_thing(thing: Notice | Directive | ReportForm, at: datetime) -> Effect:
    """What `thing`, which is not sent yet, would do to the units of its own rules."""
    rules = list(thing.audience.all())
    return effect_of(rules, sender=thing.unit, minutes=minutes_for(thing), at=at)


def effect_of_more(form: ReportForm, rule: ReportFormRule, at: datetime) -> Effect:
    """What a form in use would do to the units that `rule` adds to those it asks."""
    return effect_of([rule], sender=form.unit, minutes=minutes_for(form), at=at, beside=list(form.audience.all()))


def effect_of_minutes(form: ReportForm, minutes: int, at: datetime) -> Effect:
    """What a form in use would do to the units it asks if its author said `minutes`."""
    a_month = minutes_a_month(minutes_of_thing(form, estimate=minutes), Every(form.every))
    return effect_of(form.audience.all(), sender=form.unit, minutes=a_month, at=at)


def effect_of_passing(directive: Directive, unit: Unit, rules: Iterable[DirectiveRule], at: datetime) -> Effect:
    """What passing `directive` on would do to the units that the unsaved `rules` of `unit` add to those it asks."""
    beside = list(directive.audience.all())
    return effect_of(rules, sender=unit, minutes=minutes_for(directive), at=at, beside=beside)


def minutes_for(thing: Notice | Directive | ReportForm) -> int:
    """How many minutes a month `thing` takes each unit."""
    if isinstance(thing, Notice):
        return minutes_of_notice(thing)
    minutes = minutes_of_thing(thing)
    return minutes if isinstance(thing, Directive) else minutes_a_month(minutes, Every(thing.every))


def effect_shown(thing: Notice | Directive | ReportForm, effect: Effect, *, query: str = "") -> str:
    """`effect` in words, with a link to all units that it puts over their budget; `query` says there which rule is meant."""
    page = reverse("burden_effect", args=[KINDS[type(thing)], thing.pk])
    return effect_in_words(effect, f"{page}?{query}" if query else page)


def effect_in_words(effect: Effect, href: str) -> str:
    """The same, with `href` as the address of all these units."""
    return render_to_string("work/burden_effect.html", {"effect": effect, "href": href})


KINDS: dict[type, str] = {Notice: "notice", Directive: "directive", ReportForm: "form"}
"""As in the address of the page of all these units."""


def foreseen_of_notice(notice: Notice, at: datetime) -> Foreseen:
    """For the page on which a notice is looked at once more."""
    effect = effect_of_thing(notice, at)
    return Foreseen(effect_shown(notice, effect), effect.exceeds)
