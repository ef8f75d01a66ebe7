"""Everything that happens to a directive before it is sent: writing it and choosing whom it asks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from braid.contact.actions.drafts import MOST_RULES, address_also, check_due, check_open
from braid.contact.actions.wording import check_words
from braid.contact.rules import can_address
from braid.contact.words import Translations, usual_language
from braid.kernel.access import Actor, require
from braid.kernel.errors import BadInput, WrongState
from braid.people.models import Person
from braid.units.models import Unit
from braid.work.enums import LONGEST_STEP, MOST_STEPS, DirectiveState
from braid.work.models import Directive, DirectiveRule, ReportForm
from braid.work.rules import SEND_DIRECTIVES, can_run_forms_of, can_send_directives_of, is_form_open

from .periods import check_form_goes_on


@dataclass(frozen=True)
class DirectiveText:
    """What the author fills in."""

    title: str
    due_on: date
    minutes: int
    """Expected of one unit that does it itself."""
    body: str = ""
    why: str = ""
    basis: str = ""
    steps: tuple[str, ...] = ()
    form: ReportForm | None = None
    language: str = field(default_factory=usual_language)
    """That of title and body."""
    translations: Translations = field(default_factory=dict)

    @property
    def words(self) -> dict[str, Any]:
        """Title and text, in all languages."""
        return {name: getattr(self, name) for name in ("title", "body", "language", "translations")}

    @property
    def columns(self) -> dict[str, Any]:
        """All of it, by column of the table."""
        names = ("due_on", "minutes", "why", "basis", "form")
        return {**self.words, **{name: getattr(self, name) for name in names}, "steps": clean_steps(self.steps)}


@transaction.atomic
def draft_directive(
    unit: Unit, text: DirectiveText, *, by: Actor, at: datetime, audience: Iterable[DirectiveRule] = ()
) -> Directive:
    """Begin a directive of `unit`; nobody but its senders sees it. `audience` are unsaved rules, or none yet.

    Refused when `by` may not send directives for the unit or reach whom it asks, when the unit is closed, for words that are
    not whole, a day that is past, a form she may not ask for, and more than `MOST_STEPS` steps.
    """
    require(can_send_directives_of(by, unit.path))
    check_open(unit)
    _check_text(text, by=by, at=at)
    directive = Directive.objects.create(
        unit=unit,
        unit_path=unit.path,
        author=by if isinstance(by, Person) else None,
        created_at=at,
        changed_at=at,
        **text.columns,
    )
    rules = list(audience)
    require(can_address(by, rules, SEND_DIRECTIVES))
    for rule in rules:
        rule.directive = directive
    DirectiveRule.objects.bulk_create(rules)
    _check_number(directive)
    return directive


@transaction.atomic
def change_directive(directive: Directive, text: DirectiveText, *, by: Actor, at: datetime) -> Directive:
    """Give a draft new words, steps, day or form.

    Refused when it is no draft any more, when somebody changed it since `directive` was read, and as in `draft_directive`.
    """
    require(can_send_directives_of(by, directive.unit_path))
    _check_text(text, by=by, at=at)
    hold_directive_draft(directive)
    values = {"changed_at": at, **text.columns}
    if not Directive.objects.filter(pk=directive.pk, changed_at=directive.changed_at).update(**values):
        raise WrongState(_("Somebody else changed this a moment ago. Open it again to see how it is now."))
    for name, value in values.items():
        setattr(directive, name, value)
    return directive


@transaction.atomic
def add_receivers(directive: Directive, rule: DirectiveRule, *, by: Actor) -> bool:
    """Ask with a draft also whom the unsaved `rule` says, or only them (`address_also`). Returns whether only them.

    Refused when it is no draft any more, when the rule lies beyond the reach of `by`, and beyond `MOST_RULES`.
    """
    require(can_send_directives_of(by, directive.unit_path) and can_address(by, [rule], SEND_DIRECTIVES))
    hold_directive_draft(directive)
    is_only = address_also(directive.audience, rule, sender=directive.unit_id)
    _check_number(directive)
    return is_only


@transaction.atomic
def remove_receivers(directive: Directive, rule: int, *, by: Actor) -> Directive:
    """Take the rule numbered `rule` from a draft; one that is gone already changes nothing. Refused as in `add_receivers`."""
    require(can_send_directives_of(by, directive.unit_path))
    hold_directive_draft(directive)
    directive.audience.filter(pk=rule).delete()
    return directive


@transaction.atomic
def delete_directive_draft(directive: Directive, *, by: Actor) -> None:
    """Throw a draft away. Refused once it was sent: then it can only be withdrawn."""
    require(can_send_directives_of(by, directive.unit_path))
    hold_directive_draft(directive)
    directive.delete()


def hold_directive_draft(directive: Directive) -> None:
    """Lock the row, on condition that it still is a draft: a stale page must not change what was sent."""
    draft = Directive.objects.filter(pk=directive.pk, state=DirectiveState.DRAFT)
    if not draft.update(state=DirectiveState.DRAFT):
        raise WrongState(_("This directive was sent already. You can correct or withdraw it."))


def clean_steps(steps: Iterable[str]) -> list[str]:
    """Steps without empty ones, each once. Refused when there are too many or one is too long."""
    kept = list(dict.fromkeys(step.strip() for step in steps if step.strip()))
    if len(kept) > MOST_STEPS or any(len(step) > LONGEST_STEP for step in kept):
        raise BadInput(
            _("Too many steps, or one that is too long."), fields={"steps": _("At most 30 steps of 300 letters.")}
        )
    return kept


def check_form(form: ReportForm, *, by: Actor, at: datetime) -> None:
    """Refused for a form that is not in use or past its last day, and to whoever may not ask for it."""
    require(can_run_forms_of(by, form.unit_path))
    if not is_form_open(form):
        raise WrongState(_("This form is not in use."))
    check_form_goes_on(form, at=at)


def _check_text(text: DirectiveText, *, by: Actor, at: datetime) -> None:
    check_words(**text.words)
    check_due(text.due_on, at=at)
    if text.minutes < 1:
        raise BadInput(_("Say how many minutes it takes."), fields={"minutes": _("Write a number.")})
    if text.form:
        check_form(text.form, by=by, at=at)


def _check_number(directive: Directive) -> None:
    if directive.audience.count() > MOST_RULES:
        raise BadInput(_("This is a very long list of recipients. Choose a level or a whole subtree instead."))
