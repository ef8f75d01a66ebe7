"""Pages of groups: the whole journey over HTTP, what each person finds on them, and their queries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from braid.contact.actions import ask_to_join, join_group
from braid.contact.enums import JoinRule
from braid.contact.models import ChatGroup, Group, JoinRequest
from braid.home.hot import SHELF
from braid.people.enums import Office
from braid.people.models import Membership, Person
from braid.units import snapshot
from braid.units.enums import UnitStatus
from tests import factories
from tests.clients import client_of

Enter = Callable[[Person], Client]


@pytest.fixture
def enter() -> Enter:
    return client_of


def text_of(client: Client, name: str, *args: object, **query: str) -> str:
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200, answer
    return answer.content.decode()


def test_the_journey_of_a_group(world: SimpleNamespace, enter: Enter) -> None:
    head = enter(world.heads["county"])
    ends_on = (timezone.localdate() + timedelta(days=20)).isoformat()
    said = {"name": "Readers", "purpose": "Books", "join_rule": "asked", "ends_on": ends_on, "is_public": "on"}
    lead = factories.member(world.village, who=factories.person("Ann"))
    head.post(reverse("group_new", args=[world.county.code]), {**said, "person": "Ann"})
    group = Group.objects.select_related("unit").get()
    code = group.unit.code

    SHELF.clear()
    home = text_of(Client(), "home", world.county.code)
    assert "Groups you can join" in home
    card = text_of(Client(), "group", code)
    assert "Books" in card
    assert "fewer than 10" in card
    assert "Ann" not in card
    assert '<meta property="og:description" content="Books">' in card
    assert f"next=/groups/at/{code}/" in card

    her = factories.person("Bea")
    bea = enter(her)
    assert "Ask to join" in text_of(bea, "group", code)
    bea.post(reverse("group_ask", args=[code]), {"words": "I read a lot"})
    assert "Readers" in text_of(bea, "groups_mine")

    ann = enter(lead)
    today = text_of(ann, "today")
    assert "1 asks to join" in today
    assert "Extend or close" in today
    assert "I read a lot" in text_of(ann, "group", code)
    ann.post(reverse("join_answer", args=[JoinRequest.objects.get().pk]), {"accept": "1"})
    ann.post(reverse("group_extend", args=[code]))
    assert "Extend or close" not in text_of(ann, "today")
    assert "<svg" in text_of(ann, "group_invite", code)
    assert f"/groups/at/{code}/" in text_of(ann, "group_invite", code)

    assert "Leave" in text_of(bea, "groups_mine")
    bea.post(reverse("group_leave", args=[code]))
    assert not Membership.objects.current(timezone.localdate()).filter(person=her).exists()
    ann.post(reverse("group_close", args=[code]), {"planned": "1"})
    group.unit.refresh_from_db()
    assert group.unit.status == UnitStatus.CLOSED
    assert Client().get(reverse("group", args=[code])).status_code == 302
    assert enter(factories.person()).get(reverse("group", args=[code])).status_code == 404
    assert "Groups you can join" not in text_of(Client(), "home", world.county.code)


def test_an_internal_group_is_nowhere_for_the_public(world: SimpleNamespace, client: Client) -> None:
    group = factories.group(world.county, name="Secret circle")
    snapshot._snapshot.clear()
    SHELF.clear()
    assert "Secret circle" not in text_of(client, "home", world.county.code)
    assert "Secret circle" not in text_of(client, "find", q="Secret circle").replace('value="Secret circle"', "")
    assert group.unit.code not in text_of(client, "sitemap_part", 1)
    for name in ("home", "home_atom", "home_rss"):
        assert client.get(reverse(name, args=[group.unit.code])).status_code == 404


def test_the_invitation_opens_the_door_for_whoever_has_it(world: SimpleNamespace, enter: Enter) -> None:
    group = factories.group(world.county, join_rule=JoinRule.INVITED)
    her = factories.person()
    client = enter(her)
    link = reverse("group_invited", args=[group.unit.code, group.invite_key])
    assert client.get(reverse("group", args=[group.unit.code])).status_code == 404
    page = client.get(link).content.decode()
    assert f'name="key" value="{group.invite_key}"' in page
    assert "og:" not in page
    client.post(reverse("group_join", args=[group.unit.code]), {"key": group.invite_key})
    assert Membership.objects.filter(person=her, unit=group.unit, office=Office.MEMBER).exists()


def test_a_declined_request_says_why(world: SimpleNamespace, enter: Enter) -> None:
    group = factories.group(world.county, is_public=True)
    her = factories.person()
    asked = ask_to_join(group, words="", by=her, at=timezone.now())
    officer = enter(world.liaisons["county"])
    assert officer.post(reverse("join_answer", args=[asked.pk]), {"decline": "1", "answer": ""}).status_code == 422
    officer.post(reverse("join_answer", args=[asked.pk]), {"decline": "1", "answer": "We are full"})
    for name, args in (("group", [group.unit.code]), ("groups_mine", [])):
        assert "We are full" in text_of(enter(her), name, *args)


def test_a_rota_is_entered_and_shown(world: SimpleNamespace, enter: Enter) -> None:
    for name in ("Ann", "Bea"):
        factories.member(world.county, who=factories.person(name))
    officer = enter(world.liaisons["county"])
    today = timezone.localdate()
    said = {"platform": "WeChat", "name": "Officers", "size": "80", "owners": "Bea\nAnn\nNobody"}
    address = reverse("chat_new", args=[world.county.code])
    assert "Nobody of the name Nobody is here." in officer.post(address, said).content.decode()
    said["owners"] = "Bea\n Ann "
    assert "fill this in, too" in officer.post(address, said).content.decode()
    officer.post(address, {**said, "turn_days": "7", "turns_from": today.isoformat()})
    page = text_of(officer, "chats", world.county.code)
    assert "Owner now: Bea" in page
    assert "then Ann" in page
    assert "Owner now: Bea" in text_of(officer, "my_unit", world.county.code)
    chat = ChatGroup.objects.get()
    form = text_of(officer, "chat_change", chat.pk)
    assert form.index("Bea #") < form.index("Ann #")
    lines = "\n".join(f"{turn.person.name} #{turn.person_id}" for turn in chat.turns.order_by("-place"))
    officer.post(
        reverse("chat_change", args=[chat.pk]),
        {**said, "owners": lines, "turn_days": "7", "turns_from": today.isoformat()},
    )
    assert "Owner now: Ann" in text_of(officer, "chats", world.county.code)


def test_units_belong_together_on_both_pages(world: SimpleNamespace, enter: Enter) -> None:
    online = factories.unit(world.other, code="weavers", name="Weavers", kind=2)
    boss, officer = enter(factories.member(online, Office.HEAD)), enter(world.heads["village"])
    asked = {"other": f"http://testserver/u/{world.village.code}/", "basis": "trade", "why": "We weave"}
    boss.post(reverse("affiliations", args=["weavers"]), asked)
    assert "Asks to belong together" in text_of(officer, "today")
    assert "We weave" in text_of(officer, "affiliations", world.village.code)
    SHELF.clear()
    assert "Belongs together" not in text_of(Client(), "home", world.village.code)
    pk = online.affiliations.get().pk
    officer.post(reverse("affiliation_answer", args=[pk]), {"accept": "1"})
    assert "Weavers" in text_of(Client(), "home", world.village.code)
    assert "village" in text_of(Client(), "home", "weavers").split("Belongs together")[1]
    boss.post(reverse("affiliation_end", args=[pk]))
    assert "Belongs together" not in text_of(Client(), "home", world.village.code)


def test_a_group_does_not_push_her_unit_aside_and_is_no_vacancy(world: SimpleNamespace, enter: Enter) -> None:
    officer = world.liaisons["village"]
    factories.group(world.village, head=officer, name="Readers")
    snapshot._snapshot.clear()
    client = enter(officer)
    assert client.get(reverse("my_unit_first")).headers["Location"] == reverse("my_unit", args=[world.village.code])
    assert client.get(reverse("subtree", args=[world.village.code])).status_code == 200
    assert "Readers" not in text_of(enter(world.heads["county"]), "subtree_without", world.county.code, "liaison")


@pytest.mark.parametrize(
    "name", ["groups", "group", "groups_mine", "chats", "affiliations", "my_unit", "today", "home"]
)
def test_queries_do_not_grow_with_rows(world: SimpleNamespace, enter: Enter, name: str) -> None:
    head = world.heads["county"]
    client = enter(head)
    first = factories.group(world.county, head=head, name="First", join_rule=JoinRule.OPEN, is_public=True)
    args = {"group": [first.unit.code], "groups_mine": [], "today": []}.get(name, [world.county.code])
    counts = []
    for rows in (2, 12):
        for n in range(rows):
            at = timezone.now()
            group = factories.group(world.county, head=head, name=f"G{rows}{n}", is_public=True)
            ask_to_join(group, words="", by=factories.person(), at=at)
            join_group(first, by=factories.person(), at=at)
            for unit in (world.county, first.unit):
                chat(unit, f"{rows}{n}", head)
                online = factories.unit(world.other, kind=2)
                affiliation(unit, online)
        snapshot._snapshot.clear()
        text_of(client, name, *args)
        SHELF.clear()
        with CaptureQueriesContext(connection) as queries:
            text_of(client, name, *args)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def chat(unit: object, name: str, owner: Person) -> None:
    from braid.contact.models import ChatTurn

    row = ChatGroup.objects.create(
        unit=unit,
        unit_path=unit.path,  # type: ignore[attr-defined]
        platform="x",
        name=name,
        turn_days=7,
        turns_from=timezone.localdate(),
        changed_at=timezone.now(),
    )
    ChatTurn.objects.bulk_create([ChatTurn(chat=row, place=place, person=owner) for place in range(2)])


def affiliation(unit: object, online: object) -> None:
    from braid.contact.models import Affiliation

    Affiliation.objects.create(
        unit=unit,
        unit_path=unit.path,  # type: ignore[attr-defined]
        virtual=online,
        basis="area",
        state="current",
        since=timezone.localdate(),
        asked_at=timezone.now(),
        why="x",
    )


def test_handing_over_says_what_it_does(world: SimpleNamespace, enter: Enter) -> None:
    lead = factories.member(world.village, who=factories.person("Ann"))
    made = factories.group(world.county, head=lead)
    page = text_of(enter(lead), "group_hand_over", made.unit.code)
    assert "You will no longer be responsible for it" in page
    assert "<span>Hand over</span>" in page
    assert f'href="{reverse("group", args=[made.unit.code])}"' in page
    assert "<span>Save</span>" not in page
    assert "You will no longer" not in text_of(enter(world.heads["county"]), "group_hand_over", made.unit.code)


def test_a_closed_group_is_none_of_her_units_and_offers_nothing(world: SimpleNamespace, enter: Enter) -> None:
    made = factories.group(world.county, head=world.heads["village"], name="Readers")
    head = enter(world.heads["village"])
    assert "Readers" in text_of(head, "my_unit", world.village.code)
    managing = [reverse(name, args=[made.unit.code]) for name in ("chats", "affiliations", "group_change")]
    assert all(address in text_of(head, "group", made.unit.code) for address in managing)
    head.post(reverse("group_close", args=[made.unit.code]), {"planned": "1"})
    page = text_of(head, "group", made.unit.code)
    assert "closed" in page
    assert not any(address in page for address in managing)
    assert "Readers" not in text_of(head, "today")
