"""She sees what is kept of her, agrees and withdraws, changes her address, asks to be erased and takes it back, on a phone."""

from __future__ import annotations

import re

import pytest
from django.core.cache import cache
from playwright.sync_api import expect

from braid.kernel.models import Delivery
from braid.people.enums import Office
from braid.people.models import Account, Erasure, Person
from tests import factories

from .conftest import Visit, assert_accessible

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "long-enough-for-her"


@pytest.fixture
def ada() -> Person:
    cache.clear()
    units = factories.tree({"nation": {"county": {}}})
    ada = factories.member(units["county"], Office.HEAD, who=factories.person("Ada", phone="139 0000 1111"))
    account: Account = ada.account
    account.username, account.email = "ada", "ada@example.org"
    account.set_password(PASSWORD)
    account.save()
    return ada


@pytest.mark.parametrize("script", [True, False])
def test_from_seeing_to_erasing_and_back(visit: Visit, ada: Person, script: bool) -> None:
    page = visit("/accounts/login/?next=/me/", script=script)
    page.get_by_label("User name, e-mail or phone number").fill("ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_text("Seen by:").first).to_be_visible()

    page.get_by_role("link", name="What I agree to").click()
    page.get_by_role("button", name="I agree").click()
    page.get_by_role("button", name="Withdraw").click()
    expect(page.get_by_role("button", name="I agree")).to_be_visible()

    page.goto(f"/me/data/{ada.pk}/")
    page.get_by_text("Who I am", exact=True).click()
    expect(page.get_by_text("139 0000 1111")).to_be_visible()
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save to read").click()
    assert "139 0000 1111" in saved.value.path().read_text()

    page.get_by_role("link", name="Have my data erased").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("These offices become vacant")).to_be_visible()
    page.get_by_role("button", name="Erase it").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert Erasure.objects.get().state == "asked"
    page.get_by_role("button", name="Take it back, keep everything").click()
    expect(page.get_by_text("Taken back. Everything stays as it is.")).to_be_visible()

    page.goto("/me/signin/")
    page.get_by_role("link", name="Another e-mail address").click()
    page.get_by_label("New e-mail address").fill("new@example.org")
    page.get_by_role("button", name="Send me a code").click()
    expect(page.get_by_label("Code")).to_be_visible()
    sent = re.search(r"\d{4}-\d{4}", Delivery.objects.get(to="new@example.org").body)
    assert sent
    page.get_by_label("Code").fill(sent[0])
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("new@example.org")).to_be_visible()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_pages_are_accessible(visit: Visit, ada: Person, language: str) -> None:
    village = factories.unit(ada.memberships.get().unit)
    child = factories.member(village, who=factories.person("Mia", with_account=False))
    assert_accessible(visit("/me/", person=ada, language=language))
    assert_accessible(visit(f"/me/data/{ada.pk}/", person=ada, language=language))
    assert_accessible(visit(f"/me/consents/{ada.pk}/", person=ada, language=language, dark=True))
    assert_accessible(visit("/inventory/", person=ada, language=language))
    assert_accessible(visit(f"/person/{child.pk}/child/", person=ada, language=language))
    assert_accessible(visit(f"/person/{child.pk}/guardian/?q=A", person=ada, language=language, width="desktop"))
