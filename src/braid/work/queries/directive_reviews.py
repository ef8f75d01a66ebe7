"""Second readings of directives: whether one is needed, whether it was given, and those that wait for somebody."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from django.db.models import Q

from braid.contact.enums import ReviewState
from braid.contact.models import AudienceRule
from braid.contact.models.audience import RULE
from braid.contact.queries.audience import units_of_all
from braid.contact.queries.reviews import LOOKED_AT, rule_above
from braid.kernel.access import Actor, scope
from braid.people.models import Person
from braid.work.enums import DirectiveState
from braid.work.models import Directive, DirectiveReview, DirectiveRule
from braid.work.rules import SEND_DIRECTIVES, can_send_directives_of

_SEALED = (
    *("language", "title", "body", "translations", "why", "basis", "due_on", "minutes", "steps", "form_id"),
    "over_budget_why",
)


def needs_second_reader(directive: Directive, rules: Sequence[AudienceRule]) -> bool:
    """Whether `directive`, asking whom `rules` say, needs one: by the same rule of its unit as notices. One query."""
    above = rule_above(directive.unit)
    return above is not None and (above == 0 or len(units_of_all(rules)) > above)


def seal_of_directive(directive: Directive) -> str:
    """What stands for the exact words, steps, day and receivers of a draft: another letter is another seal."""
    return seals_of_directives([directive])[directive.pk]


def seals_of_directives(drafts: Sequence[Directive]) -> dict[int, str]:
    """The seal of each of `drafts`, by number. One query; none without drafts."""
    if not drafts:
        return {}
    meant: dict[int, list[tuple[Any, ...]]] = {draft.pk: [] for draft in drafts}
    rules = DirectiveRule.objects.filter(directive__in=list(meant)).order_by(*RULE)
    for number, *said in rules.values_list("directive", *RULE):
        meant[number].append(tuple(said))
    seals = {}
    for draft in drafts:
        words = [json.dumps(getattr(draft, name), sort_keys=True, default=str) for name in _SEALED]
        seals[draft.pk] = hashlib.sha256(json.dumps([words, meant[draft.pk]]).encode()).hexdigest()
    return seals


def directive_review_of(directive: Directive) -> DirectiveReview | None:
    """The second reading of `directive`, if somebody asked for one."""
    return DirectiveReview.objects.filter(directive=directive).select_related("asked_by", "read_by").first()


def is_directive_agreed(directive: Directive, *, by: Actor) -> bool:
    """Whether a second person, who is neither author nor `by` and may send here today, agreed to it as it is now."""
    review = directive_review_of(directive)
    reader = review.read_by if review and review.state == ReviewState.AGREED else None
    return (
        review is not None
        and reader is not None
        and reader.pk not in (directive.author_id, by.pk)
        and review.seal == seal_of_directive(directive)
        and can_send_directives_of(reader, directive.unit_path)
    )


def can_review_directive(person: Person, directive: Directive, review: DirectiveReview) -> bool:
    """Whether `person` may be the second reader: she may send here, and neither wrote it nor asked."""
    return can_send_directives_of(person, directive.unit_path) and person.pk not in (
        directive.author_id,
        review.asked_by_id,
    )


def directive_reviews_waiting_for(person: Person, *, most: int) -> list[DirectiveReview]:
    """Second readings that wait for `person` or somebody like her, oldest first; not of drafts that were changed since somebody
    asked, for these she cannot agree to. Two queries."""
    within = scope(person, SEND_DIRECTIVES).where("directive__unit_path")
    rows = DirectiveReview.objects.filter(within, state=ReviewState.ASKED, directive__state=DirectiveState.DRAFT)
    others = rows.exclude(Q(asked_by=person) | Q(directive__author=person))
    found = list(others.select_related("directive__unit").order_by("pk")[:LOOKED_AT])
    seals = seals_of_directives([review.directive for review in found])
    return [review for review in found if review.seal == seals[review.directive_id]][:most]


def directive_reviews_answered_for(person: Person, *, most: int) -> list[tuple[DirectiveReview, bool]]:
    """Second readings that `person` asked for and got, of directives that are still drafts, and those she has to ask for again:
    each with whether its draft was changed since. Oldest first. Two queries."""
    rows = DirectiveReview.objects.filter(scope(person, SEND_DIRECTIVES).where("directive__unit_path"), asked_by=person)
    drafts = rows.filter(directive__state=DirectiveState.DRAFT).select_related("directive__unit")
    found = list(drafts.order_by("pk")[:LOOKED_AT])
    seals = seals_of_directives([review.directive for review in found])
    told = [(review, review.seal != seals[review.directive_id]) for review in found]
    said = [(review, is_changed) for review, is_changed in told if is_changed or review.state != ReviewState.ASKED]
    return said[:most]
