"""Templates of notices: who may begin from which, what is filled in, and what is refused."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.http import Http404
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from braid.contact.actions import (
    TemplatePlan,
    begin_from_template,
    change_template,
    keep_as_template,
    make_template,
    retire_template,
)
from braid.contact.models import Audience, Notice, NoticeTemplate
from braid.contact.queries.templates import template_for, template_to_use, templates_for
from braid.kernel.access import OPERATOR
from braid.kernel.errors import BadInput, NotAllowed, WrongState
from braid.people.enums import Office, Reach, Role
from braid.people.models import Grant, Person
from braid.units.actions import close_unit
from braid.units.enums import UnitKind
from braid.units.models import Unit
from tests import factories

PLAN = TemplatePlan(
    "{unit} meets",
    "On {date}, **all** of {unit}.",
    language="en",
    translations={"zh-hans": {"title": "{unit}开会", "body": "{date}，大家来"}},
    levels=1 << 5,
    offices=1 << Office.LIAISON,
    asks_acknowledgement=True,
)


@pytest.fixture
def template(world: SimpleNamespace, now: datetime) -> NoticeTemplate:
    return make_template(world.province, PLAN, by=OPERATOR, at=now)


def test_what_is_known_is_filled_in_each_language(
    world: SimpleNamespace, template: NoticeTemplate, now: datetime
) -> None:
    Unit.objects.filter(pk=world.county.pk).update(name="某县", name_en="Some county")
    county = Unit.objects.get(pk=world.county.pk)
    notice = begin_from_template(template, county, by=world.heads["county"], at=now)
    assert [(text.language, text.title) for text in notice.texts] == [
        ("en", "Some county meets"),
        ("zh-hans", "某县开会"),
    ]
    assert notice.body == "On Nov. 23, 2026, **all** of Some county."
    assert notice.translations["zh-hans"]["body"] == "2026年11月23日，大家来"
    assert notice.asks_acknowledgement
    assert notice.author == world.heads["county"]
    (rule,) = notice.audience.all()
    assert (rule.unit, rule.is_subtree, rule.levels, rule.offices) == (county, True, 1 << 5, 1 << Office.LIAISON)


def test_a_name_with_braces_fills_nothing(world: SimpleNamespace, template: NoticeTemplate, now: datetime) -> None:
    Unit.objects.filter(pk=world.county.pk).update(name="{date}")
    notice = begin_from_template(template, Unit.objects.get(pk=world.county.pk), by=OPERATOR, at=now)
    assert notice.title == "{date} meets"


@pytest.mark.parametrize("words", ["{place}", "{Unit}", "{unit } x", "{}", "{unit.members}", "{0}"])
def test_unknown_blanks_are_refused(world: SimpleNamespace, now: datetime, words: str) -> None:
    for plan in (
        TemplatePlan(words),
        TemplatePlan("x", words),
        TemplatePlan("x", language="en", translations={"zh-hant": {"title": words, "body": ""}}),
    ):
        with pytest.raises(BadInput, match=r"You can write \{unit\} and \{date\}") as refused:
            make_template(world.county, plan, by=OPERATOR, at=now)
        assert len(refused.value.fields) == 1
    assert not NoticeTemplate.objects.exists()


def test_units_below_may_begin_from_it_and_others_may_not(
    world: SimpleNamespace, template: NoticeTemplate, now: datetime
) -> None:
    own = make_template(world.county, PLAN, by=OPERATOR, at=now)
    assert templates_for(world.village).rows == [own, template]
    assert templates_for(world.province).rows == [template]
    assert templates_for(world.other).rows == [template]
    assert templates_for(world.nation).rows == []
    assert template_to_use(world.village, own.pk) == own
    for unit in (world.other, world.province):
        with pytest.raises(Http404):
            template_to_use(unit, own.pk)
        with pytest.raises(NotAllowed):
            begin_from_template(own, unit, by=OPERATOR, at=now)
    with pytest.raises(NotAllowed):
        begin_from_template(own, world.county, by=world.liaisons["county"], at=now)


def test_only_who_sends_for_its_unit_changes_it(
    world: SimpleNamespace, template: NoticeTemplate, now: datetime
) -> None:
    assert template_for(world.heads["nation"], template.pk) == template
    for person in (world.heads["county"], world.liaisons["province"]):
        with pytest.raises(Http404):
            template_for(person, template.pk)
        with pytest.raises(NotAllowed):
            change_template(template, PLAN, by=person, at=now)
        with pytest.raises(NotAllowed):
            retire_template(template, by=person, at=now)
        with pytest.raises(NotAllowed):
            make_template(world.province, PLAN, by=person, at=now)
    change_template(template, TemplatePlan("Other"), by=world.heads["province"], at=now + timedelta(hours=1))
    template.refresh_from_db()
    assert (template.title, template.body, template.levels, template.translations) == ("Other", "", 0, {})
    assert template.changed_by == world.heads["province"]


def test_a_retired_one_is_gone_and_its_notices_stay(
    world: SimpleNamespace, template: NoticeTemplate, now: datetime
) -> None:
    begin_from_template(template, world.county, by=OPERATOR, at=now)
    stale = NoticeTemplate.objects.get()
    retire_template(template, by=OPERATOR, at=now)
    assert templates_for(world.village).rows == []
    with pytest.raises(Http404):
        template_for(world.heads["province"], template.pk)
    with pytest.raises(WrongState):
        change_template(stale, PLAN, by=OPERATOR, at=now)
    with pytest.raises(WrongState):
        retire_template(stale, by=OPERATOR, at=now)
    with pytest.raises(WrongState):
        begin_from_template(template, world.county, by=OPERATOR, at=now)
    assert Notice.objects.count() == 1


def test_who_reaches_one_unit_begins_with_that_alone(
    world: SimpleNamespace, template: NoticeTemplate, now: datetime
) -> None:
    person: Person = factories.person()
    Grant.objects.create(
        person=person,
        unit=world.county,
        unit_path=world.county.path,
        role=Role.PUBLISH,
        reach=Reach.UNIT,
        since=factories.notices.LONG_AGO,
    )
    notice = begin_from_template(template, world.county, by=person, at=now)
    assert [rule.is_subtree for rule in notice.audience.all()] == [False]


def test_a_closed_unit_keeps_and_begins_nothing(
    world: SimpleNamespace, template: NoticeTemplate, now: datetime
) -> None:
    close_unit(Unit.objects.get(pk=world.village.pk), on=now.date(), why="x", by=OPERATOR, at=now)
    village = Unit.objects.get(pk=world.village.pk)
    with pytest.raises(WrongState):
        begin_from_template(template, village, by=OPERATOR, at=now)
    with pytest.raises(WrongState):
        make_template(village, PLAN, by=OPERATOR, at=now)


def test_a_notice_is_kept_as_a_template(world: SimpleNamespace, now: datetime) -> None:
    rule = Audience(unit=world.township, is_subtree=True, kinds=1 << UnitKind.BODY)
    notice = factories.notice(
        world.county, rule, body="All", asks_done=True, translations={"zh-hans": {"title": "你好", "body": "大家"}}
    )
    kept = keep_as_template(notice, by=world.heads["county"], at=now)
    assert (kept.unit, kept.title, kept.kinds, kept.asks_done) == (
        world.county,
        "Hello",
        1 << UnitKind.BODY,
        True,
    )
    assert kept.translations == notice.translations
    with pytest.raises(NotAllowed):
        keep_as_template(notice, by=world.liaisons["county"], at=now)
    with pytest.raises(BadInput):
        keep_as_template(factories.notice(world.county, body="{x}"), by=OPERATOR, at=now)


def test_the_pages(world: SimpleNamespace, client: Client, now: datetime) -> None:
    client.force_login(world.heads["county"].account)
    said: dict[str, Any] = {"title": "{unit} meets", "body": "On {day}", "language": "en", "reach": "subtree"}
    new = reverse("notice_template_new", args=[world.county.code])
    with time_machine.travel(now, tick=False):
        answer = client.post(new, said)
        assert answer.status_code == 422
        assert "Nothing is known to put in place of {day}." in answer.content.decode()
        assert client.post(new, {**said, "body": "On {date}", "offices": ["4"]}).status_code == 302
        template = NoticeTemplate.objects.get()
        page = client.get(reverse("notice_template", args=[template.pk])).content.decode()
        assert 'value="{unit} meets"' in page
        listed = client.get(reverse("notice_templates", args=[world.village.code])).content.decode()
        assert "Begin from it" in listed
        use = reverse("notice_template_use", args=[world.village.code, template.pk])
        begun = client.post(use)
        draft = Notice.objects.get()
        assert begun.headers["Location"] == reverse("notice_edit", args=[draft.pk])
        assert (draft.title, draft.unit) == ("village meets", world.village)
        answer = client.post(reverse("notice_keep", args=[draft.pk]))
        assert NoticeTemplate.objects.filter(unit=world.village).count() == 1
        client.post(reverse("notice_template_retire", args=[template.pk]))
        assert client.post(use).status_code == 404


def test_the_list_takes_as_many_queries_for_many(world: SimpleNamespace, client: Client, now: datetime) -> None:
    client.force_login(world.heads["county"].account)
    page = reverse("notice_templates", args=[world.village.code])

    def queries() -> int:
        client.get(page)
        with CaptureQueriesContext(connection) as found:
            assert client.get(page).status_code == 200
        return len(found)

    for unit in (world.county, world.village):
        make_template(unit, PLAN, by=OPERATOR, at=now)
    before = queries()
    for number in range(10):
        make_template([world.county, world.village][number % 2], PLAN, by=OPERATOR, at=now)
    assert queries() == before
