"""Forms as those see them who make them, in scope or absent."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.http import Http404

from braid.kernel.access import require, scope
from braid.kernel.keyset import Page, page_of
from braid.people.models import Person
from braid.units.models import Unit
from braid.work.bindings import binding_meant_by
from braid.work.enums import FieldKind, ReportFormState
from braid.work.hooks import Binding
from braid.work.models import Field, FormVersion, Period, ReportForm
from braid.work.rules import RUN_FORMS, VIEW_WORK, can_run_forms_of, can_view_work_at

MOST_PERIODS = 12
"""Periods that the page of a form lists."""
MOST_HELD = 20
"""Forms that wait for a reason, as Today lists them."""


@dataclass(frozen=True)
class Proposal:
    """A question that asks what the journal counts already, and is not filled from it."""

    field: Field
    binding: Binding


def form_for(person: Person, pk: int) -> ReportForm:
    """The form numbered `pk` if `person` sees the work of its unit; else `Http404`."""
    form = _forms().filter(pk=pk).first()
    if form is None or not can_view_work_at(person, form.unit_path):
        raise Http404
    return form


def form_to_run_for(person: Person, pk: int) -> ReportForm:
    """The form numbered `pk` if `person` runs it. `Http404` when she may not see it; else `NotAllowed`."""
    form = form_for(person, pk)
    require(can_run_forms_of(person, form.unit_path))
    return form


def forms_seen_by(person: Person, *, below: Unit | None = None, cursor: str = "", size: int = 25) -> Page[ReportForm]:
    """A page of the forms of all units whose work `person` sees (of `below` with all below it), newest first."""
    reach = scope(person, VIEW_WORK)
    where = reach.within(below.path).where() if below else reach.where()
    return page_of(_forms().filter(where), order=("-pk",), cursor=cursor, size=size)


def held_forms_for(person: Person) -> list[ReportForm]:
    """Forms that were not asked again for want of a reason, which `person` runs: her own and those of her own units, not of all
    below. The longest waiting first. One query."""
    reach = scope(person, RUN_FORMS)
    hers = Q(author=person) | Q(unit_path__in=[*reach.subtrees, *reach.units])
    held = _forms().filter(hers, state=ReportFormState.OPEN, held_on__isnull=False).order_by("next_on", "pk")
    return [form for form in held[:MOST_HELD] if reach.covers(form.unit_path)]


def first_unit_to_ask_for(person: Person) -> Unit | None:
    """The highest unit whose forms `person` may make."""
    reach = scope(person, RUN_FORMS)
    return Unit.objects.active().filter(reach.where("path")).order_by("path").first()


def newest_version(form: ReportForm) -> FormVersion:
    """The version that is being written; where nothing new is, the one that was put to use last."""
    return form.versions.order_by("-number")[0]


def version_for(form: ReportForm, number: int) -> FormVersion:
    """The version `number` of `form`; else `Http404`."""
    version = form.versions.filter(number=number).first()
    if version is None:
        raise Http404
    return version


def fields_of(version: FormVersion) -> list[Field]:
    """The questions of a version in their order. One query."""
    return list(version.fields.order_by("place"))


def field_for(form: ReportForm, key: str) -> Field:
    """The question `key` of the newest version; else `Http404`."""
    field = newest_version(form).fields.filter(key=key).first()
    if field is None:
        raise Http404
    return field


def proposals(fields: list[Field]) -> list[Proposal]:
    """Which of `fields` ask for what the journal counts, and are not filled from it."""
    could = [each for each in fields if each.kind == FieldKind.NUMBER and not each.places and not each.bound_to]
    return [
        Proposal(each, binding)
        for each in could
        if (binding := binding_meant_by([*each.text.values(), *each.help.values()]))
    ]


def periods_of(form: ReportForm) -> list[Period]:
    """The newest periods of `form`."""
    return list(form.periods.select_related("version").order_by("-first_on", "-pk")[:MOST_PERIODS])


def period_to_run_for(person: Person, pk: int) -> Period:
    """The period numbered `pk` if `person` runs its form. `Http404` when she may not see it; else `NotAllowed`."""
    period = Period.objects.select_related("form", "unit").filter(pk=pk).first()
    if period is None or not can_view_work_at(person, period.unit_path):
        raise Http404
    require(can_run_forms_of(person, period.unit_path))
    return period


def _forms() -> QuerySet[ReportForm]:
    return ReportForm.objects.select_related("unit")
