"""Templates of notices: keeping, changing and retiring them, and beginning a notice from one."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from braid.contact.blanks import filled, why_not_filled
from braid.contact.models import Audience, Notice, NoticeTemplate
from braid.contact.rules import can_begin_from, can_send_below, can_send_for
from braid.contact.words import Translations, field_of, usual_language
from braid.kernel.access import Actor, require
from braid.kernel.errors import BadInput, WrongState
from braid.people.models import Person
from braid.units.models import Unit

from .drafts import NoticeText, check_open, draft_notice
from .wording import check_words

MOST_TITLE = 200


@dataclass(frozen=True)
class TemplatePlan:
    """What a template says, whom notices begun from it address, and what they ask for. The masks are those of `AudienceKind`."""

    title: str
    body: str = ""
    language: str = field(default_factory=usual_language)
    translations: Translations = field(default_factory=dict)
    is_subtree: bool = True
    levels: int = 0
    kinds: int = 0
    offices: int = 0
    is_public: bool = False
    asks_acknowledgement: bool = False
    asks_done: bool = False


@transaction.atomic
def make_template(unit: Unit, plan: TemplatePlan, *, by: Actor, at: datetime) -> NoticeTemplate:
    """Keep a template of `unit`, for it and all units below.

    Refused when `by` may not send for the unit, when it is closed, for words that are not whole, and for unknown blanks.
    """
    require(can_send_for(by, unit.path))
    check_open(unit)
    _check(plan)
    made = {"created_at": at, "changed_at": at, "changed_by": by if isinstance(by, Person) else None}
    return NoticeTemplate.objects.create(unit=unit, unit_path=unit.path, **made, **asdict(plan))


@transaction.atomic
def change_template(template: NoticeTemplate, plan: TemplatePlan, *, by: Actor, at: datetime) -> NoticeTemplate:
    """Give a template other words, recipients and wishes. Refused as in `make_template`, and when it was retired."""
    require(can_send_for(by, template.unit_path))
    _check(plan)
    _write(template, changed_at=at, changed_by=by if isinstance(by, Person) else None, **asdict(plan))
    return template


@transaction.atomic
def retire_template(template: NoticeTemplate, *, by: Actor, at: datetime) -> NoticeTemplate:
    """Let nobody begin from a template any more; notices begun from it stay. Refused when `by` may not send for its unit."""
    require(can_send_for(by, template.unit_path))
    _write(template, retired_at=at, changed_by=by if isinstance(by, Person) else None)
    return template


@transaction.atomic
def keep_as_template(notice: Notice, *, by: Actor, at: datetime) -> NoticeTemplate:
    """Keep what `notice` says and asks, and the kind of its first recipients, as a template of its unit. Refused as above."""
    rule = notice.audience.order_by("pk").first() or Audience()
    words = {name: getattr(notice, name) for name in ("title", "body", "language", "translations")}
    wishes = {name: getattr(notice, name) for name in _WISHES}
    return make_template(notice.unit, TemplatePlan(**words, **wishes, **_kind_of(rule)), by=by, at=at)


@transaction.atomic
def begin_from_template(template: NoticeTemplate, unit: Unit, *, by: Actor, at: datetime) -> Notice:
    """Begin a notice of `unit` from a template of it or of a unit above, with what is known now in its blanks.

    Whoever may address `unit` alone begins with that. Refused as `draft_notice` is, and when the template was retired.
    """
    require(can_begin_from(template, unit))
    if template.retired_at is not None:
        raise WrongState(_("This template is no longer in use."))
    first, *others = (filled(text, unit=unit, on=timezone.localdate(at)) for text in template.texts)
    text = NoticeText(
        title=first.title[:MOST_TITLE],
        body=first.body,
        language=first.language,
        translations={each.language: {"title": each.title[:MOST_TITLE], "body": each.body} for each in others},
        **{name: getattr(template, name) for name in _WISHES},
    )
    kind = _kind_of(template)
    kind["is_subtree"] = kind["is_subtree"] and can_send_below(by, unit.path)
    return draft_notice(unit, text, by=by, at=at, audience=[Audience(unit=unit, **kind)])


_WISHES = ("is_public", "asks_acknowledgement", "asks_done")


def _kind_of(row: Audience | NoticeTemplate) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("is_subtree", "levels", "kinds", "offices")}


def _check(plan: TemplatePlan) -> None:
    check_words(plan.title, plan.body, plan.language, plan.translations)
    said = {name: getattr(plan, name) for name in ("title", "body")}
    said |= {field_of(name, code): words for code, text in plan.translations.items() for name, words in text.items()}
    wrong = {name: why for name, words in said.items() if (why := why_not_filled(words))}
    if wrong:
        raise BadInput(next(iter(wrong.values())), fields=wrong)


def _write(template: NoticeTemplate, **values: Any) -> None:
    if not NoticeTemplate.objects.filter(pk=template.pk, retired_at=None).update(**values):
        raise WrongState(_("This template is no longer in use."))
    for name, value in values.items():
        setattr(template, name, value)
