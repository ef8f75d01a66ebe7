"""A notice in several languages: who sees which, wherever it is shown, and that no page costs a query more."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from braid.contact.actions import (
    NoticeText,
    answer_notice,
    change_notice,
    correct_notice,
    draft_notice,
    go_on_dispatching,
    send_notice,
    withdraw_notice,
)
from braid.contact.enums import Fact
from braid.contact.models import Notice, Receipt
from braid.contact.queries import Filters, inbox_for
from braid.contact.queries.relays import carriable_for, prepared_text
from braid.contact.queries.reviews import seal_of
from braid.contact.words import nearest
from braid.insight.ground.contact import find_notices, waiting_notices
from braid.kernel.access import OPERATOR
from braid.kernel.delivery import send_due
from braid.kernel.errors import BadInput
from braid.kernel.outbox import run_due
from braid.people.actions import choose_channel, make_token
from braid.people.models import Person
from braid.people.queries.own_data import own_data
from braid.units.models import Unit
from tests import factories

ENGLISH = {"title": "Meeting", "body": "Come **all**"}
HANT = {"title": "開會通知", "body": "請**大家**來"}


def in_chinese(unit: Unit, **more: Any) -> Notice:
    """A notice written in Simplified Chinese, with English and Traditional Chinese beside it."""
    words = {"language": "zh-hans", "translations": {"en": ENGLISH, "zh-hant": HANT}, **more}
    return factories.notice(unit, title="开会通知", body="请**大家**来", **words)


@pytest.fixture
def notice(world: SimpleNamespace) -> Notice:
    made = in_chinese(world.county, is_public=True)
    assert made.sent_at
    run_due(at=made.sent_at)
    return made


@pytest.mark.parametrize(
    ("wanted", "there", "first", "shown"),
    [
        ("en", "en zh-hans", "zh-hans", "en"),
        ("zh-hant", "zh-hans en", "en", "zh-hans"),
        ("zh-hans", "en zh-hant", "en", "zh-hant"),
        ("en", "zh-hans zh-hant", "zh-hant", "zh-hant"),
        ("zh-hans", "en", "en", "en"),
        ("en", "zh-hant zh-hans", "", "zh-hans"),
    ],
)
def test_her_language_else_the_nearest_else_the_first(wanted: str, there: str, first: str, shown: str) -> None:
    assert nearest(there.split(), wanted, first=first) == shown


@pytest.mark.parametrize(("language", "title"), [("zh-hans", "开会通知"), ("zh-hant", "開會通知"), ("en", "Meeting")])
def test_pages_show_hers_and_say_what_it_is(
    world: SimpleNamespace, notice: Notice, client: Client, language: str, title: str
) -> None:
    client.force_login(world.liaisons["village"].account)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    page = client.get(reverse("notice", args=[notice.pk])).content.decode()
    assert f'<h1 lang="{language}">{title}</h1>' in page
    assert f'data-notice-text lang="{language}"' in page
    assert set(re.findall(r"\?language=([\w-]+)", page)) == {"zh-hans", "zh-hant", "en"} - {language}
    assert f'<span lang="{language}">{title}</span>' in client.get(reverse("inbox")).content.decode()


def test_the_links_lead_to_the_other_languages(world: SimpleNamespace, notice: Notice, client: Client) -> None:
    page = client.get(reverse("notice", args=[notice.pk]), {"language": "zh-hant"}).content.decode()
    assert '<h1 lang="zh-hant">開會通知</h1>' in page
    assert "<strong>大家</strong>" in page
    assert (
        '<h1 lang="en">Meeting</h1>'
        in client.get(reverse("notice", args=[notice.pk]), {"language": "x"}).content.decode()
    )


def test_a_shared_one_is_in_the_language_of_its_link(notice: Notice, client: Client) -> None:
    page = client.get(reverse("notice", args=[notice.pk]), {"language": "en"}).content.decode()
    assert f'<meta property="og:url" content="http://testserver/notices/{notice.pk}/?language=en">' in page
    assert '<meta property="og:locale" content="en_GB">' in page
    assert '<meta property="og:locale:alternate" content="zh_CN">' in page


def test_it_is_found_by_the_words_of_each(world: SimpleNamespace, notice: Notice, now: datetime) -> None:
    her = world.liaisons["village"]

    def finds(text: str) -> bool:
        return [letter.notice for letter in inbox_for(her, at=now, filters=Filters(text=text)).rows] == [notice]

    assert all(map(finds, ["Meeting", "开会", "開會", "大家", "come"]))
    assert not finds("picnic")
    (found,) = find_notices(her, "开会", now).rows
    assert (found.title, found.language) == ("Meeting", "en")
    changed = {"en": {"title": "Picnic", "body": "x"}}
    correct_notice(notice, title="野餐", body="来", translations=changed, why="x", by=OPERATOR, at=now)
    assert finds("picnic")
    assert not finds("meeting")


def test_today_says_it_in_hers(world: SimpleNamespace, notice: Notice, now: datetime) -> None:
    with translation.override("zh-hant"):
        (waiting,) = waiting_notices(world.liaisons["village"], now)
    assert (waiting.title, waiting.language) == ("開會通知", "zh-hant")


def test_homes_and_feeds_have_a_page_for_each(world: SimpleNamespace, notice: Notice, client: Client) -> None:
    for code, title in [("en", "Meeting"), ("zh-hans", "开会通知"), ("zh-hant", "開會通知")]:
        home = client.get(reverse("home", args=[world.village.code]), {"lang": code}).content.decode()
        assert f'lang="{code}">{title}</a>' in home
        feed = client.get(reverse("home_atom", args=[world.village.code]), {"lang": code}).content.decode()
        assert f"<title>{title}</title>" in feed


def test_mail_is_in_the_language_of_who_gets_it(world: SimpleNamespace, now: datetime) -> None:
    people: dict[str, Person] = {"zh-hant": world.heads["village"], "en": world.heads["township"]}
    for language, person in people.items():
        Person.objects.filter(pk=person.pk).update(email=f"{language}@example.org", language=language)
        choose_channel(person, channel="email", by=person, at=now)
    in_chinese(world.county, is_public=True, sent_at=now)
    run_due(at=now)
    while go_on_dispatching(now):
        pass
    send_due(now)
    said = {message.to[0].partition("@")[0]: (message.subject, message.body) for message in mail.outbox}
    assert said["en"][0] == "Meeting (county)"
    assert said["zh-hant"][0].startswith("開會通知")
    assert "請**大家**來" in said["zh-hant"][1]


def test_the_prepared_text_is_in_the_language_of_who_carries_it(world: SimpleNamespace) -> None:
    notice = in_chinese(world.county, is_public=True)
    factories.chat(world.village, world.liaisons["village"])
    factories.relay(notice)
    (one,) = carriable_for(world.liaisons["village"], at=timezone.now())
    assert prepared_text(one, "https://example.org/r/x/").startswith("Meeting\n")
    with translation.override("zh-hant"):
        assert prepared_text(one, "https://example.org/r/x/").startswith("開會通知\n")


def test_own_data_names_it_in_hers(world: SimpleNamespace, notice: Notice, now: datetime) -> None:
    her = world.liaisons["village"]
    answer_notice(notice, Fact.SEEN, by=her, at=now)
    with translation.override("zh-hans"):
        (section,) = (one for one in own_data(her) if one.holding.model is Receipt)
        assert "开会通知" in [value for _name, value in section.rows[0]]


def test_versions_stay_whole(world: SimpleNamespace, notice: Notice, now: datetime, client: Client) -> None:
    correct_notice(notice, title="改期", body="明天", translations={}, why="room", by=OPERATOR, at=now)
    (before,) = notice.versions.all()
    assert [text.title for text in before.texts] == ["开会通知", "開會通知", "Meeting"]
    assert Notice.objects.get().translations == {}
    page = client.get(reverse("notice", args=[notice.pk])).content.decode()
    assert '<h1 lang="zh-hans">改期</h1>' in page
    assert '<h3 lang="en">Meeting</h3>' in page
    correct_notice(notice, title="再改期", body="后天", why="again", by=OPERATOR, at=now)
    assert Notice.objects.get().translations == {}


def test_a_correction_that_does_not_speak_of_them_keeps_them(notice: Notice, now: datetime) -> None:
    correct_notice(notice, title="开会", body="请来", why="short", by=OPERATOR, at=now)
    assert Notice.objects.get().translations == {"en": ENGLISH, "zh-hant": HANT}


@pytest.mark.parametrize(
    ("language", "translations", "field"),
    [
        ("zh-hans", {"en": {"title": " ", "body": "x"}}, "title_en"),
        ("zh-hans", {"en": {"title": "x", "body": ""}}, "body_en"),
        ("zh-hans", {"zh-hans": ENGLISH}, "title_zh_hans"),
        ("zh-hans", {"fr": ENGLISH}, "title_fr"),
        ("fr", {}, "language"),
    ],
)
def test_what_is_not_whole_is_refused(
    world: SimpleNamespace, now: datetime, language: str, translations: dict[str, dict[str, str]], field: str
) -> None:
    text = NoticeText("开会", "请来", language=language, translations=translations)
    with pytest.raises(BadInput) as refused:
        draft_notice(world.county, text, by=OPERATOR, at=now)
    assert set(refused.value.fields) == {field}
    sent = factories.notice(world.county, title="开会", body="请来", language="zh-hans")
    if language == "zh-hans":
        with pytest.raises(BadInput):
            correct_notice(sent, title="x", body="y", translations=translations, why="z", by=OPERATOR, at=now)


def test_another_translation_is_another_seal(world: SimpleNamespace, now: datetime) -> None:
    draft = in_chinese(world.county, sent_at=None)
    seal = seal_of(draft)
    assert seal_of(Notice.objects.get()) == seal
    words = {"title": draft.title, "body": draft.body, "language": draft.language}
    change_notice(draft, NoticeText(**words, translations={"en": ENGLISH}), by=OPERATOR, at=now)
    assert seal_of(draft) != seal


def test_the_composer(world: SimpleNamespace, client: Client) -> None:
    client.force_login(world.heads["county"].account)
    page = client.get(reverse("notice_new")).content.decode()
    assert page.index('name="title"') < page.index("Add another language") < page.index('name="title_zh_hans"')
    assert 'name="title_en"' not in page  # she reads English: that is the first
    said = {"unit": world.county.code, "language": "zh-hans", "title": "开会", "body": "请来", "title_en": "Meeting"}
    answer = client.post(reverse("notice_new"), said)
    assert answer.status_code == 422
    assert "Write the text in English too, or leave this language out." in answer.content.decode()
    assert client.post(reverse("notice_new"), {**said, "body_en": "Come"}).status_code == 302
    draft = Notice.objects.get()
    assert (draft.language, draft.translations) == ("zh-hans", {"en": {"title": "Meeting", "body": "Come"}})
    page = client.get(reverse("notice_edit", args=[draft.pk])).content.decode()
    assert 'value="Meeting"' in page
    send_notice(draft, by=OPERATOR, at=draft.created_at - timedelta(minutes=1))
    page = client.get(reverse("notice_correct", args=[draft.pk])).content.decode()
    assert 'value="Meeting"' in page
    said = {"title": "改期", "body": "明天", "why": "room", "title_en": "", "body_en": ""}
    said["based_on"] = Notice.objects.get().changed_at.isoformat()
    assert client.post(reverse("notice_correct", args=[draft.pk]), said).status_code == 302
    assert (Notice.objects.get().language, Notice.objects.get().translations) == ("zh-hans", {})


def test_a_correction_leaves_no_other_language_behind_unknowingly(
    notice: Notice, world: SimpleNamespace, client: Client
) -> None:
    client.force_login(world.heads["county"].account)
    address = reverse("notice_correct", args=[notice.pk])
    others = {f"{name}_{code}": text[name] for code, text in (("en", ENGLISH), ("zh_hant", HANT)) for name in text}
    said = {"title": "改期", "body": "请**大家**来", "why": "room", "based_on": notice.changed_at.isoformat(), **others}
    answer = client.post(address, said)
    assert answer.status_code == 422
    assert "Another language says what it said before." in answer.content.decode()
    assert client.post(address, {**said, "title": notice.title}).status_code == 302, "nothing else was changed"
    said["based_on"] = Notice.objects.get().changed_at.isoformat()
    assert client.post(address, {**said, "others_stay": "on"}).status_code == 302
    assert (Notice.objects.get().title, Notice.objects.get().translations["en"]) == ("改期", ENGLISH)


def test_programs_read_and_write_all(world: SimpleNamespace, client: Client) -> None:
    her, at = world.heads["county"], timezone.now()
    _token, secret = make_token(her, name="x", permissions=["notices.send"], days=9, by=her, at=at)
    headers = {"authorization": f"Bearer {secret}"}
    said: dict[str, Any] = {
        "unit": world.county.code,
        "title": "开会",
        "body": "请来",
        "language": "zh-hans",
        "translations": [{"language": "en", "title": "Meeting", "body": "Come"}],
    }
    answer = client.post("/api/v1/notices", said, content_type="application/json", headers=headers)
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert (made["language"], made["title"]) == ("zh-hans", "开会")
    assert made["translations"] == [{"language": "en", "title": "Meeting", "body": "Come"}]
    twice = {**said, "translations": said["translations"] * 2}
    assert client.post("/api/v1/notices", twice, content_type="application/json", headers=headers).status_code == 422


def test_a_withdrawn_one_shows_no_text_in_any(
    world: SimpleNamespace, notice: Notice, now: datetime, client: Client
) -> None:
    withdraw_notice(notice, why="cancelled", by=OPERATOR, at=now)
    client.force_login(world.liaisons["village"].account)
    page = client.get(reverse("notice", args=[notice.pk])).content.decode()
    assert "?language=" not in page
    answer = client.get(f"/api/v1/notices/{notice.pk}").json()
    assert [text["body"] for text in answer["translations"]] == ["", ""]


def test_languages_cost_no_query(world: SimpleNamespace, client: Client) -> None:
    client.force_login(world.liaisons["village"].account)

    def queries(name: str, *args: object) -> int:
        client.get(reverse(name, args=args))
        with CaptureQueriesContext(connection) as found:
            assert client.get(reverse(name, args=args)).status_code == 200
        return len(found)

    plain = factories.notice(world.county, is_public=True)
    before = queries("inbox"), queries("notice", plain.pk)
    for _number in range(5):
        last = in_chinese(world.county, is_public=True)
    assert (queries("inbox"), queries("notice", last.pk)) == before
