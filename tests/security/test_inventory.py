"""Nothing is kept of people that nobody approved: the inventory made from the models is the list in `inventory.txt`.

A new field about a person, or another word about who sees it or how long it is kept, fails here until somebody has
thought about it and written it into the list: `python -m tests.security.inventory` writes it anew, and the change is
looked over like any other.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import models
from django.test import Client

from braid.kernel.personal import HOLDINGS, Audience
from braid.people.enums import Office
from tests import factories

from .inventory import APPROVED, lines

NUMBERS = ("by_number", "person_number", "account_number")
"""What columns are called that hold the number of a person without a foreign key."""
CASCADES = {"socialaccount.SocialToken", "account.EmailConfirmation"}
"""Tables of allauth that hang from one that is in the inventory, and that nothing here fills."""
TELLING = ("name", "phone", "email", "birth", "address", "user_agent", "ip", "latitude", "identity")
ABOUT_UNITS = {
    "units.Level",
    "units.Unit",
    "units.Placement",
    "home.HomeText",
    "home.HelpLine",
    "contact.ChatGroup",
    "contact.FoldedSegment",
    "config.DemoStage",
    "auth.Permission",
    "auth.Group",
    "socialaccount.SocialApp",
}
"""Tables whose names, addresses and numbers are those of units or of the machine."""


def ways_to_people() -> Iterator[tuple[str, str]]:
    """Each column of each table that leads to a person or an account: the table, and the column."""
    from braid.people.models import Account, Person

    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if field.related_model in (Person, Account) or field.name in NUMBERS:
                yield model._meta.label, field.name


def test_the_inventory_is_the_approved_list() -> None:
    assert lines() == APPROVED.read_text().splitlines()


def test_every_way_to_a_person_has_a_holding() -> None:
    held = {(one.model._meta.label, one.link.partition("__")[0]) for one in HOLDINGS}
    assert set(ways_to_people()) - held == set(), "tables that lead to a person without a holding (holdings.py)"


def test_a_field_that_sounds_personal_stands_in_a_holding() -> None:
    held = {one.model._meta.label for one in HOLDINGS}
    sounding = {
        model._meta.label
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if any(field.name == word or field.name.endswith(f"_{word}") for word in TELLING)
    }
    assert sounding - held - ABOUT_UNITS - CASCADES == set()


def test_fields_named_in_holdings_exist() -> None:
    for one in HOLDINGS:
        names = {field.name for field in one.model._meta.concrete_fields}
        assert {*one.fields, *one.apart} <= names, one.label


def test_a_new_table_about_people_is_caught() -> None:
    """Planted: a table with a foreign key to a person that nobody registered."""
    from braid.people.models import Person

    class Diary(models.Model):  # noqa: DJ008
        writer = models.ForeignKey(Person, models.CASCADE)

        class Meta:
            app_label = "people"

    try:
        with pytest.raises(AssertionError, match="without a holding"):
            test_every_way_to_a_person_has_a_holding()
    finally:
        del apps.all_models["people"]["diary"]
        apps.clear_cache()


def test_another_reader_of_a_field_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: phone numbers become visible to all."""
    from braid.people.seen_by import holding_of_persons

    monkeypatch.setitem(holding_of_persons().apart, "phone", Audience.ADDRESSED)
    with pytest.raises(AssertionError):
        test_the_inventory_is_the_approved_list()


def test_the_page_shows_every_table(db: None) -> None:
    units = factories.tree({"nation": {}})
    client = Client()
    client.force_login(factories.member(units["nation"], Office.HEAD).account)
    page = client.get("/inventory/").content.decode()
    assert all(one.model._meta.label in page for one in HOLDINGS)
