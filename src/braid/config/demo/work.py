"""The demo's work network: visits that were logged, a directive whose form every unit answers, and approvals along one line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from braid.kernel import outbox
from braid.kernel.access import OPERATOR
from braid.people.actions import give_grant
from braid.people.enums import Office, Reach, Role
from braid.people.models import Membership, Person
from braid.units import snapshot
from braid.units.models import Unit
from braid.work.actions import (
    DirectiveText,
    FieldPlan,
    Filing,
    Filled,
    FormPlan,
    add_field,
    answer_complaint,
    approve_part,
    complain,
    draft_directive,
    draft_form,
    file_report,
    file_reports,
    fold_all,
    freeze_rollups,
    log_visit,
    publish_version,
    send_directive,
)
from braid.work.enums import FieldKind, Grievance, RollUp, Verdict, VisitKind, VisitTopic
from braid.work.models import Directive, DirectiveRule, Field, Period, Report, ReportForm
from braid.work.queries.approvals import seal_of
from braid.work.queries.counted import Count, counts_for_all

from .notices import head_of
from .people import is_chinese
from .stages import Stage, in_slices

AGO = timedelta(days=20)
"""How long ago the directive was sent; it was due two days ago."""
COMPLAINED, ANSWERED = timedelta(days=10), timedelta(days=4)
"""How long ago somebody complained about it, and was answered."""
VISITS, NEAR = 600, 120
"""Visits logged: spread over the whole tree, and in the part of it that the demo's line goes through."""
SLICE, FEW = 2_000, 200
"""Reports filed at once: while nobody waits, and while people look."""
LATE = 31
"""One unit in so many has not reported."""

Words = dict[str, str]


def _words(hans: str, hant: str, en: str) -> Words:
    return {"zh-hans": hans, "zh-hant": hant, "en": en}


TITLE = _words("冬季走访关爱情况", "冬季走訪關愛情況", "Winter visits")
PURPOSE = _words(
    "了解冬季走访和需求情况（示例）",
    "了解冬季走訪和需求情況（示例）",
    "To know who needs help this winter (an example)",
)
BASIS = _words("年度工作计划第四条（示例）", "年度工作計劃第四條（示例）", "Plan of the year, no. 4 (an example)")
QUESTIONS = (
    FieldPlan(FieldKind.NUMBER, _words("走访次数", "走訪次數", "Visits"), bound_to="visit.logged"),
    FieldPlan(FieldKind.NUMBER, _words("走访人数", "走訪人數", "People met"), bound_to="visit.people"),
    FieldPlan(
        FieldKind.NUMBER, _words("需要帮助的家庭", "需要幫助的家庭", "Households in need of help"), low=0, measure="户"
    ),
    FieldPlan(
        FieldKind.NUMBER,
        _words("一次活动最多人数", "一次活動最多人數", "Most people at one meeting"),
        is_required=False,
        low=0,
        roll_up=RollUp.MAX,
    ),
    FieldPlan(
        FieldKind.CHOICE,
        _words("人手够吗？", "人手夠嗎？", "Were there hands enough?"),
        choices=(_words("够", "夠", "yes"), _words("勉强够", "勉強夠", "just so"), _words("不够", "不夠", "no")),
    ),
)


def log_visits(stage: Stage, *, line: list[int], at: datetime) -> None:
    """Visits of liaison officers in the last weeks: what the form is filled in from."""
    officers = list(_officers(line))

    def write(start: int, end: int) -> None:
        for place, one in enumerate(officers[start:end], start):
            on = timezone.localdate(at) - timedelta(days=3 + place * 7 % 15)
            kind, topic = list(VisitKind)[place % 4], list(VisitTopic)[place % 6]
            log_visit(one.unit, kind=kind, topic=topic, people=1 + place % 9, on=on, by=one.person, at=at)

    in_slices(stage, len(officers), 100, write)


