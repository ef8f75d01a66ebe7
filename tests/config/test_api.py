"""The JSON API: what it gives, how it says no, and that its contract is what it does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from braid.config.api import api
from braid.contact.models import Notice
from braid.kernel.access import OPERATOR
from braid.people import api as people_api
from braid.people.actions import make_token, revoke_token
from braid.people.enums import API_PERMISSIONS, Office
from braid.people.models import ApiToken, Person
from braid.units.actions import move_unit
from braid.units.models import Unit
from tests import factories

pytestmark = pytest.mark.django_db
PROBLEM = "application/problem+json"


@pytest.fixture(autouse=True)
def _fresh_windows() -> None:
    cache.clear()


@pytest.fixture
def units() -> dict[str, Unit]:
    return factories.tree({"nation": {"province": {"city": {"county": {}}, "town": {}}, "other": {}}})


@pytest.fixture
def head(units: dict[str, Unit]) -> Person:
    return factories.member(units["province"], Office.HEAD)


def key_of(
    person: Person, *permissions: str, days: int = 1, at: datetime | None = None, unit: Unit | None = None
) -> dict[str, str]:
    wanted, at = permissions or tuple(API_PERMISSIONS), at or timezone.now()
    _token, secret = make_token(person, name="test", permissions=wanted, days=days, by=person, at=at, unit=unit)
    return {"Authorization": f"Bearer {secret}"}


def ask(client: Client, address: str, headers: dict[str, str] | None = None, **sent: Any) -> Any:
    if "json" in sent:
        return client.post(f"/api/v1{address}", sent["json"], content_type="application/json", headers=headers or {})
    return client.get(f"/api/v1{address}", sent, headers=headers or {})


def assert_problem(answer: Any, status: int) -> None:
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == PROBLEM
    assert answer.json()["status"] == status
    assert answer.json()["title"]


def test_units_in_reach_only(client: Client, units: dict[str, Unit], head: Person) -> None:
    key = key_of(head)
    assert [row["code"] for row in ask(client, "/units", key).json()["rows"]] == ["province", "city", "county", "town"]
    assert [row["code"] for row in ask(client, "/units", key, level=3).json()["rows"]] == ["city", "town"]
    assert ask(client, "/units/city", key).json()["parent"] == "province"
    below = ask(client, "/units/province/children", key).json()
    assert ([row["code"] for row in below["rows"]], below["next"]) == (["city", "town"], "")
    for absent in ("/units/other", "/units/nation", "/units/nobody", "/units/other/children"):
        assert_problem(ask(client, absent, key), 404)
    assert ask(client, "/units/other", key).content == ask(client, "/units/nobody", key).content


def test_pages_follow_the_cursor(client: Client, units: dict[str, Unit], head: Person) -> None:
    key, codes, cursor = key_of(head), [], ""
    while True:
        page = ask(client, "/units", key, size=1, cursor=cursor).json()
        codes += [row["code"] for row in page["rows"]]
        cursor = page["next"]
        if not cursor:
            break
    assert codes == ["province", "city", "county", "town"]
    assert_problem(ask(client, "/units", key, cursor="nonsense"), 422)


def test_people(client: Client, units: dict[str, Unit], head: Person) -> None:
    factories.member(units["city"], Office.LIAISON, who=factories.person("Li"))
    rows = ask(client, "/people", key_of(head), unit="city").json()["rows"]
    assert [(row["name"], row["office"], row["unit"]) for row in rows] == [("Li", "liaison", "city")]
    assert ask(client, "/people", key_of(head), unit="province", office="head").json()["rows"][0]["person"] == head.pk
    assert_problem(ask(client, "/people", key_of(head), unit="other"), 404)
    assert_problem(ask(client, "/people", key_of(head)), 422)
    assert_problem(ask(client, "/people", key_of(head), unit="city", office="queen"), 422)


def test_a_notice_from_draft_to_reach(client: Client, units: dict[str, Unit], head: Person) -> None:
    key = key_of(head)
    draft = {"unit": "province", "title": "Hello", "asks_acknowledgement": True}
    draft["audience"] = [{"unit": "province", "levels": [3], "offices": ["liaison"]}]
    made = ask(client, "/notices", key, json=draft)
    assert made.status_code == 201
    pk = made.json()["id"]
    assert made.json()["state"] == "draft"
    sent = ask(client, f"/notices/{pk}/send", key, json={})
    assert sent.json()["state"] == "sent"
    assert_problem(ask(client, f"/notices/{pk}/send", key, json={}), 409)
    Notice.objects.filter(pk=pk).update(sent_at=timezone.now() - timedelta(seconds=1))
    Notice.objects.get(pk=pk).audience.update(sent_at=timezone.now() - timedelta(seconds=1))
    liaison = factories.member(units["city"], Office.LIAISON, since=datetime(2020, 1, 1, tzinfo=UTC).date())
    reads = key_of(liaison)
    assert [row["id"] for row in ask(client, "/notices", reads).json()["rows"]] == [pk]
    facts = {"facts": [{"notice": pk, "fact": "acknowledged"}, {"notice": pk, "fact": "acknowledged"}]}
    assert ask(client, "/receipts", reads, json=facts).json() == {"received": 2, "recorded": 2}
    assert "acknowledged" in ask(client, "/notices", reads).json()["rows"][0]["facts"]
    assert ask(client, f"/notices/{pk}", reads).json()["title"] == "Hello"
    reach = ask(client, f"/notices/{pk}/reach", key, unit="province").json()
    assert reach["unit"] == "province"
    assert [row["level"] for row in reach["levels"]] == [3]
    gone = ask(client, f"/notices/{pk}/withdraw", key, json={"why": "wrong"})
    assert gone.json()["withdrawn_why"] == "wrong"
    assert ask(client, f"/notices/{pk}", reads).json()["body"] == ""


def test_a_key_for_one_unit_opens_nothing_beside_it(client: Client, units: dict[str, Unit], head: Person) -> None:
    key = key_of(head, unit=units["city"])
    assert [row["code"] for row in ask(client, "/units", key).json()["rows"]] == ["city", "county"]
    assert ask(client, "/people", key, unit="county").status_code == 200
    for beside in ("province", "town", "other"):
        assert_problem(ask(client, f"/units/{beside}", key), 404)
        assert_problem(ask(client, "/people", key, unit=beside), 404)
        draft = {"unit": beside, "title": "Hello", "audience": [{"unit": beside}]}
        assert_problem(ask(client, "/notices", key, json=draft), 404)
    beyond = {"unit": "city", "title": "Hello", "audience": [{"unit": "province"}]}
    assert_problem(ask(client, "/notices", key, json=beyond), 404)
    own = factories.notice(units["province"], sent_at=None)
    assert_problem(ask(client, f"/notices/{own.pk}/send", key, json={}), 404)
    assert ask(client, f"/notices/{own.pk}/send", key_of(head), json={}).status_code == 200
    inside = {"unit": "city", "title": "Hello", "audience": [{"unit": "city"}]}
    assert ask(client, "/notices", key, json=inside).status_code == 201


def test_a_key_for_one_unit_never_widens_and_follows_the_tree(
    client: Client, units: dict[str, Unit], head: Person
) -> None:
    above = key_of(head, unit=units["nation"])
    assert [row["code"] for row in ask(client, "/units", above).json()["rows"]] == [
        "province",
        "city",
        "county",
        "town",
    ]
    assert ask(client, "/units", key_of(head, unit=units["other"])).json()["rows"] == []
    key = key_of(head, unit=units["county"])
    for parent, opened in (("town", ["county"]), ("other", [])):
        move_unit(units["county"], units[parent], on=timezone.localdate(), why="x", by=OPERATOR, at=timezone.now())
        assert [row["code"] for row in ask(client, "/units", key).json()["rows"]] == opened


def test_pictures_and_plans(client: Client, units: dict[str, Unit], head: Person) -> None:
    key, draft = key_of(head), factories.notice(units["province"], sent_at=None)
    path = f"/api/v1/notices/{draft.pk}/attachments"
    bad = client.post(path, {"file": factories.upload(b"<svg/>", "x.png"), "description": "x"}, headers=key)
    assert_problem(bad, 422)
    assert bad.json()["errors"][0]["field"] == "file"
    made = client.post(
        path, {"file": factories.upload(factories.picture_bytes()), "description": "The hall"}, headers=key
    )
    assert made.status_code == 201
    assert made.json()["name"] == "photo.jpg"
    moment = (timezone.now() + timedelta(days=2)).isoformat()
    assert_problem(ask(client, f"/notices/{draft.pk}/plan", key, json={"send_at": moment, "zone": "Mars/Olympus"}), 422)
    planned = ask(client, f"/notices/{draft.pk}/plan", key, json={"send_at": moment}).json()
    assert planned["send_at"]
    assert [row["description"] for row in planned["attachments"]] == ["The hall"]
    called_off = client.delete(f"/api/v1/notices/{draft.pk}/plan", headers=key)
    assert called_off.json()["send_at"] is None


def test_pages_cost_the_same_however_long(client: Client, units: dict[str, Unit], head: Person) -> None:
    key = key_of(head)

    def cost(address: str, **sent: Any) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert ask(client, address, key, **sent).status_code == 200
        return len(asked)

    def costs() -> list[int]:
        return [cost("/units"), cost("/units/city/children"), cost("/people", unit="province"), cost("/notices")]

    factories.notice(units["province"])
    factories.member(units["city"])
    costs()
    few = costs()
    for _ in range(12):
        factories.member(factories.unit(units["city"]))
        factories.notice(units["province"])
    ask(client, "/people", key, unit="province")
    assert costs() == few


def test_refusals_are_problems(client: Client, units: dict[str, Unit], head: Person) -> None:
    key = key_of(head)
    assert_problem(ask(client, "/notices", key, json={"unit": "other", "title": "x"}), 404)
    assert_problem(ask(client, "/notices", key, json={"unit": "city", "title": ""}), 422)
    assert_problem(ask(client, "/notices", key, json=[1]), 422)
    wrong = client.post("/api/v1/notices", "{", content_type="application/json", headers=key)
    assert wrong.status_code in (400, 422)
    assert wrong["Content-Type"] == PROBLEM
    assert_problem(ask(client, "/notices/99999", key), 404)
    assert_problem(ask(client, "/nothing/here", key), 404)
    answer = client.delete("/api/v1/units", headers=key)
    assert_problem(answer, 405)
    assert "GET" in answer["Allow"]
    errors = ask(client, "/notices", key, json={"unit": "city"}).json()["errors"]
    assert errors[0]["field"].endswith("title")


def test_nobody_comes_in_without_a_key(client: Client, units: dict[str, Unit], head: Person) -> None:
    answer = ask(client, "/units")
    assert_problem(answer, 401)
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert_problem(ask(client, "/units", {"Authorization": "Bearer braid_wrong"}), 401)


def test_a_browser_may_read_and_not_write(client: Client, units: dict[str, Unit], head: Person) -> None:
    client.force_login(head.account)
    assert ask(client, "/units").status_code == 200
    assert_problem(ask(client, "/notices", json={"unit": "city", "title": "x"}), 401)
    assert not Notice.objects.exists()


def test_a_key_opens_what_it_was_made_for(client: Client, units: dict[str, Unit], head: Person) -> None:
    key = key_of(head, "units.view")
    assert ask(client, "/units", key).status_code == 200
    assert_problem(ask(client, "/people", key, unit="city"), 404)
    assert_problem(ask(client, "/notices", key), 403)
    assert_problem(ask(client, "/notices", key, json={"unit": "city", "title": "x"}), 404)
    assert_problem(ask(client, "/receipts", key, json={"facts": []}), 403)


def test_a_key_never_opens_more_than_its_person_may(client: Client, units: dict[str, Unit], head: Person) -> None:
    member = factories.member(units["city"], Office.MEMBER)
    key = key_of(member)
    assert ask(client, "/units", key).json()["rows"] == []
    assert_problem(ask(client, "/notices", key, json={"unit": "city", "title": "x"}), 404)


def test_keys_end(client: Client, units: dict[str, Unit], head: Person) -> None:
    old = key_of(head, at=timezone.now() - timedelta(days=2))
    assert_problem(ask(client, "/units", old), 401)
    key = key_of(head)
    token = ApiToken.objects.order_by("-pk")[0]
    assert ask(client, "/units", key).status_code == 200
    token.refresh_from_db()
    assert token.last_used_on == timezone.localdate()
    revoke_token(token, by=head, at=timezone.now())
    assert_problem(ask(client, "/units", key), 401)
    locked = key_of(head)
    type(head.account).objects.filter(pk=head.account.pk).update(is_active=False)
    assert_problem(ask(client, "/units", locked), 401)


def test_rate_limits(client: Client, units: dict[str, Unit], head: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people_api, "A_MINUTE", 2)
    monkeypatch.setattr(people_api.time, "time", lambda: 1_800_000_000.0)
    key, other = key_of(head), key_of(head)
    assert ask(client, "/units", key)["RateLimit-Remaining"] == "1"
    assert ask(client, "/units", key)["RateLimit-Remaining"] == "0"
    refused = ask(client, "/units", key)
    assert_problem(refused, 429)
    assert 0 < int(refused["Retry-After"]) <= 60
    assert refused["RateLimit-Limit"] == "2"
    assert ask(client, "/units", other).status_code == 200
    monkeypatch.setattr(people_api.time, "time", lambda: 1_800_000_060.0)
    assert ask(client, "/units", key).status_code == 200


def test_wrong_keys_are_slowed(client: Client, units: dict[str, Unit], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people_api, "WRONG_A_MINUTE", 1)
    wrong = {"Authorization": "Bearer braid_wrong"}
    assert_problem(ask(client, "/units", wrong), 401)
    assert_problem(ask(client, "/units", wrong), 429)


def test_the_contract_is_published_and_whole(client: Client) -> None:
    schema = ask(client, "/openapi.json").json()
    assert schema["openapi"].startswith("3.1")
    assert schema["info"]["title"] == "Braid"
    assert {"AccessKey", "SignedIn"} <= set(schema["components"]["securitySchemes"])
    operations = {(path, method): one for path, methods in schema["paths"].items() for method, one in methods.items()}
    assert len(operations) == 27
    ids = [one["operationId"] for one in operations.values()]
    assert len(ids) == len(set(ids))
    for (path, _method), one in operations.items():
        assert one["summary"]
        assert one["security"]
        declared = {p["name"] for p in one.get("parameters", []) if p["in"] == "path"}
        assert declared == {part[1:-1] for part in path.split("/") if part.startswith("{")}
    assert_references_resolve(schema, schema)


def assert_references_resolve(part: Any, schema: dict[str, Any]) -> None:
    if isinstance(part, dict):
        if "$ref" in part:
            assert part["$ref"].rpartition("/")[2] in schema["components"]["schemas"]
        for inner in part.values():
            assert_references_resolve(inner, schema)
    elif isinstance(part, list):
        for inner in part:
            assert_references_resolve(inner, schema)


def test_the_reference_names_every_operation(client: Client) -> None:
    page = client.get("/api/").content.decode()
    for path in api.get_openapi_schema()["paths"]:
        assert path in page
    assert '<script src="http' not in page
    assert "<code>Authorization: Bearer &lt;key&gt;</code>" in page
    assert "`" not in page


def test_keys_are_made_shown_once_and_taken_back(client: Client, head: Person) -> None:
    client.force_login(head.account)
    sent = {"name": "Site", "permissions": ["units.view"], "days": "30", "unit": "city"}
    page = client.post("/me/tokens/", sent).content.decode()
    assert "Only for city and the units below it" in page
    secret = "braid_" + page.split("braid_")[1].split("<")[0]
    assert ask(client, "/units", {"Authorization": f"Bearer {secret}"}).status_code == 200
    assert secret not in client.get("/me/tokens/").content.decode()
    token = ApiToken.objects.get()
    assert secret not in token.secret_hash
    stranger = Client()
    stranger.force_login(factories.person().account)
    assert stranger.post(f"/me/tokens/{token.pk}/revoke/").status_code == 404
    client.post(f"/me/tokens/{token.pk}/revoke/")
    client.logout()
    assert_problem(ask(client, "/units", {"Authorization": f"Bearer {secret}"}), 401)
    bad = {"name": "", "permissions": ["everything"], "days": "9999"}
    client.force_login(head.account)
    assert client.post("/me/tokens/", bad).status_code == 422
    assert ApiToken.objects.count() == 1
