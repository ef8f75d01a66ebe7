"""Pages of people: the way through them, what each reader sees, and that a right taken back is gone at the next request."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from braid.kernel import outbox
from braid.kernel.access import OPERATOR, require
from braid.kernel.delivery import send_due
from braid.kernel.models import Owed
from braid.people.actions import end_membership, give_grant, make_token, open_account, revoke_grant, take_office
from braid.people.enums import OFFICE_GRANTS, Office, Reach, Role
from braid.people.models import Account, Grant, Membership, Person
from braid.people.roles import HOLDERS, WORDS, words_of
from braid.people.rules import CHANGE_PEOPLE, can_change_person
from braid.people.signin_links import LASTING, signin_link
from braid.units.models import Unit
from tests import factories
from tests.clients import client_of

PASSWORD = "long-enough-for-her"


@pytest.fixture
def units(db: None) -> dict[str, Unit]:
    cache.clear()
    return factories.tree({"nation": {"province": {"county": {"village": {}}, "other": {}}}})


def test_list_and_search(units: dict[str, Unit]) -> None:
    client = client_of(factories.member(units["county"], Office.HEAD, who=factories.person("Head")))
    factories.member(units["village"], who=factories.person("Ada"))
    factories.member(units["other"], who=factories.person("Hidden"))
    listed = client.get("/people/county/").content.decode()
    assert "Ada" in listed
    assert "Hidden" not in listed
    assert "2 people and offices" in listed
    assert "Ada" in client.get("/people/county/?q=Ad").content.decode()
    assert "Nobody of that name" in client.get("/people/county/?q=Hid").content.decode()
    heads = client.get(f"/people/county/?office={Office.HEAD.value}").content.decode()
    assert "Ada" not in heads
    assert "1 person or office" in heads


def test_pages_follow_each_other(units: dict[str, Unit]) -> None:
    client = client_of(factories.member(units["county"], Office.HEAD))
    for number in range(60):
        factories.member(units["village"], who=factories.person(f"Name{number:03}", with_account=False))
    first = client.get("/people/county/")
    second = client.get(f"/people/county/?cursor={first.context['page'].next_cursor}")
    names = [row.person.name for page in (first, second) for row in page.context["rows"]]
    assert len(names) == len(set(names)) == 61
    assert second.context["page"].next_cursor == ""
    assert client.get("/people/county/?cursor=nonsense").status_code == 422


@pytest.mark.parametrize("address", ["/people/county/", "/people/county/?q=Per", "/people/county/grants/", "/me/"])
def test_queries_do_not_grow_with_rows(units: dict[str, Unit], address: str) -> None:
    head = factories.member(units["county"], Office.HEAD)
    client = client_of(head)

    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert client.get(address).status_code == 200
        return len(caught)

    def more(n: int) -> None:
        for _ in range(n):
            who = factories.member(units["county"], Office.COMMITTEE, who=factories.person(with_account=False))
            give_grant(
                who,
                units["county"],
                role=Role.VIEW,
                reach=Reach.UNIT,
                until=timezone.now() + timedelta(days=3),
                why="x",
                by=OPERATOR,
                at=timezone.now(),
            )

    more(3)
    count()  # the first request of a process asks a little more
    few = count()
    more(27)
    assert count() == few


def test_enter_a_person_give_an_office_and_end_it(units: dict[str, Unit]) -> None:
    client = client_of(factories.member(units["county"], Office.HEAD))
    answer = client.post("/people/village/new/", {"name": "Ada", "office": Office.MEMBER.value}, follow=True)
    ada = Person.objects.get(name="Ada")
    assert "Ada is in village now." in answer.content.decode()
    today = timezone.localdate().isoformat()
    data = {"office": Office.LIAISON.value, "since": today}
    answer = client.post(f"/people/village/office/{ada.pk}/", data, follow=True)
    assert "Ada is liaison officer of village now." in answer.content.decode()
    held = Membership.objects.get(person=ada, office=Office.LIAISON)
    answer = client.post(f"/memberships/{held.pk}/end/", follow=True)
    assert "no longer liaison officer" in answer.content.decode()
    assert not Membership.objects.current(timezone.localdate()).filter(pk=held.pk).exists()


def test_forms_say_what_is_wrong(units: dict[str, Unit]) -> None:
    client = client_of(factories.member(units["county"], Office.HEAD))
    ada = factories.member(units["village"])
    assert "error" in client.post("/people/village/new/", {"name": ""}).content.decode()
    late = {"office": Office.LIAISON.value, "since": "2999-01-01"}
    assert "Choose today or an earlier day." in client.post(f"/people/village/office/{ada.pk}/", late).content.decode()
    grant = {"role": "view", "reach": "unit", "last_day": "2999-01-01", "why": "x"}
    assert "within a year" in client.post(f"/people/village/grant/{ada.pk}/", grant).content.decode()
    assert not Grant.objects.exists()


def test_an_office_is_chosen(units: dict[str, Unit]) -> None:
    client = client_of(factories.member(units["county"], Office.HEAD))
    ada = factories.member(units["village"])
    address = f"/people/village/office/{ada.pk}/"
    assert client.get(address).context["form"]["office"].value() is None
    assert '<option value="" selected>Choose</option>' in client.get(address).content.decode()
    answer = client.post(address, {"office": "", "since": timezone.localdate().isoformat()})
    assert list(answer.context["form"].errors) == ["office"]
    page = client.get("/people/village/new/").content.decode()
    assert f'<option value="{Office.MEMBER.value}" selected>' in page


@pytest.mark.parametrize(
    ("phone", "is_one"),
    [
        ("", True),
        ("110", True),
        ("0755-2345 6789转12", True),
        ("(0755) 23456789 ext. 12", True),
        ("12", False),
        ("ask Bea", False),
        ("Bea 13900000001", False),
    ],
)
def test_a_contact_is_a_phone_number(units: dict[str, Unit], phone: str, is_one: bool) -> None:
    client = client_of(factories.member(units["county"], Office.HEAD))
    answer = client.post("/people/village/new/", {"name": "Ada", "office": Office.MEMBER.value, "phone": phone})
    assert (answer.status_code == 302) == is_one
    assert is_one or list(answer.context["form"].errors) == ["phone"]


def test_a_contact_that_gets_no_codes_does_not_sign_in(units: dict[str, Unit]) -> None:
    client = client_of(factories.member(units["county"], Office.HEAD))
    ada = factories.member(units["village"], who=factories.person("Ada", phone="110", with_account=False))
    address = f"/person/{ada.pk}/account/"
    assert client.get(address).context["form"]["phone"].value() == ""
    answer = client.post(address, {"phone": "110"})
    assert list(answer.context["form"].errors) == ["phone"]
    assert not Account.objects.filter(person=ada).exists()
    assert client.post(address, {"phone": ""}).status_code == 302


def test_what_shuts_somebody_out_is_asked_once_more(units: dict[str, Unit]) -> None:
    head = factories.member(units["county"], Office.HEAD)
    ada = factories.member(units["village"], Office.LIAISON)
    at = timezone.now()
    token, _secret = make_token(head, name="x", permissions=["units.view"], days=9, by=head, at=at)
    for page, address in [
        (f"/person/{ada.pk}/", f"/memberships/{ada.memberships.get().pk}/end/"),
        (f"/person/{ada.pk}/", f"/person/{ada.pk}/lock/"),
        ("/me/tokens/", f"/me/tokens/{token.pk}/revoke/"),
    ]:
        body = client_of(head).get(page).content.decode()
        asked = [part.split("</details>")[0] for part in body.split("<details")[1:]]
        assert sum(address in part for part in asked) == body.count(address) == 1


def test_whoever_cannot_show_that_it_is_she_signs_in_once_more(units: dict[str, Unit]) -> None:
    ada = factories.member(units["village"])
    answer = client_of(ada).get(reverse("my_data_erase", args=[ada.pk]), follow=True)
    assert "For safety, sign in once more, then go on." in answer.content.decode()


def test_a_refusal_is_a_page_in_words(units: dict[str, Unit]) -> None:
    client = client_of(factories.member(units["county"], Office.HEAD))
    factories.member(units["village"], who=factories.person("Ada"))
    answer = client.post("/people/village/new/", {"name": "Ada", "office": Office.MEMBER.value})
    assert answer.status_code == 409
    assert "in this unit already" in answer.content.decode()


def test_contacts_are_for_those_who_need_them(units: dict[str, Unit]) -> None:
    ada = factories.member(units["village"], who=factories.person("Ada", phone="13900000001"))
    reader = factories.member(units["village"], Office.COMMITTEE)
    officer = factories.member(units["village"], Office.LIAISON)
    assert "13900000001" not in client_of(reader).get(f"/person/{ada.pk}/").content.decode()
    assert "13900000001" in client_of(officer).get(f"/person/{ada.pk}/").content.decode()
    assert "13900000001" in client_of(ada).get(f"/person/{ada.pk}/").content.decode()


def test_what_she_is_elsewhere_stays_there(units: dict[str, Unit]) -> None:
    ada = factories.member(units["village"])
    factories.member(units["other"], Office.COMMITTEE, who=ada)
    seen = client_of(factories.member(units["county"], Office.HEAD)).get(f"/person/{ada.pk}/").content.decode()
    assert "village" in seen
    assert "committee member" not in seen


def test_give_and_take_back_in_one_tap(units: dict[str, Unit]) -> None:
    client = client_of(factories.member(units["county"], Office.HEAD))
    ada = factories.member(units["village"], who=factories.person("Ada"))
    last_day = (timezone.localdate() + timedelta(days=7)).isoformat()
    data = {"role": "manage", "reach": "unit", "last_day": last_day, "why": "holidays"}
    assert client.post(f"/people/village/grant/{ada.pk}/", data).status_code == 302
    helper = client_of(ada)
    assert helper.get("/people/village/").status_code == 200
    page = client.get("/people/village/grants/").content.decode()
    assert "holidays" in page
    grant = Grant.objects.get()
    assert f"/grants/{grant.pk}/revoke/" in page
    assert client.post(f"/grants/{grant.pk}/revoke/").status_code == 302
    assert helper.get("/people/village/").status_code == 404, "gone at the next request, in the same session"


def test_ending_an_office_and_locking_work_at_the_next_request(units: dict[str, Unit]) -> None:
    head, deputy = factories.member(units["county"], Office.HEAD), factories.member(units["village"], Office.DEPUTY)
    client = client_of(deputy)
    assert client.get("/people/village/").status_code == 200
    end_membership(Membership.objects.get(person=deputy), by=head, at=timezone.now())
    assert client.get("/people/village/").status_code == 404
    assert client.get("/me/").status_code == 200
    assert client_of(head).post(f"/person/{deputy.pk}/lock/").status_code == 404, "she is in no unit of the head now"
    Account.objects.filter(person=deputy).update(is_active=False)
    assert client.get("/me/").status_code == 302, "a locked account is signed out"


DONE: list[int] = []


@outbox.task
def rename_later(by: int, whom: int, *, at: datetime) -> None:
    """What a queued job looks like: it loads who asked for it anew, and asks again."""
    person, other = Person.objects.get(pk=by), Person.objects.get(pk=whom)
    require(can_change_person(person, other, [m.unit_path for m in other.memberships.all()]))
    DONE.append(whom)


@pytest.mark.parametrize("revoked", [False, True])
def test_a_queued_job_asks_again(units: dict[str, Unit], revoked: bool) -> None:
    DONE.clear()
    at = timezone.now()
    helper, ada = factories.person(), factories.member(units["village"])
    grant = give_grant(
        helper,
        units["village"],
        role=Role.MANAGE,
        reach=Reach.UNIT,
        until=at + timedelta(days=1),
        why="x",
        by=OPERATOR,
        at=at,
    )
    outbox.owe(rename_later, helper.pk, ada.pk, due=at)
    if revoked:
        revoke_grant(grant, by=OPERATOR, at=at)
    outbox.run_due(at=at)
    assert ([] if revoked else [ada.pk]) == DONE
    if revoked:
        assert Owed.objects.get(task__endswith="rename_later").error.startswith("refused")


def test_every_permission_has_words_and_every_role_is_described(units: dict[str, Unit]) -> None:
    assert [name for name in HOLDERS if not WORDS[name]] == [], "say it in allow(..., words=_(...))"
    page = client_of(factories.person()).get("/roles/").content.decode()
    for role in Role:
        assert str(role.label) in page
        assert all(words in page for words in words_of(role))
    assert all(str(Office(office).label) in page for office in OFFICE_GRANTS)


def test_profile(units: dict[str, Unit]) -> None:
    ada = factories.member(units["village"], who=factories.person("Ada"))
    client = client_of(ada)
    page = client.get("/me/").content.decode()
    assert page.count("Seen by") == 4
    answer = client.post("/me/", {"name": "Ada Lin", "phone": "110", "language": "zh-hant"})
    assert answer.cookies["django_language"].value == "zh-hant"
    ada.refresh_from_db()
    assert (ada.name, ada.language) == ("Ada Lin", "zh-hant")
    client.cookies.pop("django_language")
    assert client.get("/me/").headers["Content-Language"] == "zh-hant", "her language, where the device chose none"


# signing in


def test_sign_in_by_user_name_phone_or_email(units: dict[str, Unit]) -> None:
    ada = factories.member(units["village"], who=factories.person("Ada", with_account=False))
    at = timezone.now()
    account = open_account(ada, username="ada", phone="139 1234 5678", email="ada@example.org", by=OPERATOR, at=at)
    account.set_password(PASSWORD)
    account.save()
    for login in ("ada", "ADA", "13912345678", "+86 139 1234 5678", "ada@example.org"):
        answer = Client().post("/accounts/login/?next=/me/", {"login": login, "password": PASSWORD})
        assert (answer.status_code, answer.headers.get("Location")) == (302, "/me/"), login
        answer = Client().post("/accounts/login/", {"login": login, "password": "wrong"})
        assert answer.status_code == 200
    assert Client().get("/people/village/").headers["Location"] == "/accounts/login/?next=/people/village/"


def test_one_forgetful_neighbour_locks_nobody_else_out(units: dict[str, Unit]) -> None:
    for name in ("ada", "bea"):
        account = factories.person(name).account
        account.username = name
        account.set_password(PASSWORD)
        account.save()
    for _ in range(8):
        tried = Client().post("/accounts/login/", {"login": "ada", "password": "wrong"}, REMOTE_ADDR="10.0.0.1")
    assert b"Too many failed" in tried.content
    assert (
        Client().post("/accounts/login/", {"login": "ada", "password": PASSWORD}, REMOTE_ADDR="10.0.0.1").status_code
        == 200
    )
    for name, address in (("bea", "10.0.0.1"), ("ada", "10.0.0.2")):
        answer = Client().post("/accounts/login/", {"login": name, "password": PASSWORD}, REMOTE_ADDR=address)
        assert answer.status_code == 302, (name, address)


def test_patient_guessing_from_many_addresses_ends(units: dict[str, Unit]) -> None:
    for number in range(101):
        sent = {"login": "ada", "password": "wrong"}
        tried = Client().post("/accounts/login/", sent, REMOTE_ADDR=f"10.0.{number}.1")
    assert b"Too many failed" in tried.content


def test_nobody_signs_up_from_outside(units: dict[str, Unit]) -> None:
    sent = {"username": "new", "password1": PASSWORD, "password2": PASSWORD}
    assert b"Accounts are opened by your unit" in Client().post("/accounts/signup/", sent).content
    assert not Account.objects.exists()


def test_the_invitation_sets_a_password_once(units: dict[str, Unit]) -> None:
    client = client_of(factories.member(units["county"], Office.HEAD))
    ada = factories.member(units["village"], who=factories.person("Ada", with_account=False))
    client.post(f"/person/{ada.pk}/account/", {"username": "ada"})
    link = client.post(f"/person/{ada.pk}/invite/").context["link"]
    hers = Client()
    form = hers.get(link, follow=True)
    sent = {"password1": PASSWORD, "password2": PASSWORD, "is_grown": "on"}
    assert hers.post(form.redirect_chain[-1][0], sent).status_code == 302
    assert Client().post("/accounts/login/", {"login": "ada", "password": PASSWORD}).status_code == 302
    assert b"has been used or is too old" in Client().get(link).content


def test_reset_by_mail_tells_nobody_who_has_an_account(units: dict[str, Unit]) -> None:
    ada = factories.member(units["village"], who=factories.person(with_account=False))
    open_account(ada, username="ada", email="ada@example.org", by=OPERATOR, at=timezone.now())
    known = Client().post("/accounts/password/reset/", {"email": "ada@example.org"})
    unknown = Client().post("/accounts/password/reset/", {"email": "bea@example.org"})
    assert (known.status_code, known.headers["Location"]) == (unknown.status_code, unknown.headers["Location"])
    send_due(timezone.now())
    assert [message.to for message in mail.outbox] == [["ada@example.org"]]


# links of the demo


@pytest.fixture
def ada(units: dict[str, Unit]) -> Person:
    return factories.member(units["village"], Office.LIAISON)


def test_a_link_signs_in_on_this_machine(ada: Person, settings: pytest.FixtureRequest) -> None:
    settings.DEMO_LINKS = True  # type: ignore[attr-defined]
    client = Client()
    link = signin_link(ada, "http://testserver", at=timezone.now())
    assert client.get(link).status_code == 302
    assert client.get("/me/").status_code == 200
    assert client.get("/me/signin/passkeys/new/").status_code == 200, "she has just signed in"


@pytest.mark.parametrize(
    "extra",
    [
        {"REMOTE_ADDR": "10.0.0.1"},
        {"REMOTE_ADDR": ""},
        {"HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {"HTTP_FORWARDED": "for=127.0.0.1"},
        {"HTTP_X_REAL_IP": "127.0.0.1"},
    ],
)
def test_a_link_does_not_work_from_elsewhere(
    ada: Person, settings: pytest.FixtureRequest, extra: dict[str, str]
) -> None:
    settings.DEMO_LINKS = True  # type: ignore[attr-defined]
    link = signin_link(ada, "http://testserver", at=timezone.now())
    assert Client().get(link, **extra).status_code == 404


def test_a_link_does_not_work_when_off_late_damaged_or_locked(ada: Person, settings: pytest.FixtureRequest) -> None:
    now = timezone.now()
    link = signin_link(ada, "http://testserver", at=now)
    assert Client().get(link).status_code == 404, "off"
    settings.DEMO_LINKS = True  # type: ignore[attr-defined]
    assert (
        Client().get(signin_link(ada, "http://testserver", at=now - LASTING - timedelta(seconds=2))).status_code == 404
    )
    assert Client().get(link[:-3] + "xx/").status_code == 404
    Account.objects.update(is_active=False)
    assert Client().get(link).status_code == 404


def test_taking_an_office_shows_at_the_next_request(units: dict[str, Unit]) -> None:
    ada = factories.person()
    client = client_of(ada)
    assert client.get("/people/village/").status_code == 404
    take_office(ada, units["village"], Office.HEAD, by=OPERATOR, at=timezone.now())
    assert client.get("/people/village/").status_code == 200
    assert CHANGE_PEOPLE in HOLDERS