def _officers(line: list[int]) -> Iterator[Membership]:
    """Who logs a visit: the same in every run."""
    current = Membership.objects.filter(until=None, office=Office.LIAISON).select_related("unit", "person")
    near = Unit.objects.get(pk=line[min(2, len(line) - 1)]).path
    yield from current.filter(unit_path__gte=near, unit_path__lt=near + "~").order_by("pk")[:NEAR]
    last = current.order_by("-pk").values_list("pk", flat=True).first() or 0
    chosen = range(1, last + 1, max(1, last // VISITS))
    yield from current.filter(pk__in=list(chosen[:900])).order_by("pk")


def send_the_directive(stage: Stage, *, at: datetime) -> None:
    """One directive from the top to every unit, with a form, and what is owed when it goes out."""
    sent_at = at - AGO
    with transaction.atomic():
        root = Unit.objects.get(depth=0)
        by = head_of(root)
        form = _form(root, by=by, at=sent_at)
        everywhere = DirectiveRule(unit=root, is_subtree=True)
        directive = draft_directive(root, _text(form, sent_at), by=by, at=sent_at, audience=[everywhere])
        send_directive(directive, by=by, at=sent_at)
        stage.remember(directive=directive.pk, form=form.pk)
    soon = sent_at + timedelta(minutes=1)
    while outbox.run_due(at=soon) or freeze_rollups(soon):
        pass
    stage.shows(1, 1)


def complain_about_it(stage: Stage, *, directive: int, line: list[int], at: datetime) -> None:
    """The head of the lowest unit of the line complains about the directive; a committee member of the root, named for it by the
    operator, who could not have asked herself, answers in time."""
    with transaction.atomic():
        asked = Directive.objects.select_related("unit").get(pk=directive)
        unit = Unit.objects.get(pk=line[-1])
        hears = _hears_complaints(asked.unit, at=at - AGO)
        words = (
            "走访要跑三个组，十八天不够。（示例）"
            if is_chinese()
            else "Three hamlets in too little time. (An example.)"
        )
        about, her = Grievance.TOO_SOON, head_of(unit)
        complaint = complain(asked, unit=unit, about=about, words=words, by=her, at=at - COMPLAINED)
        answer = "下次延长到三十天。（示例）" if is_chinese() else "Next time there will be thirty days. (An example.)"
        answer_complaint(complaint, verdict=Verdict.PARTLY, answer=answer, by=hears, at=at - ANSWERED)
        stage.remember(complaint=complaint.pk)
    stage.shows(1, 1)


def _hears_complaints(root: Unit, *, at: datetime) -> Person:
    """Somebody of the root's committee, who is given the role that hears complaints."""
    current = Membership.objects.filter(unit=root, office=Office.COMMITTEE, until=None).select_related("person")
    person = current.order_by("pk")[0].person
    why = "受理下级单位的意见（示例）" if is_chinese() else "To hear complaints (an example)"
    give_grant(person, root, role=Role.OVERSEE, reach=Reach.SUBTREE, until=None, why=why, by=OPERATOR, at=at)
    return person


def _form(root: Unit, *, by: Person, at: datetime) -> ReportForm:
    ends_on = timezone.localdate(at) + timedelta(days=365)
    form = draft_form(root, FormPlan(TITLE, PURPOSE, BASIS, 12, ends_on), by=by, at=at)
    for question in QUESTIONS:
        add_field(form, question, by=by, at=at)
    publish_version(form, by=by, at=at)
    return form


def _text(form: ReportForm, sent_at: datetime) -> DirectiveText:
    chinese = is_chinese()
    steps = ("走访", "了解需求", "上报") if chinese else ("Visit", "Ask what is needed", "Report")
    return DirectiveText(
        title=TITLE["zh-hans" if chinese else "en"],
        due_on=timezone.localdate(sent_at) + timedelta(days=18),
        minutes=12,
        body="走访有困难的家庭，了解需求。表里走访次数和人数已由系统填好。（示例）"
        if chinese
        else "Visit households in difficulty. Visits and people are filled in already. (An example.)",
        basis=BASIS["zh-hans" if chinese else "en"],
        steps=steps,
        form=form,
        language="zh-hans" if chinese else "en",
    )


def file_the_reports(stage: Stage, *, directive: int, at: datetime, size: int = SLICE) -> None:
    """Every unit answers, but for the late ones; through the action that takes in the web's reports, `size` at once."""
    period = _period(directive)
    fields = list(period.version.fields.order_by("place"))
    tree = snapshot.current()
    numbers = tree.numbers[tree.bodies]
    why = "少记了一次" if is_chinese() else "One was not logged."

    def write(start: int, end: int) -> None:
        some = [int(number) for number in numbers[start:end] if int(number) % LATE]
        found = Unit.objects.only("number", "path", "level", "kind", "placed_at", "name").in_bulk(some)
        units = [found[number] for number in some]
        counts = counts_for_all(period, units, fields)
        filings = [Filing(unit, _filled(unit.pk, fields, counts[unit.pk], why)) for unit in units]
        file_reports(period, filings, by=OPERATOR, at=at - timedelta(days=3))

    in_slices(stage, len(numbers), size, write)


def _period(directive: int) -> Period:
    return Period.objects.select_related("version", "form", "rollup", "directive").get(directive=directive)


def _filled(number: int, fields: list[Field], counts: dict[str, Count], why: str) -> Filled:
    """What unit `number` answers: the same in every run. One in fifty counts another number of visits, for the
    reason `why`."""
    chance = number * 48_271 % 65_521
    counted = {key: count.value for key, count in counts.items() if count.value is not None}
    values: dict[str, Any] = {field.key: counted.get(field.key, 0) for field in fields if field.bound_to}
    reasons: dict[str, str] = {}
    visits, _people, need, most, hands = (field.key for field in fields)
    if chance % 50 == 7:
        values[visits] += 1
        reasons[visits] = why
    values |= {need: chance % 9, hands: chance % 3}
    if chance % 5:
        values[most] = 5 + chance // 7 % 60
    minutes = 5 + chance % 17 if chance % 40 == 3 else None
    return Filled(values, reasons, counted, minutes=minutes)


def approve_along_the_line(stage: Stage, *, directive: int, line: list[int], at: datetime) -> None:
    """The county of the demo's line approves: first its townships, then itself; then one village corrects, which reopens the
    approvals above it and no others."""
    fold_all()
    period = _period(directive)
    county = _with_reports_below(period, line)
    parts = [*Unit.objects.shown().filter(parent=county).order_by("path"), county]

    def write(start: int, end: int) -> None:
        for unit in parts[start:end]:
            if period.rollup.totals.filter(unit_number=unit.pk).exists():
                seal = seal_of(period, unit.path)
                approve_part(period, unit, seal=seal, by=OPERATOR, at=at - timedelta(days=1))
        if end == len(parts):
            _correct_one(period, county, at=at - timedelta(hours=5))

    in_slices(stage, len(parts), 5, write)


def _with_reports_below(period: Period, line: list[int]) -> Unit:
    """The county of the line; in a flat tree the lowest unit of the line that has others below it."""
    inner = set(period.rollup.totals.filter(unit_number__in=line[:4]).values_list("unit_number", flat=True))
    return Unit.objects.get(pk=next(number for number in reversed(line[:4]) if number in inner))


def _correct_one(period: Period, county: Unit, *, at: datetime) -> None:
    below = Report.objects.filter(period=period, counted_path__gt=county.path, counted_path__lt=county.path + "~")
    report = below.filter(state="approved").select_related("unit").order_by("-counted_path").first()
    if report is None:
        return
    need = next(key for key in report.values if key not in report.counted)
    filled = Filled({**report.values, need: report.values[need] + 1}, report.reasons, report.counted)
    why = "漏报一户" if is_chinese() else "One household was forgotten."
    file_report(period, report.unit, filled, seen=report, why=why, by=OPERATOR, at=at)
